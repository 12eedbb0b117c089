"""English texts that remember their template and arguments, so that pages can show them in another language.

All packages write English. `tr("there is no card {name!r}", name=name)` is an ordinary English text for logs, REST and
the command line. It also carries its template, which is the key in the gettext catalogues, and its arguments. Only a
catalogue (ui.languages) translates it. Arguments stay as they are, unless they are translatable themselves or errors
with such a text.

Only the English text is stored, so errors of effects, work and replies are shown in English.
"""

from collections.abc import Mapping
from dataclasses import dataclass


class Translatable(str):
    """An English text with the template and the arguments it was made of. `str(text)` is the plain text alone."""

    message_id: str
    arguments: Mapping[str, object]

    def __new__(cls, text: str, message_id: str = "", arguments: Mapping[str, object] | None = None) -> "Translatable":
        """Without a message id the text itself is the id."""
        made = super().__new__(cls, text)
        made.message_id, made.arguments = message_id or text, arguments or {}
        return made

    def with_arguments(self, **arguments: object) -> "Translatable":
        """The same template with other arguments."""
        return tr(self.message_id, **{**self.arguments, **arguments})

    def __deepcopy__(self, _memo: object) -> "Translatable":
        return self


@dataclass(frozen=True, slots=True)
class Joined:
    """Several texts with a separator, as one argument. Each part is translated if it can be."""

    parts: tuple[object, ...]
    between: str = ", "

    def __str__(self) -> str:
        """In English."""
        return self.between.join(map(str, self.parts))


def tr(message_id: str, /, **arguments: object) -> Translatable:
    """The text of a template: `{name}` (with `!r` or `:,` as in an f-string) is filled in. Never raises."""
    values = {name: text_of(value) if isinstance(value, Exception) else value for name, value in arguments.items()}
    return Translatable(filled(message_id, values) or message_id, message_id, values)


def filled(template: str, values: Mapping[str, object]) -> str | None:
    """A template with its values, None where they do not fit. Without values nothing is a placeholder."""
    if not values:
        return template
    try:
        return template.format_map(values)
    except (LookupError, ValueError, TypeError, AttributeError):
        return None


def text_of(error: Exception) -> str:
    """The text of an error, translatable where it was made so."""
    text = str(error)
    return next((each for each in error.args if isinstance(each, Translatable) and each == text), text)
