"""Articles that answer questions, with their versions; products."""

from datetime import date
from typing import Annotated

import msgspec
from litestar import Response
from litestar.params import JSONBody, PathParameter, QueryParameter
from msgspec import Meta, field

from frontdesk.edges.rest.answers import Listed, show, show_page, tagged
from frontdesk.edges.rest.api_answer import ApiAnswer, shows
from frontdesk.edges.rest.bodies import Body
from frontdesk.edges.rest.declaring import route
from frontdesk.edges.rest.services import Asked, Cursor, IfMatch, Limit, RouteGroup, expected_version, who
from frontdesk.interfaces import NotFound
from frontdesk.knowledge.checking import check_article, check_product
from frontdesk.model import Page, Role
from frontdesk.model.knowledge import Article, ArticleFilter, ArticleState, ArticleVersion, Attribute, Audience, Product
from frontdesk.ticketing.submission import storable

ArticleId = Annotated[str, PathParameter(max_length=200, description="The id of an article.")]
ProductNumber = Annotated[str, PathParameter(max_length=40, description="The number of a product.")]
Version = Annotated[int, PathParameter(ge=1, le=2**31 - 1)]
Text = Annotated[str, QueryParameter(max_length=200, description="Words to search for, as a person writes them.")]
Chosen = Annotated[list[str] | None, QueryParameter(max_items=20)]
Lines = Annotated[list[Annotated[str, Meta(max_length=4_000)]], Meta(max_length=200)]


class ArticleBody(Body, frozen=True, forbid_unknown_fields=True):
    """An article; citations index `body`, which is Markdown. `note` says what the change is for."""

    title: Annotated[str, Meta(min_length=1, max_length=300)]
    body: Annotated[str, Meta(min_length=1, max_length=1_000_000)]
    language: Annotated[str, Meta(max_length=10)] = "en"
    questions: Lines = field(default_factory=list)
    audience: Audience = Audience.PUBLIC
    url: Annotated[str, Meta(max_length=2000)] = ""
    products: Lines = field(default_factory=list)
    tags: Lines = field(default_factory=list)
    state: ArticleState = ArticleState.PUBLISHED
    valid_from: date | None = None
    valid_to: date | None = None
    owner: Annotated[str, Meta(max_length=200)] = ""
    review_on: date | None = None
    translation_of: Annotated[str, Meta(max_length=200)] = ""
    note: Annotated[str, Meta(max_length=200)] = ""


@shows(Article)
class ArticleAnswer(ApiAnswer, frozen=True):
    """An article; `version` is its ETag."""


@shows(ArticleVersion)
class ArticleVersionAnswer(ApiAnswer, frozen=True):
    """An article as it was saved by somebody."""


class AttributeBody(Body, frozen=True, forbid_unknown_fields=True):
    """A property of a product."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    value: Annotated[str, Meta(max_length=500)]
    unit: Annotated[str, Meta(max_length=20)] = ""


class ProductBody(Body, frozen=True, forbid_unknown_fields=True):
    """A product; `aliases` are what else people call it."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    aliases: Lines = field(default_factory=list)
    attributes: Annotated[list[AttributeBody], Meta(max_length=200)] = field(default_factory=list)


@shows(Attribute)
class AttributeAnswer(ApiAnswer, frozen=True):
    """A property of a product."""


@shows(Product)
class ProductAnswer(ApiAnswer, frozen=True):
    """A product; `version` is its ETag."""


