"""Names the language of a text: by its script, else by byte statistics and function words."""

import re
import threading
from array import array
from collections.abc import Mapping

from py3langid.langid import (  # type: ignore[import-untyped]  # the package has no types
    MODEL_FILE,
    LanguageIdentifier,
)

UNKNOWN = "und"
_READ = 3_000
_WORD_WEIGHT = 1.0
_FIRST_GUESS = {"en": 0.15, "de": 0.05, "fr": 0.05, "es": 0.05, "it": 0.03, "pt": 0.03, "nl": 0.02}

_LANGUAGES = [
    "ar",
    "bg",
    "cs",
    "da",
    "de",
    "el",
    "en",
    "es",
    "fa",
    "fi",
    "fr",
    "he",
    "hi",
    "hr",
    "hu",
    "id",
    "it",
    "ja",
    "ko",
    "nl",
    "no",
    "pl",
    "pt",
    "ro",
    "ru",
    "sk",
    "sv",
    "th",
    "tr",
    "uk",
    "ur",
    "vi",
    "zh",
]
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af\u1100-\u11ff]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("el", re.compile("[\u0370-\u03ff\u1f00-\u1fff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("arabic", re.compile("[\u0600-\u06ff]")),
    ("cyrillic", re.compile("[\u0400-\u04ff]")),
    ("latin", re.compile("[a-zA-Z\u00c0-\u024f\u1e00-\u1eff]")),
)
_LATIN = tuple(
    code
    for code in _LANGUAGES
    if code not in ["ar", "bg", "el", "fa", "he", "hi", "ja", "ko", "ru", "th", "uk", "ur", "zh"]
)
_FAMILIES = {"arabic": ("ar", "fa", "ur"), "cyrillic": ("ru", "uk", "bg")}
_NOISE = re.compile(r"https?://\S+|\S+@\S+|[\w-]*\d[\w-]*")
_WORD = re.compile(r"[^\W\d_]+")

# The most frequent function words: what a short sentence has, when it has nothing else.
_FUNCTION_WORDS: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": (
            "the a an is are was were be been have has had do does did not i you he she it we they my your "
            "our this that these those and or but if to of in on at for from with by as when where what "
            "which who how why can could will would should please thanks thank hello hi yes very still "
            "there me us its it's don't doesn't i'm broken help need want order great good bad never again "
            "works"
        ),
        "de": (
            "der die das ein eine einen einem einer ist sind war waren sein haben hat hatte ich du er sie "
            "es wir ihr mein meine meinen meinem meiner und oder aber wenn zu von in im auf an für mit bei "
            "nach wie was wer wo wann warum kann können konnte wird werden nicht kein keine bitte danke "
            "sehr noch schon auch den dem des dass mir mich uns hallo guten tag ja nein geht defekt kaputt "
            "funktioniert bestellung rechnung gut"
        ),
        "fr": (
            "le la les un une des du de d l est sont était être avoir a ai avez je tu il elle nous vous ils "
            "mon ma mes votre vos notre et ou mais si à au aux en dans sur pour avec par ne pas plus que "
            "qui quoi quand où comment pourquoi c'est ce cette ces s'il merci bonjour très encore oui non "
            "commande ça fonctionne marche mal bien"
        ),
        "es": (
            "el la los las un una unos unas es son era está están ser estar haber ha he hemos yo tú él ella "
            "nosotros mi mis su sus y o pero si a al de del en con por para no que qué quién cuándo dónde "
            "cómo cuál porque gracias hola muy todavía sí me se lo le nos ustedes usted pedido funciona "
            "quiero puedo tengo mal bien buenos días"
        ),
        "it": (
            "il lo la i gli le un uno una è sono era essere avere ha ho abbiamo io tu lui lei noi voi mio "
            "mia miei mie vostro e o ma se a al alla di del della dei delle in nel nella con per non che "
            "chi cosa quando dove come perché grazie ciao buongiorno molto ancora sì mi ci si ordine "
            "funziona vorrei posso bene questo questa"
        ),
        "pt": (
            "o os as um uma uns umas é são era está estão ser estar ter tem tenho eu você ele ela nós meu "
            "minha meus minhas seu sua e ou mas se ao à do da dos das em no na nos nas com por para não que "
            "quem quando onde como porque obrigado obrigada olá muito ainda sim me pedido funciona quero "
            "posso bom dia foi isso este esta"
        ),
        "nl": (
            "de het een is zijn was waren ben heb heeft had hebben ik jij je hij zij ze wij we jullie mijn "
            "jouw uw ons onze en of maar als naar van in op aan voor met bij niet geen dat die dit deze wat "
            "wie waar wanneer hoe waarom kan kunnen zal wordt worden graag dank bedankt hallo ja nee nog "
            "ook te er u mij bestelling werkt kapot goed"
        ),
        "pl": (
            "jest są był była było być mam ma mamy ja ty on ona my wy oni mój moja moje mojego i lub ale "
            "jeśli do z ze w we na dla od po nie co kto gdzie kiedy jak dlaczego czy proszę dziękuję dzień "
            "dobry tak to ten ta te tego się już jeszcze bardzo zamówienie działa mi mnie państwa przez za "
            "o"
        ),
        "tr": (
            "bir bu şu o ve veya ama için ile de da mi mı mu mü değil var yok ben sen biz siz onlar benim "
            "bana beni çok daha ne kim nerede nasıl neden ne zaman lütfen teşekkürler teşekkür merhaba evet "
            "hayır sipariş siparişim çalışmıyor olarak gibi ürün geldi aldım"
        ),
        "sv": (
            "en ett är var vara har hade jag du han hon vi ni de min mitt mina din och eller men om att av "
            "i på för med till från inte ingen det den detta som vad vem när hur varför kan ska tack hej ja "
            "nej mycket också"
        ),
        "da": (
            "en et er var være har havde jeg du han hun vi i de min mit mine din og eller men hvis at af på "
            "for med til fra ikke ingen det den dette som hvad hvem hvornår hvordan hvorfor kan skal tak "
            "hej ja nej meget også"
        ),
        "no": (
            "en et er var være har hadde jeg du han hun vi dere de min mitt mine din og eller men hvis å av "
            "på for med til fra ikke ingen det den dette som hva hvem når hvordan hvorfor kan skal takk hei "
            "ja nei mye også"
        ),
        "fi": (
            "on ovat oli olla minä sinä hän me te he ja tai mutta jos ei en että se tämä mitä kuka missä "
            "milloin miten miksi voi kiitos hei kyllä vielä myös minun"
        ),
        "cs": (
            "je jsou byl byla být mám má já ty on ona my vy oni můj moje a nebo ale pokud do z ze v ve na "
            "pro od po ne co kdo kde kdy jak proč prosím děkuji dobrý den ano to ten ta se už ještě velmi "
            "objednávka"
        ),
        "ro": (
            "este sunt era fi am are avem eu tu el ea noi voi meu mea și sau dar dacă la de din în pe "
            "pentru cu nu ce cine unde când cum mulțumesc bună ziua da foarte încă comanda"
        ),
        "hu": (
            "a az egy van vannak volt lenni nem én te ő mi ti és vagy de ha hogy mit ki hol mikor miért "
            "kérem köszönöm jó napot igen nagyon még is meg"
        ),
    }.items()
}


