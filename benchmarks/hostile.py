"""Hostile texts of our own making: every way we know to smuggle a script into a page, in any number, always the same.

Each calls `xss(N)`. What must come of it is nothing: the text is shown as text.
"""

import random
import re
from collections.abc import Iterator
from html.parser import HTMLParser

TAGS = [
    "script",
    "img",
    "svg",
    "math",
    "iframe",
    "body",
    "video",
    "audio",
    "details",
    "input",
    "a",
    "form",
    "object",
    "embed",
    "style",
    "link",
    "meta",
    "base",
    "marquee",
    "template",
    "textarea",
    "title",
    "xmp",
    "noscript",
    "select",
    "button",
    "table",
    "keygen",
    "isindex",
    "frameset",
    "dialog",
    "ui5-button",
    "ui5-shellbar",
    "x-unknown",
]
HANDLERS = [
    "onerror",
    "onload",
    "onclick",
    "onfocus",
    "onmouseover",
    "ontoggle",
    "onbegin",
    "onanimationstart",
    "onpointerenter",
    "oninput",
    "onscroll",
    "onpageshow",
    "onbeforetoggle",
    "ontransitionend",
    "hx-on:load",
    "hx-on::after-swap",
]
BREAKS = (
    "",
    '">',
    "'>",
    "`>",
    ">",
    "</textarea>",
    "</title>",
    "</script>",
    "-->",
    "]]>",
    "</style>",
    "</noscript>",
    "</option>",
    "</time>",
    "</mark>",
    '"/>',
    "\n>",
    "\x00>",
    "?>",
    "%>",
    "</table>",
    "</template>",
    "</svg>",
    "</ui5-shellbar>",
)
GAPS = (" ", "\t", "\n", "/", "\x0c", "  /  ", "\r\n", "/**/", "\u2028")
QUOTES = ('"', "'", "", "`")
URLS = (
    "href",
    "src",
    "action",
    "formaction",
    "data",
    "xlink:href",
    "poster",
    "background",
    "srcdoc",
    "hx-get",
    "data-live",
)
SCHEMES = (
    "javascript:",
    "JaVaScRiPt:",
    "java\tscript:",
    "java\nscript:",
    "&#106;avascript:",
    "javascript&colon;",
    " javascript:",
    "\x01javascript:",
    "data:text/html,<script>",
    "data:text/html;base64,",
    "vbscript:",
    "javascript://%0a",
    "jav&#x09;ascript:",
)
IN_SCRIPTS = (
    "';{call}//",
    '";{call}//',
    "\\';{call}//",
    "</script><script>{call}</script>",
    "${{{call}}}",
    '"}}];{call}//',
    "`-{call}-`",
    "\u2028{call}//",
    "'-{call}-'",
    "\\u003cscript\\u003e{call}\\u003c/script\\u003e",
    "*/{call}/*",
    "<!--<script>{call}",
    "]]>{call}",
    "';{call};var x='",
)
TEMPLATES = (
    "{{{{ {call} }}}}",
    "{{% raw %}}{call}{{% endraw %}}",
    "{{{{ ''.__class__.__mro__ }}}}{call}",
    "<%= {call} %>",
    "#{{{call}}}",
    "{{{{constructor.constructor('{call}')()}}}}",
    "[[{call}]]",
    "${{{{{call}}}}}",
    "{{{{ config }}}} {call}",
    "{{{{'<b>'|safe}}}}{call}",
)
ALLOWED_TAGS = frozenset(
    [
        "html",
        "head",
        "meta",
        "title",
        "link",
        "script",
        "body",
        "nav",
        "a",
        "div",
        "span",
        "header",
        "main",
        "section",
        "h1",
        "h2",
        "h3",
        "p",
        "form",
        "input",
        "label",
        "textarea",
        "button",
        "strong",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "time",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "small",
        "mark",
        "footer",
        "svg",
        "path",
        "circle",
        "rect",
        "use",
        "details",
        "summary",
        "code",
        "pre",
        "noscript",
        "img",
        "select",
        "option",
        "br",
        "del",
        "ins",
        "datalist",
        "fieldset",
        "legend",
        "output",
        "progress",
        "figure",
        "figcaption",
        "audio",
        "hr",
        "em",
        "b",
        "i",
        "sup",
        "sub",
        "abbr",
        "aside",
        "bdi",
        "dialog",
        "kbd",
        "q",
        "ui5-shellbar",
        "ui5-shellbar-branding",
        "ui5-shellbar-item",
        "ui5-avatar",
        "ui5-button",
    ]
)
LEADS = ("javascript:", "data:", "vbscript:")
LEADING = frozenset({"href", "src", "action", "formaction", "data", "poster", "xlink:href"})


