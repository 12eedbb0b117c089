"""Languages of single sentences."""

import pytest

from frontdesk.engine.language import LanguageReader

READER = LanguageReader()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Where is my parcel?"),
        ("en", "thanks"),
        ("de", "Der Drucker druckt nicht."),
        ("de", "Danke schön"),
        ("fr", "Mon colis est perdu."),
        ("es", "La pantalla está rota."),
        ("it", "Il pacco non è arrivato."),
        ("pt", "A encomenda não chegou."),
        ("nl", "Het pakket is niet aangekomen."),
        ("pl", "Paczka nie dotarła."),
        ("tr", "Paketim gelmedi."),
        ("ru", "Посылка не пришла."),
        ("ja", "荷物が届きません"),
        ("zh", "包裹还没有到"),
        ("ko", "소포가 도착하지 않았어요"),
        ("ar", "لم يصل الطرد"),
    ],
)
def test_the_language_of_one_sentence_is_known(language: str, text: str) -> None:
    assert READER.read(text) == language


def test_an_address_in_another_language_does_not_count() -> None:
    assert READER.read("Mein Konto heißt info@the-order-is-here.example.com") == "de"
