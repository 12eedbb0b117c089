"""Questions within a conversation: what a follow-up is searched with."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from frontdesk.answers.words import content_of

# A question with so few words of its own asks about what was said before.
_FEW = 2
_LONGEST = 300
# What a search of such a question alone is worth beside one with what was said before.
_LEANING = 0.7
_LEANS = re.compile(
    r"^\W*(?:(?:ok|okay|thanks|thank you|danke|merci|gracias|grazie|obrigad[oa]|bedankt)\W+)*"
    r"(?:and|und|et|y|e|en|but|aber|mais|pero|ma|mas|maar|or|oder|also|what about|how about|was ist mit"
    r"|wie ist es mit)\b",
    re.I,
)
_POINTS = re.compile(
    r"\b(?:it|its|they|them|their|this|that|these|those|there|one|ones|es|er|sie|ihn|ihm|das|dies\w*|dafür|damit|davon|dort"
    r"|da|ça|cela|il|elle|ils|elles|en|y|lo|la|los|las|eso|esto|ello|ellos|ci|lo|quello|questo|isso|isto|ele|ela|dat|die"
    r"|dit|deze|hij|ze|daar|ermee|ervan)\b",
    re.I,
)
_OTHER = re.compile(
    r"\b(?:other \w+(?=\W*$)|(?:der|die|das|den|dem|beim|zum|im) andere[nrms]?|l'autre|(?:el|la) otr[oa]"
    r"|l'altr[oa]|outr[oa]|(?:de|het) andere)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is searched: alone, with what was said before, or both ways, of which the surer one counts.

    `alone` is what the confidence of the first way is worth beside that of the second.
    """

    texts: tuple[str, ...]
    language_of: str
    alone: float = 1.0


def asked_as(text: str, before: Sequence[str]) -> Asked:
    """How to search a question after these earlier ones of the same customer, oldest first."""
    said = [turn for turn in before if content_of(turn)]
    if not said:
        return Asked((text,), text)
    whole = f"{said[-1][-_LONGEST:]} {text}"
    if not content_of(text):
        return Asked((whole,), text)
    return Asked((_LEANS.sub("", text).strip() or text, whole), text, _LEANING if depends(text) else 1.0)


def depends(text: str) -> bool:
    """Whether a question is likely to be understood only with what was said before."""
    return len(content_of(text)) <= _FEW and bool(_LEANS.match(text) or _POINTS.search(text))


def means_another(text: str) -> bool:
    """Whether a question asks about another thing than that of which was spoken: "and the other one?"."""
    return depends(text) and bool(_OTHER.search(text))
