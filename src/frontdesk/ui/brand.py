"""How the pages that customers see are called and look."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Brand:
    """A name, the file of a picture, a colour (#rrggbb) and a line of text; empty ones are Frontdesk's own."""

    name: str = "Frontdesk"
    logo: str = ""
    color: str = ""
    footer: str = ""

    @property
    def css(self) -> str:
        """The colour, and what is legible on it (relative luminance of WCAG 2), for the bar at the top."""
        if not self.color:
            return ""
        red, green, blue = (_linear(int(self.color[at : at + 2], 16) / 255) for at in (1, 3, 5))
        text = "#000" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 else "#fff"
        shell = f"--sapShellColor:{self.color};--sapShell_TextColor:{text};--sapShell_InteractiveTextColor:{text}"
        return f":root,:root[data-theme]{{--brand:{self.color};--on-brand:{text};{shell}}}"


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
