"""Reads flat, untrusted XML, without entities and document types."""

from collections.abc import Mapping

from frontdesk.channels.parts import Unfit


def fields_of(body: bytes) -> Mapping[str, str]:
    """The elements below the root with their texts. Raises Unfit."""
    import defusedxml.ElementTree as Defused  # type: ignore[import-untyped]  # it has no types
    from defusedxml import DefusedXmlException  # loaded where XML is read

    try:
        root = Defused.fromstring(body, forbid_dtd=True)
    except (DefusedXmlException, SyntaxError, ValueError, LookupError, RecursionError) as error:
        raise Unfit(f"it is not XML: {type(error).__name__}") from None
    return {child.tag: child.text or "" for child in root if isinstance(child.tag, str)}
