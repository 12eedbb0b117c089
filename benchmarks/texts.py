"""Messages for measurements: made up, of ordinary length, different from each other, always the same."""

import random

OPENINGS = ("Hello,", "Dear team,", "Good morning,", "Guten Tag,", "Hi there,")
MATTERS = (
    "my washing machine shows error E18 and does not pump out the water any more",
    "the parcel with my coffee machine was due last Tuesday and has still not arrived",
    "I would like to return the toaster that I bought in your store and get my money back",
    "does the steam oven also fit into a niche that is 59 centimetres wide",
    "I waited on your hotline for more than forty minutes and then the call was cut off",
    "thank you very much, the technician was friendly, quick and explained everything to me",
    "mein Geschirrspüler läuft aus und der ganze Küchenboden steht unter Wasser",
    "ich warte seit zwei Wochen auf meine Lieferung und niemand kann mir Auskunft geben",
)
DETAILS = (
    "I bought it on 3 March this year and have the invoice at hand.",
    "It happened again this morning although I had followed the manual.",
    "Please let me know what I can do, I am at home all afternoon.",
    "My neighbour has the same model and never had this.",
    "Die Bestellnummer lautet 4500{number}.",
    "The order number is 4500{number} and my customer number is C{number}.",
    "You can call me at +49 30 5550{number} at any time.",
)


def message(number: int) -> str:
    """The message with this number: about 310 characters."""
    chance = random.Random(number)
    details = chance.sample(DETAILS, 3)
    body = " ".join([chance.choice(OPENINGS), chance.choice(MATTERS) + ".", *details])
    return body.format(number=f"{number % 100000:05d}") + f" Regards, Kim Sample {number}"