class ArticleRoutes(RouteGroup):
    """What answers questions."""

    path = "/articles"
    tags = ("Knowledge",)

    @route("GET", "/", Role.AGENT, "List articles")
    async def list_all(
        self,
        text: Text = "",
        audience: Annotated[list[Audience] | None, QueryParameter(max_items=2)] = None,
        in_state: Annotated[list[ArticleState] | None, QueryParameter(name="state", max_items=2)] = None,
        language: Chosen = None,
        product: Chosen = None,
        tag: Chosen = None,
        review_until: Annotated[date | None, QueryParameter(description="Whose review is due by then.")] = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Listed[ArticleAnswer]:
        """Those changed last first."""
        wanted = ArticleFilter(
            text=storable(text),
            audience=tuple(audience or ()),
            state=tuple(in_state or ()),
            language=tuple(language or ()),
            product=tuple(map(storable, product or ())),
            tag=tuple(map(storable, tag or ())),
            review_until=review_until,
        )
        page = await self.services.knowledge.articles.page(wanted, limit, cursor)
        return show_page(Page(tuple(row.article for row in page.rows), page.next_cursor), ArticleAnswer)

    @route("GET", "/{article_id:str}", Role.AGENT, "One article", etag=True)
    async def read(self, article_id: ArticleId) -> Response[ArticleAnswer]:
        """The newest version with its ETag."""
        found = await self.services.knowledge.articles.get(article_id)
        return tagged(show(found, ArticleAnswer), found.version)

    @route(
        "PUT",
        "/{article_id:str}",
        Role.SUPERVISOR,
        "Store an article",
        "A new one needs no If-Match; the next version of one that is there needs its ETag.",
        etag=True,
    )
    async def store(
        self, request: Asked, article_id: ArticleId, data: JSONBody[ArticleBody], if_match: IfMatch = None
    ) -> Response[ArticleAnswer]:
        """The article as it is stored."""
        article = check_article(_article(article_id, data))
        version = await self._expected(article.id, if_match)
        stored, _ = await self.services.knowledge.articles.put(article, who(request), storable(data.note), version)
        self.services.wake()
        return tagged(show(stored, ArticleAnswer), stored.version)

    @route(
        "DELETE",
        "/{article_id:str}",
        Role.SUPERVISOR,
        "Delete an article",
        "With all its versions. With its ETag in If-Match only that version is deleted.",
    )
    async def remove(self, request: Asked, article_id: ArticleId, if_match: IfMatch = None) -> None:
        """Delete it."""
        version = expected_version(if_match) if if_match else None
        await self.services.knowledge.articles.remove(article_id, who(request), version)

    @route("GET", "/{article_id:str}/versions", Role.AGENT, "All versions of an article")
    async def versions(self, article_id: ArticleId) -> list[ArticleVersionAnswer]:
        """The newest first."""
        return [_shown(each) for each in await self.services.knowledge.articles.versions(article_id)]

    @route("GET", "/{article_id:str}/versions/{version:int}", Role.AGENT, "An article as it was")
    async def version(self, article_id: ArticleId, version: Version) -> ArticleVersionAnswer:
        """The article in this version."""
        return _shown(await self.services.knowledge.articles.version(article_id, version))

    async def _expected(self, article_id: str, if_match: str | None) -> int | None:
        try:
            before = await self.services.knowledge.articles.get(article_id)
        except NotFound:
            return expected_version(if_match, 0) if if_match else 0
        return expected_version(if_match, before.version)


class ProductRoutes(RouteGroup):
    """What is sold."""

    path = "/products"
    tags = ("Knowledge",)

    @route("GET", "/", Role.AGENT, "List products")
    async def list_all(self, text: Text = "", limit: Limit = 50, cursor: Cursor = "") -> Listed[ProductAnswer]:
        """By number; `text` is the beginning of a number or a part of a name."""
        page = await self.services.knowledge.products.page(limit, cursor, storable(text))
        return show_page(page, ProductAnswer)

    @route("GET", "/{number:str}", Role.AGENT, "One product", etag=True)
    async def read(self, number: ProductNumber) -> Response[ProductAnswer]:
        """The product with its ETag."""
        found = await self.services.knowledge.products.get(number)
        return tagged(show(found, ProductAnswer), found.version)

    @route(
        "PUT",
        "/{number:str}",
        Role.SUPERVISOR,
        "Store a product",
        "A new one needs no If-Match; one that is there needs its ETag.",
        etag=True,
    )
    async def store(
        self, number: ProductNumber, data: JSONBody[ProductBody], if_match: IfMatch = None
    ) -> Response[ProductAnswer]:
        """The product as it is stored."""
        attributes = tuple(Attribute(each.name, each.value, each.unit) for each in data.attributes)
        product = check_product(Product(number, data.name, tuple(data.aliases), attributes))
        stored, _ = await self.services.knowledge.products.put(product, await self._expected(number, if_match))
        return tagged(show(stored, ProductAnswer), stored.version)

    @route(
        "DELETE",
        "/{number:str}",
        Role.SUPERVISOR,
        "Delete a product",
        "With its ETag in If-Match only that version is deleted.",
    )
    async def remove(self, number: ProductNumber, if_match: IfMatch = None) -> None:
        """Delete it."""
        await self.services.knowledge.products.remove(number, expected_version(if_match) if if_match else None)

    async def _expected(self, number: str, if_match: str | None) -> int | None:
        try:
            before = await self.services.knowledge.products.get(number)
        except NotFound:
            return expected_version(if_match, 0) if if_match else 0
        return expected_version(if_match, before.version)


def _article(article_id: str, data: ArticleBody) -> Article:
    given = {name: value for name, value in msgspec.structs.asdict(data).items() if name != "note"}
    lists = {name: tuple(" ".join(each.split()) for each in given[name]) for name in ("questions", "products", "tags")}
    return Article(id=article_id, **{**given, **lists})


def _shown(version: ArticleVersion) -> ArticleVersionAnswer:
    return show(version, ArticleVersionAnswer)
