"""Puts together what is known: its stores, and who makes the vectors of passages."""

from collections.abc import Callable

from frontdesk.answers.passages import passages_of, text_of
from frontdesk.engine.language import UNKNOWN, LanguageReader
from frontdesk.interfaces import Clock
from frontdesk.interfaces.knowledge import Orders, PassageEncoder
from frontdesk.model import Lease, Work
from frontdesk.providers.builtin import Builtin, BuiltinEncoder
from frontdesk.providers.e5 import E5Encoder
from frontdesk.services.parts import KnowledgeServices
from frontdesk.storage.engines.database import Database
from frontdesk.storage.knowledge.articles import StoredArticles
from frontdesk.storage.knowledge.orders import StoredOrders
from frontdesk.storage.knowledge.products import StoredProducts
from frontdesk.storage.pipeline.work_queue import VECTOR_WORK
from frontdesk.wiring.parts import part
from frontdesk.workflows.make_vectors import make_vectors, make_vectors_in_background
from frontdesk.workflows.runner import Handler

ELSE = "en"
Encoders = tuple[PassageEncoder, ...]


def encoders_of(builtin: Builtin, e5: E5Encoder | None) -> Encoders:
    """The engine's, and e5 where it is installed."""
    return (BuiltinEncoder(builtin), *([e5] if e5 else []))


def knowledge_services(
    database: Database, encoders: Encoders, order_book: StoredOrders, orders: Orders, clock: Clock
) -> KnowledgeServices:
    """Articles, products and orders on this database; `orders` are those of the system that is set up."""
    articles, products = StoredArticles(database, clock, passages_of, text_of), StoredProducts(database)
    stores = {"articles": articles, "products": products, "orders": orders, "order_book": order_book}
    return part(KnowledgeServices, **stores, encoders=encoders, database=database, clock=clock)


async def make_missing_vectors(knowledge: KnowledgeServices, made: Callable[[int], object]) -> int:
    """Make the vectors that are missing, here and now; `made` is told after each few articles."""
    return await make_vectors(knowledge.vectors, knowledge.encoders, text_of, made)


def language_of() -> Callable[[str], str]:
    """Says in which language a text is written; English where that cannot be told."""
    reader = LanguageReader()

    def read(text: str) -> str:
        found = reader.read(text)
        return ELSE if found == UNKNOWN else found

    return read


def knowledge_handlers(knowledge: KnowledgeServices) -> dict[str, Handler]:
    """Who makes the vectors that are missing."""

    async def make(_row: Work, lease: Lease, _last_try: bool) -> None:
        await make_vectors_in_background(lease, knowledge.vectors, knowledge.encoders, text_of)

    return {VECTOR_WORK: make}
