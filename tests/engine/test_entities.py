"""Entities: what is found, in four languages and more, and what must not be taken for one."""

import itertools

import pytest

from frontdesk.engine import Vocabulary
from frontdesk.engine.entities import find
from frontdesk.engine.text import prepare

CASES = (
    ("en", "My order 4500012345 from 12 March 2024 is late.", "order_no=4500012345 order_date=12 March 2024"),
    ("en", "order #4711 and order 0012-AB-33 are both late", "order_no=4711 order_no=0012-AB-33"),
    ("en", "orders 123456, 123457 and 123458 are gone", "order_no=123456 order_no=123457 order_no=123458"),
    ("en", "4500012345 is my order number.", "order_no=4500012345"),
    ("en", "order number: 123-4567890-1234567", "order_no=123-4567890-1234567"),
    ("en", "I paid $1,299.00 and 15 EUR extra.", "amount=$1,299.00 amount=15 EUR"),
    ("en", "Call me at 020 7946 0018.", "customer_phone=020 7946 0018"),
    ("en", "My phone: (415) 555-2671", "customer_phone=(415) 555-2671"),
    ("en", "invoice number INV-2024-001, customer number C-10442", "invoice_no=INV-2024-001 customer_no=C-10442"),
    ("en", "It was delivered on March 10, delivery note 80012345.", "delivery_date=March 10 delivery_no=80012345"),
    ("en", "Tracking number 1Z999AA10123456784", "tracking_no=1Z999AA10123456784"),
    ("en", "The article number WX-200B is wrong.", "product_no=WX-200B"),
    ("en", "I was in your store in Leeds.", "store_location=Leeds"),
    ("en", "Nothing works.\n\nBest regards,\nJane Doe", "customer_name=Jane Doe"),
    ("de", "Bestellung Nr. 4500012345 vom 03.04.2024", "order_no=4500012345 order_date=03.04.2024"),
    ("de", "Kundennummer 10023, Rechnung RE-2024-0815", "customer_no=10023 invoice_no=RE-2024-0815"),
    ("de", "Ich habe 1.299,00 € bezahlt, Tel. 06221 123456", "amount=1.299,00 € customer_phone=06221 123456"),
    ("de", "Sendungsnummer: RR123456785DE", "tracking_no=RR123456785DE"),
    ("de", "Ich heiße Erika Beispiel.", "customer_name=Erika Beispiel"),
    ("fr", "Ma commande n° 77812 du 5 mai 2024 est perdue.", "order_no=77812 order_date=5 mai 2024"),
    ("fr", "Facture n° FA-2024-12, appelez le 06 12 34 56 78", "invoice_no=FA-2024-12 customer_phone=06 12 34 56 78"),
    ("fr", "Je m'appelle Luc Exemple, luc@example.org", "customer_name=Luc Exemple customer_email=luc@example.org"),
    ("es", "Mi pedido nº 998877 del 3 de abril de 2024", "order_no=998877 order_date=3 de abril de 2024"),
    ("es", "Me llamo Ana Ejemplo, tel. 612 345 678", "customer_name=Ana Ejemplo customer_phone=612 345 678"),
    ("it", "Il mio ordine n. 554433 del 3 aprile", "order_no=554433 order_date=3 aprile"),
    ("en", "please ring me on 0176 12345678", "customer_phone=0176 12345678"),
    ("en", "Order: 0176 12345678 is my mobile", "customer_phone=0176 12345678"),
    ("pl", "proszę dzwonić 601 234 567", "customer_phone=601 234 567"),
    ("hi", "मेरा नंबर 98765 43210 है", "customer_phone=98765 43210"),
    ("ja", "電話は090-1234-5678です", "customer_phone=090-1234-5678"),
    ("en", "my name is maria sample and i need help", "customer_name=maria sample"),
    ("ru", "меня зовут иван примеров", "customer_name=иван примеров"),
    ("en", "I paid 120 usd, or 5k euros, or $ 75 million", "amount=120 usd amount=5k euros amount=$ 75 million"),
    ("en", "ordered on 05-Aug-2026", "order_date=05-Aug-2026"),
    ("fr", "commandé le 01/août/2026", "order_date=01/août/2026"),
    ("fr", "le four est froid", "product_name=four"),
    ("en", "Order 4500012345, again: order 4500012345", "order_no=4500012345"),
)

NOT_ENTITIES = (
    ("en", "I waited 20 minutes, 3 times, since 2019."),
    ("en", "Version 2.10.3 on 192.168.0.1 fails at 10:30 with code 404."),
    ("en", "My card 4111 1111 1111 1111 was charged."),
    ("en", "See https://shop.example.com/order/12345678?x=1"),
    ("en", "The meeting on 31.02.2024 in order to talk."),
    ("en", "In order to get 50% off I came twice."),
    ("de", "Bitte auf DE89 3704 0044 0532 0130 00 überweisen."),
    ("de", "Am 12.03.2024 war schönes Wetter."),
    ("en", "Log: 2026-11-02 08:15:30"),
    ("en", "The server 36.160.14.148 is down, call me"),
    ("en", "Since the first week of Jan 2027 four people wait"),
    ("en", "It went to my account 4278"),
    ("de", "Wir wohnen im Lindenweg 14"),
)


def found(language: str, text: str, names: Vocabulary = Vocabulary()) -> list[str]:
    spans = find(text, prepare(text), language, names)
    assert all(text[s.start : s.end] == s.value for s in spans)
    return [f"{s.field}={s.value}" for s in spans]


@pytest.mark.parametrize(("language", "text", "wanted"), CASES)
def test_an_entity_is_found_as_it_stands_in_the_text(language: str, text: str, wanted: str) -> None:
    assert sorted(found(language, text)) == sorted(_split(wanted))


@pytest.mark.parametrize(("language", "text"), NOT_ENTITIES)
def test_what_only_looks_like_an_entity_is_left(language: str, text: str) -> None:
    assert found(language, text) == []


def test_a_tracking_number_with_a_wrong_check_digit_is_none() -> None:
    assert found("en", "It says RR123456784DE on it.") == []


def test_a_known_product_wins_over_its_kind() -> None:
    names = Vocabulary(products=("Aurora Dishwasher",))
    assert found("en", "the aurora dishwasher is loud", names) == ["product_name=aurora dishwasher"]


def test_entities_never_overlap() -> None:
    text = "Order 4500012345, invoice 4500012346 from 03.04.2024 for $20.00, call +49 6221 123456 " * 20
    spans = find(text, prepare(text), "en", Vocabulary())
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))


def _split(wanted: str) -> list[str]:
    parts: list[str] = []
    for word in wanted.split(" "):
        if "=" in word:
            parts.append(word)
        else:
            parts[-1] += " " + word
    return parts
