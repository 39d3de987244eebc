"""What the Slack adapter itself says around what the assistant says, by language; English where one is missing."""

from collections.abc import Mapping

ENGLISH = "en"

PHRASES: Mapping[str, Mapping[str, str]] = {
    "sources": {
        "en": "Sources",
        "de": "Quellen",
        "fr": "Sources",
        "es": "Fuentes",
        "da": "Kilder",
        "nl": "Bronnen",
        "it": "Fonti",
    },
    "helped": {
        "en": "This helped",
        "de": "Das hat geholfen",
        "fr": "Utile",
        "es": "Me ha ayudado",
        "da": "Det hjalp",
        "nl": "Dit hielp",
        "it": "È stato utile",
    },
    "not_helped": {
        "en": "This didn't help",
        "de": "Das hat nicht geholfen",
        "fr": "Pas utile",
        "es": "No me ha ayudado",
        "da": "Det hjalp ikke",
        "nl": "Dit hielp niet",
        "it": "Non è stato utile",
    },
    "offer": {
        "en": "Offer",
        "de": "Angebot",
        "fr": "Offre",
        "es": "Oferta",
        "da": "Tilbud",
        "nl": "Aanbod",
        "it": "Offerta",
    },
    "not_interested": {
        "en": "Not interested",
        "de": "Kein Interesse",
        "fr": "Pas intéressé",
        "es": "No me interesa",
        "da": "Ikke interesseret",
        "nl": "Geen interesse",
        "it": "Non mi interessa",
    },
    "decline": {
        "en": "No thanks",
        "de": "Nein danke",
        "fr": "Non merci",
        "es": "No gracias",
        "da": "Nej tak",
        "nl": "Nee dank je",
        "it": "No grazie",
    },
    "receipt": {
        "en": "Receipt",
        "de": "Beleg",
        "fr": "Reçu",
        "es": "Comprobante",
        "da": "Kvittering",
        "nl": "Bevestiging",
        "it": "Ricevuta",
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
    "person": {
        "en": "{name} is a person on the team of {company}.",
        "de": "{name} ist ein Mensch im Team von {company}.",
        "fr": "{name} est une personne de l'équipe de {company}.",
        "es": "{name} es una persona del equipo de {company}.",
        "da": "{name} er et menneske i teamet hos {company}.",
        "nl": "{name} is een mens in het team van {company}.",
        "it": "{name} è una persona del team di {company}.",
    },
    "verify": {
        "en": "Confirm who I am",
        "de": "Identität bestätigen",
        "fr": "Confirmer mon identité",
        "es": "Confirmar mi identidad",
        "da": "Bekræft, hvem jeg er",
        "nl": "Bevestig wie ik ben",
        "it": "Conferma la mia identità",
    },
    "confirm": {
        "en": "Confirmed",
        "de": "Bestätigt",
        "fr": "Confirmé",
        "es": "Confirmado",
        "da": "Bekræftet",
        "nl": "Bevestigd",
        "it": "Confermato",
    },
    "cancel": {
        "en": "Cancelled",
        "de": "Abgebrochen",
        "fr": "Annulé",
        "es": "Cancelado",
        "da": "Annulleret",
        "nl": "Geannuleerd",
        "it": "Annullato",
    },
    "dismiss": {
        "en": "Declined",
        "de": "Abgelehnt",
        "fr": "Refusé",
        "es": "Rechazado",
        "da": "Afvist",
        "nl": "Afgewezen",
        "it": "Rifiutato",
    },
    "superseded": {
        "en": "No longer open: the conversation went on without it",
        "de": "Nicht mehr offen: das Gespräch ging ohne diese Frage weiter",
        "fr": "Plus d'actualité : la conversation a continué",
        "es": "Ya no está abierta: la conversación siguió sin ella",
        "da": "Ikke længere åben: samtalen fortsatte uden",
        "nl": "Niet meer open: het gesprek ging zonder dit verder",
        "it": "Non più aperta: la conversazione è proseguita",
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
