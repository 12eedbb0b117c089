"""Finds products and stores: known names, model names, kinds of appliance, branches in towns."""

import re

from .claims import Claims
from .dates import MONTHS
from .known import occurrences

_CAPITAL = r"[A-ZÀ-ÖØ-Þ][\w'’-]+"
_PLACE = rf"{_CAPITAL}(?:[ -](?:(?:am|an der|on|upon|sur|de|del|la|le|les|los|las)[ -])?{_CAPITAL}){{0,2}}"
_SHOP = (
    r"(?:store|shop|branch|outlet|showroom|filiale|geschäft|laden|markt|niederlassung|magasin|boutique"
    r"|succursale|agence|tienda|sucursal|negozio|loja|winkel|filiaal|sklepie?)"
)
_IN = r"(?:in|at|on|of|near|im|am|an der|auf der|in der|von|de|du|à|en|di|a|em|w)"
_LOCATED = re.compile(rf"(?i:\b{_SHOP}\s{_IN}\s)((?:the )?{_PLACE})")
_LOCATED_DIRECT = re.compile(rf"\b(?:Filiale|Niederlassung|Markt|[Mm]agasin|[Tt]ienda|[Ss]ucursal)[ ]({_PLACE})")
_TOWN_STORE = re.compile(rf"\b(?:the|your|our|you[’']re)[ ]({_PLACE})[ ](?:store|shop|branch|outlet|showroom)\b")
_NO_PLACE = frozenset(
    [
        "the",
        "your",
        "our",
        "my",
        "online",
        "web",
        "i",
        "it",
        "they",
        "on",
        "in",
        "at",
        "this",
        "that",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ]
)

_MODEL = re.compile(
    rf"\b((?:{_CAPITAL}[ ]){{1,3}}(?:(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Z][\w-]{{1,14}}|\d{{2,5}}(?:[ "
    rf"]?(?:Pro|Plus|Max|Mini|XL|Ultra|S|X))?|Pro|Plus|Max|Mini|XL|Ultra)"
    rf"|{_CAPITAL}[A-Z][\w-]*\d[\w-]*)(?!\w|[-/.]\d)"
)
_KINDS = re.compile(
    r"\b(?:(?:smart|robot|electric|cordless|wireless|induction|rice|slow|pressure|gas|espresso|stand|hand"
    r"|air|steam|food|bread|wine|chest|coffee|washing|tumble|microwave|built-in|french door|portable"
    r"|bluetooth|noise[- ]cancell?ing|gaming|led|oled|4k)[ -])*(?:washing machine|washer[- ]dryer|washer"
    r"|dishwasher|(?:tumble )?dryer|refrigerator|fridge(?:[- ]freezer)?|freezer|oven|stove|cooktop|hob"
    r"|cooker|microwave(?: oven)?|vacuum(?: cleaner)?|coffee (?:machine|maker)|espresso machine|toaster"
    r"|kettle|blender|mixer|juicer|food processor|air fryer|grill|iron|steam iron|hair ?dryer|shaver"
    r"|electric toothbrush|television|tv set|smart tv|tv|soundbar|speakers?|headphones|earbuds|laptop"
    r"|tablet|notebook|smartphone|smart ?watch|printer|router|monitor|keyboard|camera|game console|air "
    r"conditioner|air purifier|dehumidifier|humidifier|heater|fan|thermostat|extractor hood|range hood"
    r"|water heater|boiler|lawn ?mower|drill|sewing machine|mattress|sofa|wardrobe|bookshelf|waschmaschine"
    r"|waschtrockner|geschirrspüler|geschirrspülmaschine|spülmaschine|(?:wäsche)?trockner|kühlschrank"
    r"|kühl-gefrier-kombination|gefrierschrank|gefriertruhe|backofen|herd|kochfeld|induktionskochfeld"
    r"|ceranfeld|mikrowelle|staubsauger|saugroboter|kaffeemaschine|kaffeevollautomat|wasserkocher|mixer"
    r"|küchenmaschine|bügeleisen|föhn|rasierer|fernseher|lautsprecher|kopfhörer|drucker|klimaanlage"
    r"|luftreiniger|heizung|rasenmäher|dunstabzugshaube|heißluftfritteuse|reiskocher|thermomix|lave-linge"
    r"|machine à laver|lave-vaisselle|sèche-linge|réfrigérateur|frigo|congélateur|four(?: à micro-ondes)?"
    r"|micro-ondes|plaque(?: de cuisson| à induction)?|hotte|aspirateur(?: robot)?|cafetière|machine à café"
    r"|bouilloire|grille-pain|fer à repasser|sèche-cheveux|téléviseur|télévision|imprimante|casque|enceinte"
    r"|climatiseur|cuiseur à riz|lavadora|lavavajillas|secadora|frigorífico|nevera|refrigerador|congelador"
    r"|horno|microondas|placa de inducción|vitrocerámica|campana|aspiradora|robot aspirador|cafetera"
    r"|hervidor|tostadora|batidora|plancha|secador|televisor|televisión|impresora|auriculares|altavoz|aire "
    r"acondicionado|olla arrocera|lavatrice|lavastoviglie|asciugatrice|frigorifero|forno|aspirapolvere"
    r"|macchina da caffè|televisore|lava-louça|máquina de lavar|geladeira|fogão|wasmachine|vaatwasser"
    r"|droger|koelkast|stofzuiger|pralka|zmywarka|lodówka|çamaşır makinesi|bulaşık makinesi|buzdolabı)\b",
    re.I,
)
_NO_MODEL = frozenset(
    [
        "order",
        "bestellung",
        "commande",
        "pedido",
        "invoice",
        "rechnung",
        "facture",
        "factura",
        "my",
        "the",
        "since",
        "on",
        "in",
        "from",
        "at",
        "error",
        "code",
        "fehler",
        "version",
        "model",
        "modell",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "room",
        "route",
        "apt",
        "suite",
        "street",
        "number",
        "nr",
        "no",
        "januar",
        "februar",
        "märz",
        "mai",
        "juni",
        "juli",
        "oktober",
        "dezember",
        "am",
        "seit",
        "im",
        "call",
        "phone",
        "windows",
        "since",
        "hello",
        "dear",
        "i",
        "and",
        "but",
        "it",
    ]
)


