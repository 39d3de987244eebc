"""The words of figures in eight languages: numbers, units, currencies, months, weekdays and what denies."""

import re
import unicodedata
from collections.abc import Mapping

LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "da")


def _numbered(words: str, start: int = 1, step: int = 1) -> dict[str, int]:
    return {form: start + step * place for place, forms in enumerate(words.split()) for form in forms.split("/")}


NUMBERS: Mapping[str, Mapping[str, int]] = {
    "en": {
        **_numbered("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen", 0),
        **_numbered("seventeen eighteen nineteen", 17),
        **_numbered("twenty thirty forty fifty sixty seventy eighty ninety", 20, 10),
    },
    "de": {
        **_numbered("null ein/eins/eine/einen/einem/einer zwei drei vier fünf sechs sieben acht neun zehn elf zwölf", 0),
        **_numbered("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig hundert", 20, 10),
    },
    "fr": {
        **_numbered("zéro un/une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize", 0),
        **_numbered("vingt trente quarante cinquante soixante", 20, 10),
        "cent": 100,
    },
    "es": {
        **_numbered("cero un/una/uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince", 0),
        **_numbered("veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien", 20, 10),
    },
    "it": {
        **_numbered("zero un/una/uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici", 0),
        **_numbered("venti trenta quaranta cinquanta sessanta settanta ottanta novanta cento", 20, 10),
    },
    "nl": {
        **_numbered("nul een/één twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien", 0),
        **_numbered("twintig dertig veertig vijftig zestig zeventig tachtig negentig honderd", 20, 10),
    },
    "pt": {
        **_numbered("zero um/uma dois/duas três quatro cinco seis sete oito nove dez onze doze treze catorze quinze", 0),
        **_numbered("vinte trinta quarenta cinquenta sessenta setenta oitenta noventa cem", 20, 10),
    },
    "da": {
        **_numbered("nul en/et/én to tre fire fem seks syv otte ni ti elleve tolv tretten fjorten femten", 0),
        **_numbered("tyve tredive fyrre halvtreds tres halvfjerds firs halvfems hundrede", 20, 10),
    },
}
ARTICLES = frozenset(["one", "ein", "eine", "einen", "einem", "einer", "un", "une", "una", "uno", "een", "um", "uma", "en", "et"])
"""Number words that are as often articles or pronouns: they count as a figure only where a unit follows."""

_UNITS = {
    "minute": "minute minutes minuten minuto minutos minuti minuut minutter minut",
    "hour": "hour hours stunde stunden heure heures hora horas ora ore uur uren time timer",
    "day": "day days werkdag werkdagen hverdage tag tage tagen werktag werktage werktagen arbeitstage"
    " arbeitstagen geschäftstage geschäftstagen"
    " jour jours día días giorno giorni dag dagen dia dias dage",
    "week": "week weeks woche wochen semaine semaines semana semanas settimana settimane weken uge uger",
    "month": "month months monat monate monaten mois mes meses mese mesi maand maanden mês måned måneder",
    "year": "year years jahr jahre jahren an ans année années año años anno anni jaar jaren ano anos år",
    "seat": "seat seats",
    "location": "location locations",
    "call": "call calls",
    "time": "times",
    "try": "try tries",
    "item": "item items",
    "endpoint": "endpoint endpoints",
    "integration": "integration integrations",
    "account": "account accounts",
    "invoice": "invoice invoices",
    "person": "person people persons",
    "kiosk": "kiosk kiosks",
    "user": "user users",
    "second": "seconds",
}
UNITS: Mapping[str, str] = {form: unit for unit, forms in _UNITS.items() for form in forms.split()}
TIME_UNITS = frozenset({"minute", "hour", "day", "week", "month", "year"})
WORKING = frozenset(["business", "working"])

