"""Converts HTML mails to plain text, without hidden and quoted parts. Never fails."""

import re
from html import unescape

from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.html_engine import Inscriptis
from inscriptis.model.config import ParserConfig
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

MOST_CHARACTERS = 400_000
NO_TEXT = {"script", "style", "head", "template", "object", "svg", "noscript", "iframe"}
# What mail programs wrap the answered mail in.
QUOTING_CLASSES = {"gmail_quote", "gmail_attr", "yahoo_quoted", "protonmail_quote", "moz-cite-prefix", "tutanota_quote"}
QUOTE_BEGINS = {"divRplyFwdMsg", "appendonsend", "mail-editor-reference-message-container"}
_XML = re.compile(r"<\?xml[^>]{0,200}>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_UNREAD = re.compile(r"(</?)(?:script|style)\b", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all|(?:font-size|max-height)\s*:\s*0(?:px)?\s*(?:;|$)", re.I)


def text_of_html(html: str, *, is_forward: bool = False) -> str:
    """The visible text; of a reply only the new part, unless that is empty."""
    html = html[:MOST_CHARACTERS]
    if not html.strip():
        return ""
    new = "" if is_forward else _rendered(html, without_quotes=True)
    return new or _rendered(html, without_quotes=False) or _without_tags(html)


def _rendered(html: str, *, without_quotes: bool) -> str:
    """Empty also where the parser gives up, as it does on very deep nesting."""
    try:
        root = document_fromstring(_XML.sub("", html), parser=HTMLParser(encoding=None))
        _prune(root, without_quotes)
        return _tidy(Inscriptis(root, ParserConfig(css=CSS_PROFILES["strict"])).get_text())
    except (etree.LxmlError, ValueError, RecursionError, IndexError, AssertionError):
        return ""


def _without_tags(html: str) -> str:
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


def _prune(root: HtmlElement, without_quotes: bool) -> None:
    """Leave what is read. Attributes go too: sizes in them would be believed, however large."""
    for element in list(root.iter()):
        if not isinstance(element.tag, str) or element.tag in NO_TEXT or _HIDDEN.search(element.get("style", "")):
            _drop(element)
        elif without_quotes and element.get("id") in QUOTE_BEGINS:
            _drop_from(element)
        elif without_quotes and _is_quote(element):
            _drop(element)
        else:
            element.attrib.clear()


def _is_quote(element: HtmlElement) -> bool:
    classes = set(element.get("class", "").split())
    return bool(classes & QUOTING_CLASSES) or (element.tag == "blockquote" and element.get("type") == "cite")


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


def _drop_from(element: HtmlElement) -> None:
    """Remove the element and all that follows it in the document."""
    place = element
    while (parent := place.getparent()) is not None:
        for later in list(place.itersiblings()):
            parent.remove(later)
        place.tail = None
        place = parent
    _drop(element)
