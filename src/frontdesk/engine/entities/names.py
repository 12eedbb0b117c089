"""Finds the customer's name: in an introduction, under a signature, or known to the database."""

import re

from frontdesk.engine.own_words import SIGN_OFF

from .claims import Claims
from .known import occurrences

_PART = r"(?:[A-ZÀ-ÖØ-ÞĀ-ŽΑ-ΩА-Я][\w'’-]*[^\W\d_]|[A-ZÀ-ÖØ-Þ]\.)"
_NAME = (
    rf"{_PART}(?:[ ](?:(?:van|von|de|da|dos|del|della|di|du|la|le|der|den|zu|el|bin|al|y)[ "
    rf"]){{0,2}}{_PART}){{0,3}}"
)
_INTRODUCTION = re.compile(
    r"(?i:\b(?:my (?:full )?name is|(?:this|here) is|i am called|i['’]m called|name ?:|customer(?: name)? "
    r"?:|ich hei(?:ß|ss)e|mein name (?:ist|lautet)|name des kunden ?:|hier (?:ist|spricht|schreibt)|je "
    r"m['’]appelle|mon nom est|je me nomme|nom ?:|me llamo|mi nombre es|nombre ?:|soy (?=[A-Z]\w+ [A-Z])|mi "
    r"chiamo|il mio nome è|(?:eu )?(?:me )?chamo-me|(?:eu )?me chamo|meu nome é|o meu nome é|ik heet|mijn "
    r"naam is|nazywam się)[ ]{0,2}(?:herr |frau |mr\.? |mrs\.? |ms\.? |dr\.? |m\. |mme |sr\.? |sra\.? )?)"
    rf"({_NAME})"
)
_I_AM = re.compile(
    rf"\b(?:I am|I['’]m|[Ii]ch bin|[Jj]e suis|[Ss]oy)[ ](?:Herr |Frau |Mr\.? |Mrs\.? |Ms\.? |Dr\.? "
    rf")?({_PART}[ ]{_PART})(?=[ ]?(?:,|\.|\n|and\b|und\b|et\b|y\b|from\b|aus\b|de\b|$))"
)
# After these words a name follows however it is written: in a chat hardly anybody types capitals.
_CALLED = re.compile(
    r"(?:my (?:full )?name(?:['’]s| is)|i(?:['’]m| am) called|mein name (?:ist|lautet)|ich hei(?:ß|ss)e|je m['’]appelle"
    r"|mon nom est|me llamo|mi nombre es|mi chiamo|il mio nome è|(?:o )?meu nome é|(?:me )?chamo-?(?:me)?|ik heet"
    r"|mijn naam is|nazywam się|mam na imię|меня зовут|моё имя|benim adım|adım|ismim|mera naam|मेरा नाम|اسمي|제 이름은"
    r"|私の名前は|我叫|jag heter|jeg hedder|jmenuji se|mă numesc)[ :]{0,3}"
    r"((?:[^\W\d_]|[\u0900-\u097f])(?:[\w'’.\u0900-\u097f-]*)"
    r"(?:[ ](?:[^\W\d_]|[\u0900-\u097f])[\w'’\u0900-\u097f-]*){0,3})",
    re.I,
)
_AFTER_NAME = frozenset(
    re.findall(
        r"\S+",
        "and i my from the with order number customer but here at in on of for is who writing calling have "
        "has can it und ich aus von der die das mit bestellung kundennummer meine mein habe wohne aber bei "
        "wegen et je de du la le avec ma mon mais commande y mi con desde pero tengo pedido soy e il ordine "
        "ho sono meu minha com tenho o a encomenda sou en mijn uit met heb bestelling maar moje z mam ale "
        "zamówienie jestem и мой я из заказ ve benim siparişim है और मेरा hai aur mera please thanks thank "
        "bitte danke merci gracias grazie ",
    )
)
_SIGNED_LINE = re.compile(
    rf"[ \t]*(?:(?:Herr|Frau|Mr|Mrs|Ms|Dr|Prof|M|Mme|Sr|Sra)\.?[ ]+)*({_NAME})[ \t]*[.,]?[ \t]*(?:$|(?=["
    rf"|(]))",
    re.M,
)
_SIGNED_INLINE = re.compile(
    r"(?i:(?:(?:best|kind|warm) (?:regards|wishes)|(?<=\W)regards|sincerely|cheers|(?:mit )?(?:freundlichen"
    r"|vielen|viele|besten|beste|liebe[n]?) gr(?:ü(?:ß|ss)e?n?)|mfg|(?<!\w)lg|cordialement|bien à vous"
    r"|(?:un )?(?:cordial )?saludos?(?: cordiales)?|atentamente|cordiali saluti|distinti saluti"
    r"|atenciosamente|met vriendelijke groet(?:en)?|pozdrawiam|saygılarımla))"
    rf"[ ]?[,.!–-]*[ \n]+({_NAME})[ ]?\.?\s*$"
)
_DASHED = re.compile(rf"(?:^|[.!?]\s+|\n)[ \t]*[-–—~][ ]?({_NAME})\s*$")
_NO_NAME = frozenset(
    [
        "a",
        "an",
        "the",
        "your",
        "our",
        "my",
        "team",
        "support",
        "service",
        "customer",
        "sent",
        "from",
        "thanks",
        "thank",
        "regards",
        "please",
        "hello",
        "hi",
        "dear",
        "best",
        "order",
        "not",
        "very",
        "in",
        "no",
        "kunde",
        "kundin",
        "ihr",
        "ihre",
        "ein",
        "eine",
        "der",
        "die",
        "das",
        "vielen",
        "danke",
        "kundenservice",
        "le",
        "la",
        "votre",
        "client",
        "cliente",
        "un",
        "una",
        "el",
        "su",
        "gracias",
        "merci",
        "happy",
        "glad",
        "sorry",
        "writing",
        "still",
        "unhappy",
        "disappointed",
        "frustrated",
        "mit",
        "mobile",
        "tel",
        "phone",
        "iphone",
        "android",
        "email",
        "e-mail",
    ]
)