_CURRENCIES = {
    "USD": "$ us$ usd dollar dollars dollari dólar dólares dólares",
    "EUR": "€ eur euro euros euroja",
    "GBP": "£ gbp pound pounds pfund livre livres libra libras sterlina sterline pond pund quid",
    "JPY": "¥ jpy yen",
    "CHF": "chf francs franken",
    "AUD": "a$ aud",
    "CAD": "c$ cad",
    "DKK": "dkk",
    "SEK": "sek",
    "NOK": "nok",
    "INR": "₹ inr rupees",
}
CURRENCIES: Mapping[str, str] = {form: code for code, forms in _CURRENCIES.items() for form in forms.split()}

_MONTHS = (
    "january jan januar janvier enero gennaio januari janeiro",
    "february feb februar février febrero febbraio februari fevereiro",
    "march mar märz mars marzo maart março marts",
    "april apr avril abril aprile",
    "may mai mayo maggio mei maio maj",
    "june jun juni juin junio giugno junho",
    "july jul juli juillet julio luglio julho",
    "august aug août agosto augustus",
    "september sep sept septembre septiembre settembre setembro",
    "october oct oktober octobre octubre ottobre outubro okt",
    "november nov novembre noviembre novembro",
    "december dec dezember décembre diciembre dicembre dezembro dez",
)
MONTHS: Mapping[str, int] = {form: number for number, forms in enumerate(_MONTHS, 1) for form in forms.split()}

_WEEKDAYS = (
    "monday montag lundi lunes lunedì maandag mandag segunda-feira",
    "tuesday dienstag mardi martes martedì dinsdag tirsdag terça-feira",
    "wednesday mittwoch mercredi miércoles mercoledì woensdag onsdag quarta-feira",
    "thursday donnerstag jeudi jueves giovedì donderdag torsdag quinta-feira",
    "friday freitag vendredi viernes venerdì vrijdag fredag sexta-feira",
    "saturday samstag sonnabend samedi sábado sabato zaterdag lørdag",
    "sunday sonntag dimanche domingo domenica zondag søndag",
)
WEEKDAYS: Mapping[str, int] = {
    form: number for number, forms in enumerate(_WEEKDAYS) for name in forms.split() for form in (name, f"{name}s")
}
RELATIVE: Mapping[str, str] = {
    **dict.fromkeys(["today", "tonight", "heute", "hoy", "oggi", "vandaag", "hoje", "aujourd'hui", "aujourd’hui"], "today"),
    **dict.fromkeys(["tomorrow", "demain", "mañana", "domani", "amanhã"], "tomorrow"),
    **dict.fromkeys(["yesterday", "gestern", "hier", "ayer", "ieri", "gisteren", "ontem"], "yesterday"),
}

_DENIALS = {
    "en": r"not|no|never|none|nobody|nothing|cannot|without|neither|nor|unable|impossible|\w+n['’]t",
    "de": r"nicht|kein\w*|nie|niemals|niemand|nichts|ohne|weder|unmöglich",
    "fr": r"ne|n['’](?=\w)|pas|jamais|aucune?|sans|ni|rien|personne|impossible|non",
    "es": r"no|nunca|jamás|ningún\w*|ninguna?|sin|nada|nadie|ni|tampoco|imposible",
    "it": r"non|no|mai|nessun\w*|senza|niente|nulla|né|impossibile",
    "nl": r"niet|geen|nooit|niemand|niets|zonder|noch|onmogelijk",
    "pt": r"não|nunca|jamais|nenhuma?|sem|nada|ninguém|nem|impossível",
    "da": r"ikke|ingen|intet|aldrig|uden|hverken|umuligt?",
}
_DENYING = {
    language: re.compile(rf"(?<!\w)(?:{pattern})(?!\w)|n['’]t\b", re.IGNORECASE) for language, pattern in _DENIALS.items()
}


def denies(text: str, language: str = "en") -> bool:
    """Whether a text in that language says no to something."""
    pattern = _DENYING.get(language)
    return bool(pattern and pattern.search(unicodedata.normalize("NFC", text)))
