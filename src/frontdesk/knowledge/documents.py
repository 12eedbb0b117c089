"""Reads documents of any origin as the fields of an article: Markdown, HTML, Word, PDF. Raises Invalid for bad ones."""

import io
import logging
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any

import mammoth
import yaml
from lxml import etree, html
from markdownify import ATX, markdownify
from pypdf import PdfReader

from frontdesk.interfaces import Invalid
from frontdesk.knowledge.entries import ARTICLE_FIELDS, title_of
from frontdesk.model.translatable import tr

Fields = dict[str, Any]
MOST_BYTES = 20_000_000
# A Word file is a ZIP archive, which may say more than it is.
MOST_UNPACKED = 100_000_000
MOST_PAGES = 1_000
_FRONT = re.compile(r"\A---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_BLANK_LINES = re.compile(r"\n{3,}")
# What is around the text of a page.
_AROUND = "script|style|noscript|nav|header|footer|aside|form|iframe|svg|template|button"


def is_read(name: str) -> bool:
    """Whether a file of this name is one that is read here."""
    return PurePosixPath(name).suffix.lower() in _READERS


def read_document(name: str, content: bytes) -> Fields:
    """The fields of the article in a file; `name` is its path within what is imported. Raises Invalid."""
    if len(content) > MOST_BYTES:
        raise Invalid(tr("has more than {most:,} bytes", most=MOST_BYTES))
    fields = _READERS[PurePosixPath(name).suffix.lower()](content)
    if not str(fields.get("body") or "").strip():
        raise Invalid(tr("has no text"))
    return {"id": _id_of(name), **fields}


def read_page(url: str, content: bytes) -> Fields:
    """The fields of the article on a web page. Raises Invalid."""
    fields = _html(content)
    if not fields["body"].strip():
        raise Invalid(tr("has no text"))
    return {"url": url, **fields}


def _id_of(name: str) -> str:
    """The path of a file without its suffix, as a word."""
    return re.sub(r"[^\w.-]+", "-", str(PurePosixPath(name).with_suffix(""))).strip("-.") or "article"


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(tr("is not UTF-8")) from None


def _markdown(content: bytes) -> Fields:
    """With front matter (YAML between lines of three hyphens) that may say every other field."""
    text = _text(content)
    found = _FRONT.match(text)
    fields = _fields_before(found[1]) if found else {}
    body = text[found.end() :] if found else text
    return {"title": title_of(body), **fields, "body": body}


def _fields_before(text: str) -> Fields:
    try:
        read = yaml.safe_load(text)
    except yaml.YAMLError:
        raise Invalid(tr("the lines between --- at its beginning are not YAML")) from None
    if not isinstance(read, Mapping):
        return {}
    return {name: _plain(value) for name, value in read.items() if name in ARTICLE_FIELDS - {"body", "answer"}}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [str(each) for each in value]
    return None if value is None else str(value)


def _html(content: bytes) -> Fields:
    try:
        page = html.document_fromstring(content, parser=html.HTMLParser(encoding=_encoding(content)))
    except (etree.LxmlError, ValueError, AssertionError):
        raise Invalid(tr("is no HTML page")) from None
    title = _first(page, "//title") or _first(page, "//h1")
    language = str(page.get("lang") or "").split("-")[0].lower()
    for each in page.xpath("|".join(f"//{name}" for name in _AROUND.split("|"))):
        each.drop_tree()
    main = next(iter(page.xpath("//main|//article|//*[@role='main']")), None)
    inner = html.tostring(page if main is None else main, encoding="unicode")
    return {"title": title, "language": language, "body": _as_markdown(inner)}


def _encoding(content: bytes) -> str | None:
    """UTF-8 where it is that; else the parser looks for what the page says."""
    try:
        content.decode()
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _first(page: Any, path: str) -> str:
    return next((" ".join(each.text_content().split()) for each in page.xpath(path)), "")


def _as_markdown(source: str) -> str:
    written: str = markdownify(source, heading_style=ATX, strip=["img", "title", "head"], bullets="-")
    return _BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in written.splitlines())).strip()


def _word(content: bytes) -> Fields:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(each.file_size for each in archive.infolist()) > MOST_UNPACKED:
                raise Invalid(tr("has more than {most:,} bytes", most=MOST_UNPACKED))
        read = mammoth.convert_to_html(
            io.BytesIO(content), convert_image=mammoth.images.img_element(lambda _image: {}), external_file_access=False
        )
    except Invalid:
        raise
    except Exception as error:  # the library lets the errors of ZIP and XML out, of many kinds
        raise Invalid(tr("is no Word document (.docx): {reason}", reason=type(error).__name__)) from None
    body = _as_markdown(read.value)
    return {"title": title_of(body), "body": body}


def _pdf(content: bytes) -> Fields:
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it says on standard error what it makes good
    try:
        reader = PdfReader(io.BytesIO(content))
        if len(reader.pages) > MOST_PAGES:
            raise Invalid(tr("has more than {most:,} pages", most=MOST_PAGES))
        pages = [page.extract_text().strip() for page in reader.pages]
        title = str((reader.metadata.title if reader.metadata else "") or "")
    except Invalid:
        raise
    except Exception as error:  # damaged files raise whatever the parser stumbled over
        raise Invalid(tr("is no PDF that can be read: {reason}", reason=type(error).__name__)) from None
    body = "\n\n".join(page for page in pages if page)
    return {"title": title.strip() or title_of(body), "body": body}


_READERS: Mapping[str, Callable[[bytes], Fields]] = {
    ".md": _markdown,
    ".markdown": _markdown,
    ".txt": _markdown,
    ".html": _html,
    ".htm": _html,
    ".docx": _word,
    ".pdf": _pdf,
}
