"""Vector functions: dot product, length, cosine similarity, and the nearest of many."""

from typing import Annotated

from litestar import post
from litestar.params import JSONBody
from msgspec import Meta

from frontdesk.edges.access.authenticator import SCOPE
from frontdesk.edges.llm_gateway.failures import gateway_handlers
from frontdesk.edges.llm_gateway.services import GatewayRouteGroup
from frontdesk.edges.rest.api_answer import ApiAnswer
from frontdesk.edges.rest.bodies import Body, StrictJson
from frontdesk.llm import vectors
from frontdesk.model import Role

MOST_NUMBERS = 10_000
MOST_VECTORS = 10_000
Vector = Annotated[list[Annotated[float, Meta(ge=-1e100, le=1e100)]], Meta(min_length=1, max_length=MOST_NUMBERS)]


class OneBody(Body, frozen=True, forbid_unknown_fields=True):
    """One vector."""

    vector: Vector


class TwoBody(Body, frozen=True, forbid_unknown_fields=True):
    """Two vectors of the same size."""

    a: Vector
    b: Vector


class SearchBody(Body, frozen=True, forbid_unknown_fields=True):
    """The vector that is wanted, and those that are searched: all of the same size."""

    vector: Vector
    vectors: Annotated[list[Vector], Meta(max_length=MOST_VECTORS)]
    limit: Annotated[int, Meta(ge=1, le=MOST_VECTORS)] = 10


class NumberAnswer(ApiAnswer, frozen=True):
    """A number."""

    value: float


class NearAnswer(ApiAnswer, frozen=True):
    """A vector by its place in what was searched, 0 for the first, and its cosine similarity."""

    place: int
    similarity: float


class SearchAnswer(ApiAnswer, frozen=True):
    """The nearest, best first."""

    items: list[NearAnswer]


class VectorRoutes(GatewayRouteGroup):
    """Vector functions."""

    path = "/vectors"
    exception_handlers = gateway_handlers()
    opt = {"role": Role.SERVICE, SCOPE: "llm:vectors"}  # noqa: RUF012 - Litestar reads it from the class

    @post("/dot", status_code=200, dto=StrictJson[TwoBody])
    async def dot(self, data: JSONBody[TwoBody]) -> NumberAnswer:
        """The dot product."""
        return NumberAnswer(vectors.dot(data.a, data.b))

    @post("/norm", status_code=200, dto=StrictJson[OneBody])
    async def norm(self, data: JSONBody[OneBody]) -> NumberAnswer:
        """The Euclidean length."""
        return NumberAnswer(vectors.norm(data.vector))

    @post("/cosine-similarity", status_code=200, dto=StrictJson[TwoBody])
    async def cosine_similarity(self, data: JSONBody[TwoBody]) -> NumberAnswer:
        """The cosine of the angle between them, -1 to 1."""
        return NumberAnswer(vectors.cosine_similarity(data.a, data.b))

    @post("/similarity-search", status_code=200, dto=StrictJson[SearchBody])
    async def similarity_search(self, data: JSONBody[SearchBody]) -> SearchAnswer:
        """The vectors most like the wanted one, best first."""
        found = vectors.similarity_search(data.vector, data.vectors, data.limit)
        return SearchAnswer([NearAnswer(each.place, each.likeness) for each in found])
