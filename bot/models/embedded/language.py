"""The language of a message, out of those that are spoken to the bot. English when unsure: a wrong guess costs more than none."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, cast

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "da", "sv", "no", "fi", "pl", "ro", "vi")
SHORT = 3
SURE = 0.8
VERY_SURE = 0.97

_TELLING = {
    "de": "ich ist nicht und der die das wir sie bitte unser unsere unseren wie wann warum kann können möchte hallo danke ja "
    "nein für mit auf haben moin guten"
    " morgen tag tschüss doch genau einverstanden abbrechen stimmt passt was euch euer mein meine eine einen wo wer weiter "
    "lieber kündigen rechnung",
    "fr": "je est pas nous vous le la les des une et pour avec notre nos votre bonjour merci oui non comment quand pourquoi "
    "est-ce que qui où salut bonsoir"
    " d'accord annulez ça c'est combien facture s'il voulez quel quelle au revoir",
    "es": "el los las una es nosotros para con nuestro nuestra hola gracias sí cómo cuándo por qué cuánto quiero puede donde "
    "dónde pero esto vale adiós"
    " buenos días factura está cancelar claro usted nuestros",
    "it": "il gli una è noi per con nostro nostra ciao grazie sì come quando perché quanto vorrei può dove questo salve "
    "buongiorno che non sono fattura della",
    "pt": "o os uma é nós para com nosso nossa olá obrigado obrigada sim não como quando quanto quero pode onde isso você "
    "fatura está",
    "nl": "ik het een niet wij zijn van met voor ons onze hallo bedankt ja nee hoe wanneer waarom kan graag wat dat dit "
    "factuur jullie goedendag hoi dank",
    "da": "jeg er ikke det vi og en til med vores hej tak ja nej hvordan hvornår hvorfor kan gerne hvad faktura på af kunne "
    "farvel mange",
    "sv": "jag är inte det vi och en till med vår hej tack ja nej hur när varför kan gärna vad faktura på av",
    "no": "jeg er ikke det vi og en til med vår hei takk ja nei hvordan når hvorfor kan gjerne hva faktura på av",
    "fi": "minä on ei ja me kanssa hei kiitos kyllä miten milloin miksi voi lasku",
    "pl": "jestem nie i my jest dla z nasz cześć dziękuję tak jak kiedy dlaczego czy proszę faktura dzień dobry",
    "ro": "eu este nu și noi pentru cu nostru bună mulțumesc da cum când de ce vreau factură",
    "vi": "tôi là không và chúng cho với của xin chào cảm ơn vâng như thế nào khi tại sao hóa đơn",
    "en": "i the is not we and you to of our my please how when why can want hello hi thanks thank yes no what it that this "
    "with for are do does on in be"
    " have has your if a an at or will would could me us was were but from by which who where there their ok okay sorry need "
    "get them they",
}
_TOKEN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def detect(text: str, own_words: Iterable[str] = ()) -> str:
    """The language's two letters. Product names, numbers and addresses don't count; a few words must be telling ones."""
    plain = re.sub(r"\S+@\S+|https?://\S+|\b[A-Z]{2,}-\d+\b|\S+ > \S+", " ", text)
    ignored = own_words if isinstance(own_words, frozenset | set) else frozenset(own_words)
    words = [word for word in _TOKEN.findall(plain.lower().replace("’", "'")) if word not in ignored]
    if not words:
        return "en"
    if re.search("[¿¡]", text):
        return "es"
    hits = {language: sum(word in telling for word in words) for language, telling in _tables().items()}
    best = max(hits, key=lambda language: (hits[language], language == "en"))
    if hits["en"] == hits[best] and hits["en"] > 0:
        return "en" if not _foreign_letters(words) else _model(" ".join(words))[0]
    if len(words) <= SHORT:
        return best if hits[best] > 0 else "en"
    guess, sure = _model(" ".join(words))
    if guess == best:
        return guess
    if hits[best] >= 2 and hits[best] > hits.get(guess, 0) + 1:
        return best
    return guess if sure >= (SURE if hits["en"] == 0 else VERY_SURE) and hits.get(guess, 0) > 0 else "en"


def _foreign_letters(words: Iterable[str]) -> bool:
    return any(re.search(r"[^\x00-\x7f]", word) for word in words)


@cache
def _tables() -> dict[str, frozenset[str]]:
    return {language: frozenset(words.split()) for language, words in _TELLING.items()}


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = cast(Any, LanguageIdentifier).from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    return identifier


def _model(text: str) -> tuple[str, float]:
    language, probability = _identifier().classify(text)
    return str(language), float(probability)
