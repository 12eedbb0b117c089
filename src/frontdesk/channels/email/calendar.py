"""What an invitation says, for mails that hold nothing else (RFC 5545, only the few properties that people read)."""

import re

SHOWN = {"SUMMARY": "", "DTSTART": "Begin: ", "DTEND": "End: ", "LOCATION": "Place: ", "DESCRIPTION": ""}
MOST = 20_000
_FOLD = re.compile(r"\r?\n[ \t]")
_ESCAPED = re.compile(r"\\([nN,;\\])")
_PROPERTY = re.compile(r"([A-Z-]{1,40})(?:;[^:\n]{0,300})?:(.*)")


def text_of_calendar(text: str) -> str:
    """Title, times, place and description of the first event, one a line."""
    _, _, event = _FOLD.sub("", text[:MOST]).partition("BEGIN:VEVENT")
    lines = []
    for line in event.partition("END:VEVENT")[0].splitlines():
        found = _PROPERTY.fullmatch(line.strip())
        if found and found[1] in SHOWN and found[2].strip():
            lines.append(SHOWN[found[1]] + _ESCAPED.sub(_meant, found[2]).strip())
    return "\n".join(lines)


def _meant(match: re.Match[str]) -> str:
    return "\n" if match[1] in "nN" else match[1]