class LanguageReader:
    """Says what language a text is in; safe to share between threads."""

    def __init__(self) -> None:
        """Prepare; the statistics themselves are loaded when the first text needs them."""
        self._statistics: LanguageIdentifier | None = None
        self._lock = threading.Lock()

    def read(self, text: str) -> str:
        """The ISO 639-1 code, `und` when there are no words."""
        text = _NOISE.sub(" ", text[:_READ])
        script = _script(text)
        if script is None:
            return UNKNOWN
        if script == "latin" or script in _FAMILIES:
            return self._among(text, _FAMILIES.get(script))
        return script

    def _among(self, text: str, family: tuple[str, ...] | None) -> str:
        words = _WORD.findall(text.lower())
        statistics = dict(self._ranked(text))
        best, highest = UNKNOWN, float("-inf")
        # Statistics are sure of long texts and guess at short ones, where a few function words tell more.
        for language in family or _LATIN:
            known = _FUNCTION_WORDS.get(language, frozenset())
            share = sum(w in known for w in words) / max(len(words), 1)
            score = statistics.get(language, 0.0) + _WORD_WEIGHT * share + _FIRST_GUESS.get(language, 0.0)
            if score > highest:
                best, highest = language, score
        return best

    def _ranked(self, text: str) -> list[tuple[str, float]]:
        with self._lock:
            if self._statistics is None:
                self._statistics = _load()
        return [(str(code), float(p)) for code, p in self._statistics.rank(text)]


def _load() -> LanguageIdentifier:
    statistics = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    statistics.set_languages(_LANGUAGES)
    # Lists of numbers become arrays, and only the columns in use are kept: 7 MB less stay resident.
    statistics._rowbase = array("I", statistics._rowbase)
    statistics.tk_output = array("i", statistics.tk_output)
    statistics.nb_ptc = statistics.nb_ptc.copy()
    statistics._full_model = (statistics.nb_ptc, statistics.nb_pc, statistics.nb_classes)
    return statistics


def _script(text: str) -> str | None:
    counts = {name: len(pattern.findall(text)) for name, pattern in _SCRIPTS}
    # Japanese is written with Chinese characters too, but hardly ever without a kana.
    if counts["ja"]:
        counts["ja"] += counts.pop("zh")
    # One character of these says as much as two or three letters.
    for name in ("zh", "ja", "ko"):
        if name in counts:
            counts[name] *= 3
    name, count = max(counts.items(), key=lambda item: item[1])
    return name if count else None
