"""Makes a title and a short summary of a text, both taken from its own sentences."""

import re

import numpy as np

from .encoder import Vectors
from .reading import SUMMARY_LIMIT, TITLE_LIMIT
from .text import Prepared, cut, squeeze

_LEADS = (0.45, 0.15, 0.05)
_FILLER_PENALTY = 0.5
_NUMBERS_PENALTY = 0.15
_SHORT_PENALTY = 0.25
# What a sentence that asks for something is worth more, in a short text and in one of more sentences than that.
_REQUEST, _LONG_REQUEST, _LONG = 0.1, 0.5, 4
_ASKS = re.compile(
    r"[?？]\s*$|\b(?:please|could you|can you|would you|i would like|i['’]d like|i want|i need|we need"
    r"|bitte|könn(?:t)?en sie|ich (?:möchte|hätte|brauche|will)|merci de|pourriez|pouvez|veuillez"
    r"|je (?:voudrais|souhaite|veux)|por favor|podrían?|pueden|quisiera|quiero|necesito|vorrei|potreste|per favore"
    r"|mandate|gostaria|poderiam?|podem|quero|graag|kunt u|kunnen jullie|ik wil|proszę|czy mo(?:gę|żecie)"
    r"|chciał(?:a)?bym|lütfen|istiyorum|пожалуйста|хочу|прошу)\b"
    r"|ください|お願い|ませんか|주세요|싶어요|कृपया|أرجو|أريد|请",
    re.I,
)
_FILLER = re.compile(
    r"^(?:(?:very )?(?:urgent|important|dringend|wichtig|importante?|urgente?)\W*$|i hope (?:this|you)|hope "
    r"(?:this|you)|my name is|i am (?:writing|reaching out|contacting)\b.{0,40}$|thank(?:s| you)\b.{0,60}$"
    r"|(?:please )?(?:let me know|advise|get back)|looking forward|i look forward|mein name ist|ich heiße"
    r"|ich hoffe|vielen dank|danke\b.{0,40}$|ich freue mich auf|je m'appelle|j'espère|merci\b.{0,40}$|dans "
    r"l'attente|je vous remercie|me llamo|mi nombre es|espero que|(?:muchas )?gracias\b.{0,40}$|quedo a la "
    r"espera|mi chiamo|spero che|grazie\b.{0,40}$|chamo-me|espero que|obrigad[oa]\b.{0,40}$)",
    re.I,
)
_WORDS = re.compile(r"\w+")
_LEAD_IN = re.compile(
    r"^(?:i(?:'m| am) (?:writing|contacting you|reaching out)(?: to you)?(?: today)? (?:to (?:let you know"
    r"|inform you|say|tell you|report)(?: that)?|because|about|regarding|concerning|to)|(?:i )?(?:just "
    r")?want(?:ed)? to (?:let you know|inform you|say|tell you)(?: that)?|i would like to (?:inform you|let "
    r"you know|say|tell you)(?: that)?|unfortunately,?|so,|well,|ok(?:ay)?,|ich (?:schreibe ihnen|wende "
    r"mich an sie), (?:weil|da)|ich möchte ihnen mitteilen, dass|leider|je vous (?:écris|contacte) (?:car"
    r"|parce que|pour vous (?:signaler|informer) que|pour|au sujet de)|malheureusement,?|(?:le|les) escribo "
    r"(?:porque|para (?:informarles que|decirles que)|para)|lamentablemente,?)\s+",
    re.I,
)


def title_of(text: str, prepared: Prepared, vectors: Vectors) -> str:
    """At most 100 characters of the most informative sentence; empty only for a blank text."""
    if not prepared.sentences:
        return cut(squeeze(text[: 4 * TITLE_LIMIT]) or ("…" if text.strip() else ""), TITLE_LIMIT)
    order = _ranking(prepared, vectors)
    line = squeeze(prepared.sentences[order[0]].text)
    return cut(_polish(line), TITLE_LIMIT)


def summary_of(text: str, prepared: Prepared, vectors: Vectors) -> str:
    """At most 300 characters: what is asked for, then the most informative other sentences in the order of the text.

    A text that is short enough stays as it is, without what it repeats.
    """
    if not prepared.sentences:
        return cut(squeeze(text[: 4 * SUMMARY_LIMIT]) or ("…" if text.strip() else ""), SUMMARY_LIMIT)
    lines = [squeeze(s.text) for s in prepared.sentences]
    fresh = _unrepeated(lines)
    if sum(len(lines[i]) + 1 for i in fresh) - 1 <= SUMMARY_LIMIT:
        return cut(_capital(" ".join(lines[i] for i in fresh)), SUMMARY_LIMIT)
    order = [i for i in _ranking(prepared, vectors) if i in fresh]
    asks = next((i for i in order if _asks(lines[i])), None)
    if asks is not None:
        order = [asks, *(i for i in order if i != asks)]
    chosen = _fitting(lines, order)
    if asks is not None:
        chosen = [asks, *(i for i in chosen if i != asks)]
    return cut(_capital(" ".join(lines[i] for i in chosen)), SUMMARY_LIMIT)


def _unrepeated(lines: list[str]) -> list[int]:
    """The places of lines whose words were not all said in one line before."""
    seen: list[set[str]] = []
    fresh = []
    for i, line in enumerate(lines):
        words = set(_WORDS.findall(line.casefold()))
        if words and any(words <= other for other in seen):
            continue
        seen.append(words)
        fresh.append(i)
    return fresh or [0]


def _asks(line: str) -> bool:
    return _ASKS.search(line) is not None and _FILLER.match(line) is None


def is_filler(sentence: str) -> bool:
    """Whether it is a set phrase: an introduction, thanks, a hope to hear."""
    return _FILLER.match(sentence) is not None


def _fitting(lines: list[str], order: list[int]) -> list[int]:
    chosen, space_left = [order[0]], SUMMARY_LIMIT - len(lines[order[0]])
    for i in order[1:]:
        if len(lines[i]) + 1 <= space_left:
            chosen.append(i)
            space_left -= len(lines[i]) + 1
    return sorted(chosen)


def _ranking(prepared: Prepared, vectors: Vectors) -> list[int]:
    count = min(len(prepared.sentences), len(vectors))
    if count == 0:
        return [0]
    centre = vectors[:count].mean(axis=0)
    centre /= float(np.linalg.norm(centre)) or 1.0
    scores = vectors[:count] @ centre
    said = 0
    for i, sentence in enumerate(prepared.sentences[:count]):
        if _FILLER.match(sentence.text):
            scores[i] -= _FILLER_PENALTY
            continue
        # People come to the point early: the first sentences that say something count most.
        scores[i] += _LEADS[said] if said < len(_LEADS) else 0.0
        said += 1
        if _asks(sentence.text):
            scores[i] += _LONG_REQUEST if count > _LONG else _REQUEST
        if sum(c.isdigit() for c in sentence.text) > len(sentence.text) / 8:
            scores[i] -= _NUMBERS_PENALTY
        if len(sentence.text.split()) < 4 and len(sentence.text) < 20:
            scores[i] -= _SHORT_PENALTY
    return [int(i) for i in np.argsort(-scores, kind="stable")]


def _polish(line: str) -> str:
    rest = _LEAD_IN.sub("", line, count=1)
    if len(rest.split()) >= 3:
        line = rest
    line = line.strip(" \t-–—•*#>,;:.。…\"'“”„«»") or line.strip()
    return _capital(line)


def _capital(line: str) -> str:
    first = next((i for i, c in enumerate(line) if c.isalnum()), 0)
    return line[:first] + line[first : first + 1].upper() + line[first + 1 :]