def find(claims: Claims) -> None:
    """Names that are written like names; a vocabulary's names in any case."""
    for start, end in occurrences(claims.plain, claims.vocabulary.customers):
        claims.add("customer_name", start, end)
    for pattern in (_INTRODUCTION, _I_AM):
        for match in claims.words(pattern):
            _add(claims, *match.span(1))
    for match in claims.words(_CALLED):
        _add_called(claims, *match.span(1))
    for sign_off in SIGN_OFF.finditer(claims.plain):
        _signed(claims, sign_off.end())
    for pattern in (_SIGNED_INLINE, _DASHED):
        if last := pattern.search(claims.plain, max(0, len(claims.plain) - 200)):
            _add(claims, *last.span(1))


def _add_called(claims: Claims, start: int, end: int) -> None:
    """The words up to the first that belongs to no name; a small word alone is none."""
    here = start
    for word in claims.plain[start:end].split(" "):
        if word.lower().strip(".,") in _AFTER_NAME or not word:
            break
        here += len(word) + 1
        if word.endswith("."):
            break
    found = claims.plain[start : max(start, here - 1)].rstrip(" .,-")
    found = re.sub(r"(?:です|といいます|と申します|입니다|이에요|예요)$", "", found)
    if len(found) > 1 and found.split()[0].lower() not in _NO_NAME:
        claims.add("customer_name", start, start + len(found))


def _signed(claims: Claims, after: int) -> None:
    start = after
    while start < len(claims.plain) and claims.plain[start] in " \t\r\n":
        start += 1
    if match := _SIGNED_LINE.match(claims.plain, start):
        _add(claims, *match.span(1))


def _add(claims: Claims, start: int, end: int) -> None:
    first = claims.plain[start:end].split()[0].lower().strip(".")
    if first not in _NO_NAME and any(len(w.strip(".")) > 1 for w in claims.plain[start:end].split()):
        claims.add("customer_name", start, end)
