"""What the Slack adapter itself says around what the assistant says, by language; English where one is missing."""

from bot.channels.phrases import SHARED, Phrases

ENGLISH = "en"

PHRASES: Phrases = {
    **SHARED,
    "decline": {
        "en": "No thanks",
        "de": "Nein danke",
        "fr": "Non merci",
        "es": "No gracias",
        "da": "Nej tak",
        "nl": "Nee dank je",
        "it": "No grazie",
    },
    "rule": {
        "en": "Rule: {rule}",
        "de": "Regel: {rule}",
        "fr": "Règle : {rule}",
        "es": "Regla: {rule}",
        "da": "Regel: {rule}",
        "nl": "Regel: {rule}",
        "it": "Regola: {rule}",
    },
    "verify": {
        "en": "Verify it's me",
        "de": "Identität bestätigen",
        "fr": "Confirmer mon identité",
        "es": "Verificar mi identidad",
        "da": "Bekræft, hvem jeg er",
        "nl": "Bevestig wie ik ben",
        "it": "Conferma la mia identità",
    },
    "press_confirm": {
        "en": "Confirm",
        "de": "Bestätigen",
        "fr": "Confirmer",
        "es": "Confirmar",
        "da": "Bekræft",
        "nl": "Bevestigen",
        "it": "Conferma",
    },
    "press_cancel": {
        "en": "Cancel",
        "de": "Abbrechen",
        "fr": "Annuler",
        "es": "Cancelar",
        "da": "Annuller",
        "nl": "Annuleren",
        "it": "Annulla",
    },
    "closed": {
        "en": "{what} by {who}, {when}",
        "de": "{what} von {who}, {when}",
        "fr": "{what} par {who}, {when}",
        "es": "{what} por {who}, {when}",
        "da": "{what} af {who}, {when}",
        "nl": "{what} door {who}, {when}",
        "it": "{what} da {who}, {when}",
    },
}


def say(phrase: str, language: str, **values: str) -> str:
    """A phrase in a language."""
    found = PHRASES[phrase]
    text = found.get(language.partition("-")[0].lower(), found[ENGLISH])
    return text.format(**values) if values else text
