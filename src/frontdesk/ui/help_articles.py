"""What the help centre shows: public articles that may be told today, each in the language that suits its reader."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from frontdesk.interfaces import Clock
from frontdesk.interfaces.knowledge import Knowledge
from frontdesk.model.knowledge import Article, Audience
from frontdesk.ui.languages import SOURCE


@dataclass(frozen=True, slots=True)
class Shown:
    """All articles of a state of the knowledge base, by id, and the names of products by number."""

    state: tuple[str, date]
    articles: Mapping[str, Article]
    products: Mapping[str, str]

    def in_language(self, language: str, among: Iterable[Article] | None = None) -> Sequence[Article]:
        """One of each article and its translations: in this language, else in English, else in any."""
        groups = {
            _group(each): self.translations(each) for each in (self.articles.values() if among is None else among)
        }
        wanted = {language: 0, SOURCE: 1}
        return [min(each, key=lambda a: (wanted.get(a.language[:2], 2), a.id)) for each in groups.values()]

    def translations(self, of: Article) -> Sequence[Article]:
        """The article in all its languages."""
        return [each for each in self.articles.values() if _group(each) == _group(of)]

    def by(self, articles: Sequence[Article], labels: Callable[[Article], Sequence[str]]) -> dict[str, list[Article]]:
        """Articles by their labels, those that most have first."""
        found: dict[str, list[Article]] = {}
        for each in articles:
            for label in labels(each):
                found.setdefault(label, []).append(each)
        return dict(sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0])))


def _group(article: Article) -> str:
    return article.translation_of or article.id


class HelpCentre:
    """The articles that everybody may read; read again when the knowledge base or the day changes."""

    def __init__(self, knowledge: Knowledge, clock: Clock, public_url: str, *, enabled: bool) -> None:
        """`public_url` is where this server is known, empty where that is not said."""
        self._knowledge, self._clock = knowledge, clock
        self.public_url, self.enabled = public_url.rstrip("/"), enabled
        self._shown: Shown | None = None

    async def shown(self) -> Shown:
        """As it is now."""
        state = (await self._knowledge.stamp(), self._clock().date())
        if self._shown is None or self._shown.state != state:
            articles = await self._knowledge.published([Audience.PUBLIC], state[1])
            names = {each.number: each.name for each in await self._knowledge.products()}
            self._shown = Shown(state, {each.id: each for each in articles}, names)
        return self._shown
