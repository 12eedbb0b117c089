"""What back ends are told of a message: the customer's own words, never what a model made of them."""

from frontdesk.model import Case, Tier

# More of a message says nothing new to a technician; the whole of it is in the interaction.
MOST_QUOTED = 1_000
# The receipt of a remark on a service call that nobody has opened yet.
NOT_OPENED = {"status": "not opened yet"}


def subject_of(case: Case, longest: int) -> str:
    """The interaction's title; where a model may have written it, the beginning of the message.

    A conversation may have a model's headline also where the built-in engine read its latest message.
    """
    interaction, analysis = case.interaction, case.analysis
    is_first = case.message.sequence == 1 or (analysis is not None and analysis.title == interaction.title)
    may_be_ours = analysis is None or (analysis.tier is not Tier.MODEL and is_first)
    title = interaction.title if may_be_ours else _cut(" ".join(own_words(case).split()), longest)
    return (title or f"Interaction {interaction.reference}")[:longest]


def quoted(case: Case) -> str:
    """The message in quotation marks, without quotations and signature, under a heading that names it."""
    words = _cut(own_words(case), MOST_QUOTED)
    return f'Message {case.message.sequence} of {case.interaction.reference}: "{words}"'


def own_words(case: Case) -> str:
    """The part of the message that was read."""
    text, analysis = case.message.text, case.analysis
    own = "\n".join(text[start:end].strip() for start, end in analysis.reads) if analysis else ""
    return (own or text).strip()


def _cut(words: str, longest: int) -> str:
    return words if len(words) <= longest else f"{words[: longest - 1]}…"