def texts(count: int, seed: int = 7) -> Iterator[str]:
    """So many, all different."""
    chance, seen = random.Random(seed), set[str]()
    while len(seen) < count:
        number = len(seen)
        text = _disguised(chance, _one(chance, f"xss({number})"))
        if text not in seen:
            seen.add(text)
            yield text


def _one(chance: random.Random, call: str) -> str:
    kind = chance.randrange(8)
    tag, gap, quote, out = (chance.choice(each) for each in (TAGS, GAPS, QUOTES, BREAKS))
    if kind < 3:
        handler = chance.choice(HANDLERS)
        return f"{out}<{tag}{gap}src{gap}{handler}={quote}{call}{quote}{gap}autofocus tabindex=1>"
    if kind == 3:
        return f"{out}<{tag}{gap}{chance.choice(URLS)}={quote}{chance.choice(SCHEMES)}{call}{quote}>"
    if kind == 4:
        return f"{chance.choice(QUOTES)}{gap}{chance.choice(HANDLERS)}={quote}{call}{quote}{gap}x={quote}"
    if kind == 5:
        return chance.choice(IN_SCRIPTS).format(call=call)
    if kind == 6:
        return chance.choice(TEMPLATES).format(call=call)
    return f"{out}<{tag}>{call}</{tag}><!--{gap}<{chance.choice(TAGS)}{gap}style={quote}x:expression({call}){quote}>"


def _disguised(chance: random.Random, text: str) -> str:
    kind = chance.randrange(14)
    if kind == 0:
        return "".join(f"&#{ord(each)}" if each in "<>\"'" else each for each in text)
    if kind == 1:
        return "".join(f"&#x{ord(each):x};" for each in text)
    if kind == 2:
        return text.replace("<", "%3C").replace(">", "%3E").replace('"', "%22")
    if kind == 3:
        return text.replace("<", "\uff1c").replace(">", "\uff1e")
    if kind == 4:
        mixed = "".join(each.upper() if chance.random() < 0.5 else each for each in text)
        return re.sub("xss", "xss", mixed, flags=re.IGNORECASE)
    if kind == 5:
        return text.replace("<", "<\x00")
    if kind == 6:
        return text.replace("<", "&lt;").replace(">", "&gt;")
    if kind == 7:
        return "\u202e" + text + "\u2066"
    if kind == 8:
        return f"Order 4500017342 {text} on 3 March, call +49 30 23125000"
    return text


class Inspector(HTMLParser):
    """Reads a page and notes whatever a text could have become but text."""

    def __init__(self) -> None:
        """Begin with nothing found."""
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._script: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that no template writes, or an attribute that could run."""
        given = {name: value or "" for name, value in attrs}
        if tag not in ALLOWED_TAGS:
            self.found.append(f"element <{tag}>")
        for name, value in given.items():
            if name.startswith(("on", "hx-on")) or name in ("style", "srcdoc"):
                self.found.append(f"attribute {name} of <{tag}>")
            if name in LEADING and value.strip().lower().startswith(LEADS) and not value.startswith("data:image"):
                self.found.append(f"{name}={value[:60]!r} of <{tag}>")
        if tag == "script":
            self._script = given.get("type", "")
            if "src" not in given and self._script != "application/json":
                self.found.append("a script in the page")

    def handle_endtag(self, tag: str) -> None:
        """Scripts end."""
        if tag == "script":
            self._script = None

    def handle_data(self, data: str) -> None:
        """Data in scripts holds no markup."""
        if self._script is not None and "<" in data:
            self.found.append(f"markup in a script: {data[max(0, data.index('<') - 20) :][:60]!r}")


def inspect(page: str) -> list[str]:
    """What in a page is more than text; empty for a page that is inert."""
    reader = Inspector()
    reader.feed(page)
    reader.close()
    return reader.found
