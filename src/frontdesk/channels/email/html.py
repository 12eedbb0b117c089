"""Converts HTML mails to plain text without hidden parts, quoted ones marked. Never fails."""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from itertools import islice

from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.html_engine import Inscriptis
from inscriptis.model.config import ParserConfig
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from frontdesk.channels.email.quoting import BELOW, MARK

MOST_CHARACTERS = 400_000
MOST_LOOKED_AT = 200
NO_TEXT = {"script", "style", "head", "template", "object", "svg", "noscript", "iframe"}
# What mail programs wrap the answered mail in, and what they put above it.
QUOTING_CLASSES = {"gmail_quote", "yahoo_quoted", "protonmail_quote", "tutanota_quote", "zmail_extra"}
QUOTE_BEGINS = {"divRplyFwdMsg", "appendonsend", "mail-editor-reference-message-container"}
# Private characters that stand where a quotation begins and ends until lines are made.
_BEGIN, _END = "\ue000", "\ue001"
_MARKS = re.compile(f"[{_BEGIN}{_END}{BELOW}]")
_DATA = re.compile(r"data:image/[\w.+-]{1,40};base64,[A-Za-z0-9+/=\s]{200,}")
_XML = re.compile(r"<\?xml[^>]{0,200}>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_UNREAD = re.compile(r"(</?)(?:script|style)\b", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|(?:font-size|max-height)\s*:\s*0(?:px)?\s*(?:;|$)", re.I)
_SIZE = re.compile(r"font-size\s*:\s*[1-9]", re.I)


def text_of_html(html: str, *, is_answer: bool = False, pictures: Mapping[str, str] | None = None) -> str:
    """The visible text; in an answer, lines that tags call quoted are marked. `pictures` are names by Content-ID."""
    html = _MARKS.sub("", _DATA.sub("", html))[:MOST_CHARACTERS]
    return (_rendered(html, is_answer, pictures or {}) or without_tags(html)) if html.strip() else ""


def _rendered(html: str, is_answer: bool, pictures: Mapping[str, str]) -> str:
    """Empty also where the parser gives up, as it does on very deep nesting."""
    try:
        root = document_fromstring(_XML.sub("", html), parser=HTMLParser(encoding=None))
        _prune(root, is_answer, pictures)
        return "\n".join(_marked(_tidy(Inscriptis(root, ParserConfig(css=CSS_PROFILES["strict"])).get_text())))
    except (etree.LxmlError, ValueError, RecursionError, IndexError, AssertionError):
        return ""


def _marked(text: str) -> Iterator[str]:
    """The lines; those between the characters of a quotation with its mark."""
    depth = 0
    for line in text.split("\n"):
        opened, closed = line.count(_BEGIN), line.count(_END)
        words = line.replace(_BEGIN, "").replace(_END, "").strip() if opened or closed else line
        if words or not (opened or closed):
            yield MARK + words.strip() if depth + opened > 0 else words
        depth = max(0, depth + opened - closed)


def without_tags(html: str) -> str:
    """For what the parser gives up on: each piece up to a script or style, then what follows its end."""
    pieces, is_read = [], True
    begin = 0
    for match in _UNREAD.finditer(html):
        if is_read:
            pieces.append(html[begin : match.start()])
        is_read, begin = match[1] == "</", match.start()
    pieces.append(html[begin:] if is_read else "")
    return _tidy(unescape(_TAG.sub(" ", "".join(pieces))))


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.replace("\xa0", " ").split("\n")).strip()


def _prune(root: HtmlElement, is_answer: bool, pictures: Mapping[str, str]) -> None:
    """Leave what is read. Attributes go too: sizes in them would be believed, however large."""
    for element in list(root.iter()):
        if not isinstance(element.tag, str) or element.tag in NO_TEXT or _is_hidden(element):
            _drop(element)
            continue
        source = element.get("src", "") if element.tag == "img" else ""
        if source.startswith("cid:") and (name := pictures.get(source[4:])):
            element.tail = f"[image: {name}]{element.tail or ''}"
        if is_answer and element.get("id", "").removeprefix("x_") in QUOTE_BEGINS:
            element.addprevious(_line(BELOW))
        elif is_answer and _is_quote(element):
            element.text = _BEGIN + (element.text or "")
            element.append(_line(_END))
        element.attrib.clear()


def _line(text: str) -> HtmlElement:
    made = HtmlElement()
    made.tag, made.text = "div", text
    return made


def _is_hidden(element: HtmlElement) -> bool:
    """Also by a size of nothing, unless something inside has a size of its own, as in tables of newsletters."""
    found = _HIDDEN.search(element.get("style", ""))
    if found is None or not found.group().lower().startswith("font"):
        return found is not None
    inside = islice(element.iterdescendants(), MOST_LOOKED_AT)
    return not any(_SIZE.search(each.get("style", "")) for each in inside)


def _is_quote(element: HtmlElement) -> bool:
    """A blockquote that a program made; another element that it uses so, unless that holds blockquotes."""
    classes = {name.removeprefix("x_") for name in element.get("class", "").split()}
    if element.tag == "blockquote":
        style = element.get("style", "").lower()
        is_made = element.get("type") == "cite" or "cite" in element.attrib or "border-left" in style
        return is_made or bool(classes & QUOTING_CLASSES)
    return bool(classes & QUOTING_CLASSES) and next(element.iter("blockquote"), None) is None


def _drop(element: HtmlElement) -> None:
    """Remove the element, not the text after it."""
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    if before is None:
        parent.text = (parent.text or "") + (element.tail or "")
    else:
        before.tail = (before.tail or "") + (element.tail or "")
    parent.remove(element)
