"""Sentences that are cut word by word are cut as the package cuts them whole."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from frontdesk.engine import Engine


@settings(max_examples=300, deadline=None)
@given(text=st.text(st.characters(codec="utf-8"), max_size=80))
@example(text="Ihre Bestellung 4500012345 ist\u00a0heute   angekommen!")
@example(text="\u2581\u2581 洗濯機が壊れました ﬁn\u200d")
@example(text="")
def test_word_by_word_is_as_whole(engine: Engine, text: str) -> None:
    encoder = engine._encoder
    assert encoder._pieces(text) == encoder._model._tokenizer.encode(text, out_type=int, add_bos=True, add_eos=True)
