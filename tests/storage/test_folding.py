"""Searches find what was meant, in whatever way it was written: a table in fifteen languages, on both databases."""

import pytest
from sqlalchemy import text

from frontdesk.model import InteractionFilter, NewMessage
from frontdesk.model.console import ListSort
from frontdesk.storage.interactions.listing import StoredLists
from frontdesk.storage.search.index import keep_folded
from frontdesk.storage.search.words import fold
from frontdesk.wiring.container import Container, now

# Language, what was written, and searches that find it and nothing else of this table.
TABLE = (
    ("de", "Die Filiale in Gütersloh hat zu, Straße 7", "gütersloh guetersloh gutersloh GUETERS strasse"),
    ("de", "Herr Mueller aus Duesseldorf", "müller mueller muller düsseldorf dussel"),
    ("en", "The e-mail about order 4500012345 is lost", "email e-mail E-Mail 4500012345 12345 00123 45000"),
    ("en", "Model XR-200 shows E-18", "xr200 XR-200 E18 e-18"),
    ("en", "Model QT300 shows F 29", "QT-300 qt300 F29"),
    ("fr", "Le réfrigérateur fait du bruit, cœur d’Île", "refrigerateur RÉFRIGÉRATEUR coeur cœur ile"),
    ("es", "La contraseña del año no funciona", "contrasena contraseña CONTRASEÑA"),
    ("pt", "A devolução não chegou", "devolucao devolução"),
    ("tr", "Işık yanmıyor, İstanbul", "ışık isik IŞIK Işık yanmiyor istanbul"),
    ("da", "Smørrebrød og æbler", "smørrebrød smorrebrod"),
    ("pl", "Pęknięta łódka", "łódka lodka peknieta"),
    ("cs", "Příliš žluťoučký kůň", "prilis zlutoucky kun"),
    ("ru", "Ёлка не светит", "елка ёлка"),
    ("el", "Η συσκευή χάλασε", "συσκευη ΣΥΣΚΕΥΗ"),
    ("ko", "환불해주세요 빨리요", "환불 환 빨리"),
    ("ja", "洗濯機が壊れました", "洗濯機 洗濯 壊れ"),
    ("zh", "我的订单在哪里", "订单 哪里"),
    ("vi", "Đơn hàng của tôi", "đơn don hang"),
)


@pytest.fixture
def lists(container: Container) -> StoredLists:
    return StoredLists(container.database, container.configuration.codes, now)


async def found(lists: StoredLists, line: str) -> set[int]:
    return {row.id for row in (await lists.page(InteractionFilter(text=line), ListSort.UPDATED_FIRST, 100)).rows}


async def said(container: Container) -> dict[int, tuple[str, str]]:
    ids = [(await container.messages.inbox.accept(NewMessage(words, "WEB"))).interaction_id for _, words, _ in TABLE]
    return {key: (words, searches) for key, (_, words, searches) in zip(ids, TABLE, strict=True)}


async def test_every_way_of_writing_finds_what_was_meant_and_nothing_else(
    container: Container, lists: StoredLists
) -> None:
    for key, (words, searches) in (await said(container)).items():
        for search in searches.split():
            assert await found(lists, search) == {key}, (words, search)
    assert await found(lists, "xr 200") == await found(lists, "xr200") != set()
    assert await found(lists, "qt 300") == await found(lists, "qt300") != set()
    assert await found(lists, "model -xr200") == await found(lists, "qt300")


async def test_what_was_indexed_before_is_brought_up_to_date_once(container: Container, lists: StoredLists) -> None:
    ids = await said(container)
    old = "'old'" if container.database.dialect == "sqlite" else "CAST('old' AS tsvector)"
    spoil = text(f"UPDATE search_index SET words = {old}")
    await container.database.write(lambda c: c.execute(spoil))
    assert await found(lists, "xr200") == set()
    await keep_folded(container.database)
    assert len([key for key, (_, s) in ids.items() if await found(lists, s.split()[0]) == {key}]) == len(TABLE)
    await container.database.write(lambda c: c.execute(spoil))
    await keep_folded(container.database)
    assert len(await found(lists, "old")) == len(TABLE)


@pytest.mark.parametrize(
    ("word", "folded"),
    [("mueller", "muller"), ("neue", "neue"), ("quelle", "quelle"), ("haeuser", "hauser"), ("søn", "son")],
)
def test_an_e_is_taken_for_the_dots_of_an_umlaut_only_where_it_may_be(word: str, folded: str) -> None:
    assert fold(word) == folded
