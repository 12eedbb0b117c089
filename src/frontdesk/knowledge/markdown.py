"""Markdown as HTML for pages. What an author writes is text: raw HTML is shown, not run, and only safe links work."""

from markdown_it import MarkdownIt

_READER = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def as_html(body: str) -> str:
    """The body as HTML that is safe within a page: no markup of the author's, links to http, https and mailto alone."""
    rendered: str = _READER.render(body)
    return rendered
