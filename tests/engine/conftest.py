"""The engine is loaded once for all its tests."""

import pytest

from frontdesk.engine import Engine, IntentIndex, IntentSpec

RETAIL = (
    IntentSpec(
        "TI", ("Technical issues"), "The customer reports that a product is broken or does not work as it should."
    ),
    IntentSpec("PI", "Product information", "The customer asks for features, sizes, prices or colours of a product."),
    IntentSpec(
        "WR", ("Warranty and returns"), "The customer asks about the guarantee, wants to return or exchange something."
    ),
    IntentSpec(
        "DI", ("Delivery and installation"), "The customer asks when something is delivered or how it is installed."
    ),
    IntentSpec("CA", "Complaint", "The customer is angry about bad service, rude staff or poor quality."),
    IntentSpec("CI", "Compliment", "The customer is happy and praises a product, the service or the staff."),
)


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine.load()


@pytest.fixture(scope="session")
def retail(engine: Engine) -> IntentIndex:
    return engine.intent_index(RETAIL)