# Words that are products in these languages only, and mean something else in others.
_ONLY_IN = {
    **dict.fromkeys(("four", "plaque", "casque", "hotte", "enceinte", "frigo", "congélateur"), ("fr",)),
    **dict.fromkeys(("fan", "iron", "drill", "hob", "stove", "kettle", "blender"), ("en", "de", "nl")),
    **dict.fromkeys(("herd", "heizung"), ("de",)),
    **dict.fromkeys(("plancha", "campana", "horno", "secador", "batidora", "altavoz"), ("es", "pt")),
    **dict.fromkeys(("forno",), ("it", "pt")),
    "oven": ("en", "nl"),
    "grill": ("en", "de", "fr", "es", "it", "nl", "pl"),
}
_STREET = re.compile(
    r"(?i:(?:weg|stra(?:ß|ss)e|str\.?|allee|platz|gasse|damm|ufer|lane|road|street|avenue|ave|drive|close|court|square|way"
    r"|straat|laan|plein|gatan|vej)(?!\w))|(?i:^(?:rue|via|calle|plaza|piazza|rua|avenida|ulica|boulevard|chemin)\b)"
)
# Nouns of languages whose words the expression above does not know.
_MORE_KINDS = re.compile(
    r"(?<![^\W_])(?:piekarnik\w{0,2}|suszark\w|żelazk\w|czajnik\w{0,2}|telewizor\w{0,2}|odkurzacz\w{0,2}|pralk\w|zmywark\w"
    r"|lodówk\w|ekspres\w? do kawy|fornello|bollitore|asciugacapelli|tostapane|ferro da stiro|frullatore|lampada|stufa"
    r"|aspirador|chaleira|torradeira|liquidificador|ferro de engomar|máquina de café|frigorífico|televisão|candeeiro"
    r"|waterkoker|broodrooster|koffiezetapparaat|strijkijzer|kookplaat|magnetron|televisie|föhn|fırın\w{0,3}|ütü\w{0,2}"
    r"|kettle|süpürge\w{0,2}|televizyon\w{0,2}|kurutma makinesi|духовк\w|холодильник\w?|стиральн\w{2} машин\w"
    r"|посудомоечн\w{2} машин\w|чайник\w?|телевизор\w?|пылесос\w?|утюг\w?)(?![^\W_])"
    r"|वॉशिंग मशीन|फ्रिज|ओवन|टीवी|मिक्सर|غسالة|ثلاجة|فرن|تلفاز|مكنسة"
    r"|세탁기|냉장고|오븐|건조기|텔레비전|청소기|식기세척기"
    r"|洗濯機|冷蔵庫|オーブン|乾燥機|テレビ|掃除機|食洗機|洗衣机|冰箱|烤箱|电视|吸尘器",
    re.I,
)


def find(claims: Claims) -> None:
    """Known names first, then stores with their town, model names, and at last kinds of product."""
    for start, end in occurrences(claims.plain, claims.vocabulary.products):
        claims.add("product_name", start, end)
    for start, end in occurrences(claims.plain, claims.vocabulary.stores):
        claims.add("store_name", start, end)
    for pattern in (_LOCATED, _LOCATED_DIRECT, _TOWN_STORE):
        for match in claims.words(pattern):
            if match.group(1).split()[0].lower() not in _NO_PLACE:
                claims.add("store_location", *match.span(1))
    for match in claims.words(_MODEL):
        _add_model(claims, *match.span(1))
    for match in claims.words(_KINDS):
        only = _ONLY_IN.get(match.group().lower())
        if only is None or claims.language in only:
            claims.add("product_name", *match.span())
    for match in _MORE_KINDS.finditer(claims.plain):
        claims.add("product_name", *match.span())


def _add_model(claims: Claims, start: int, end: int) -> None:
    words = claims.plain[start:end].split(" ")
    while len(words) > 1 and words[0].lower() in _NO_MODEL:
        start += len(words.pop(0)) + 1
    if _STREET.search(" ".join(words[:-1])) or any(word.lower().rstrip(".") in MONTHS for word in words):
        return
    is_name = len(words) > 1 or any(c.isdigit() for c in words[0])
    if is_name and not _NO_MODEL & {word.lower() for word in words} and not _starts_sentence(claims, start):
        claims.add("product_name", start, end)


def _starts_sentence(claims: Claims, start: int) -> bool:
    """Whether the first capital may be owed to the sentence, not to a name."""
    before = claims.plain[max(0, start - 40) : start].rstrip()
    return not before or before[-1] in ".!?:\n"
