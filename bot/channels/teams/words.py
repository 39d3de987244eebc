"""What the Teams adapter itself says around what the assistant says, by language; English where one is missing."""

from collections.abc import Mapping

from bot.channels.phrases import SHARED, Phrases

ENGLISH = "en"

PHRASES: Phrases = {
    **SHARED,
    "rated": {
        "en": "Thank you: your rating was noted.",
        "de": "Danke: Ihre Bewertung ist vermerkt.",
        "fr": "Merci : votre avis est noté.",
        "es": "Gracias: hemos anotado su valoración.",
        "da": "Tak: din vurdering er noteret.",
        "nl": "Dank u: uw beoordeling is genoteerd.",
        "it": "Grazie: la sua valutazione è stata annotata.",
    },
    "no_thanks": {
        "en": "No thank you, I'm not interested.",
        "de": "Nein danke, daran habe ich kein Interesse.",
        "fr": "Non merci, cela ne m'intéresse pas.",
        "es": "No, gracias, no me interesa.",
        "da": "Nej tak, det er jeg ikke interesseret i.",
        "nl": "Nee, dank u, ik heb geen interesse.",
        "it": "No grazie, non mi interessa.",
    },
    "rule": {"en": "Rule", "de": "Regel", "fr": "Règle", "es": "Regla", "da": "Regel", "nl": "Regel", "it": "Regola"},
    "by": {
        "en": "{what} by {who}",
        "de": "{what} von {who}",
        "fr": "{what} par {who}",
        "es": "{what} por {who}",
        "da": "{what} af {who}",
        "nl": "{what} door {who}",
        "it": "{what} da {who}",
    },
    "working": {
        "en": "Taken: it is being worked on …",
        "de": "Angenommen: es wird bearbeitet …",
        "fr": "Pris en compte : en cours …",
        "es": "Recibido: en curso …",
        "da": "Modtaget: der arbejdes på det …",
        "nl": "Ontvangen: er wordt aan gewerkt …",
        "it": "Ricevuto: in lavorazione …",
    },
    "cut": {
        "en": "Shortened to fit into a card.",
        "de": "Gekürzt, damit es auf eine Karte passt.",
        "fr": "Raccourci pour tenir sur une carte.",
        "es": "Abreviado para que quepa en una tarjeta.",
        "da": "Forkortet, så det er til at være på et kort.",
        "nl": "Ingekort zodat het op een kaart past.",
        "it": "Abbreviato perché entri in una scheda.",
    },
}
IDENTITY: Mapping[str, Mapping[str, str]] = {
    "who": {
        "en": "Verify it's me",
        "de": "Identität bestätigen",
        "fr": "Confirmer mon identité",
        "es": "Verificar mi identidad",
    },
    "who_why": {
        "en": "We mail a 6-digit code to the address on file. Only then account data is spoken of.",
        "de": "Wir senden einen 6-stelligen Code an die hinterlegte Adresse. Erst danach geht es um Kontodaten.",
        "fr": "Nous envoyons un code à 6 chiffres à l'adresse enregistrée. Les données du compte ne sont abordées qu'ensuite.",
        "es": "Enviamos un código de 6 cifras a la dirección registrada. Solo después se tratan datos de la cuenta.",
    },
    "email": {"en": "E-mail address", "de": "E-Mail-Adresse", "fr": "Adresse e-mail", "es": "Correo electrónico"},
    "send_code": {"en": "Send the code", "de": "Code senden", "fr": "Envoyer le code", "es": "Enviar el código"},
    "code": {"en": "6-digit code", "de": "6-stelliger Code", "fr": "Code à 6 chiffres", "es": "Código de 6 cifras"},
    "check_code": {"en": "Confirm", "de": "Bestätigen", "fr": "Confirmer", "es": "Confirmar"},
    "mailed": {
        "en": "If we know that address, a code is on its way. It counts for ten minutes.",
        "de": "Wenn wir diese Adresse kennen, ist ein Code unterwegs. Er gilt zehn Minuten.",
        "fr": "Si nous connaissons cette adresse, un code est en route. Il vaut dix minutes.",
        "es": "Si conocemos esa dirección, un código está en camino. Vale diez minutos.",
    },
    "wrong_code": {
        "en": "That code isn't right, or it has expired. Look at the latest mail, or ask for a new code.",
        "de": "Dieser Code stimmt nicht oder ist abgelaufen. Sehen Sie in die neueste Mail, oder fordern Sie einen neuen an.",
        "fr": "Ce code n'est pas le bon, ou il a expiré. Regardez le dernier e-mail, ou demandez un nouveau code.",
        "es": "Ese código no es correcto o ha caducado. Mire el último correo o pida un código nuevo.",
    },
    "wrong_email": {
        "en": "That isn't an e-mail address: write it as name@example.com.",
        "de": "Das ist keine E-Mail-Adresse: schreiben Sie sie als name@example.com.",
        "fr": "Ce n'est pas une adresse e-mail : écrivez-la comme nom@example.com.",
        "es": "Eso no es un correo electrónico: escríbalo como nombre@example.com.",
    },
    "confirmed": {
        "en": "Thank you, we know now that it's you. Please ask again what you wanted to know.",
        "de": "Danke, wir wissen jetzt, dass Sie es sind. Fragen Sie bitte noch einmal.",
        "fr": "Merci, nous savons maintenant que c'est vous. Posez à nouveau votre question.",
        "es": "Gracias, ya sabemos que es usted. Vuelva a hacer su pregunta, por favor.",
    },
    "private_first": {
        "en": "Write that to me in a personal chat, please: others read along here.",
        "de": "Schreiben Sie mir das bitte im persönlichen Chat: hier lesen andere mit.",
        "fr": "Écrivez-moi cela en conversation privée : d'autres lisent ici.",
        "es": "Escríbamelo en un chat personal, por favor: aquí leen otros.",
    },
}
NOTICES: Mapping[str, Mapping[str, str]] = {
    "welcome": {
        "en": "Hello! I'm the AI assistant of {company}. Ask me a question, or say that you'd like to talk to a person.",
        "de": "Hallo! Ich bin der KI-Assistent von {company}. Stellen Sie eine Frage, oder bitten Sie um einen Menschen.",
        "fr": "Bonjour ! Je suis l'assistant IA de {company}. Posez une question, ou demandez une personne.",
        "es": "¡Hola! Soy el asistente de IA de {company}. Haga una pregunta o pida hablar con una persona.",
    },
    "welcome_here": {
        "en": "Hello! I'm the AI assistant of {company}. Mention me with a question; in a thread I then go on without it."
        " Others read along here: for account matters write to me in a personal chat.",
        "de": "Hallo! Ich bin der KI-Assistent von {company}. Erwähnen Sie mich mit einer Frage. Hier lesen andere mit:"
        " schreiben Sie mir für Kontofragen im persönlichen Chat.",
    },
    "no_files": {
        "en": "I can't read files or pictures here. Please write what matters; a person can ask you for the file.",
        "de": "Dateien und Bilder kann ich hier nicht lesen. Schreiben Sie bitte, worum es geht.",
        "fr": "Je ne peux lire ici ni fichiers ni images. Écrivez l'essentiel, s'il vous plaît.",
        "es": "Aquí no puedo leer archivos ni imágenes. Escriba lo importante, por favor.",
    },
    "too_long": {
        "en": "That message is longer than {most} characters, so I haven't read it. Please shorten it, or send it in parts.",
        "de": "Diese Nachricht hat mehr als {most} Zeichen, daher habe ich sie nicht gelesen. Bitte kürzen oder teilen Sie sie.",
        "fr": "Ce message dépasse {most} caractères : je ne l'ai pas lu. Raccourcissez-le ou envoyez-le en plusieurs parties.",
        "es": "Ese mensaje supera los {most} caracteres, así que no lo he leído. Acórtelo o envíelo por partes.",
    },
    "stale_card": {
        "en": "This card is no longer open. Please write what you'd like to do.",
        "de": "Diese Karte ist nicht mehr offen. Schreiben Sie bitte, was Sie möchten.",
        "fr": "Cette carte n'est plus ouverte. Écrivez ce que vous souhaitez faire.",
        "es": "Esta tarjeta ya no está abierta. Escriba qué desea hacer.",
    },
    "taken": {
        "en": "That was taken in already.",
        "de": "Das ist schon angekommen.",
        "fr": "C'est déjà pris en compte.",
        "es": "Eso ya se recibió.",
    },
}
ALL = {**PHRASES, **IDENTITY, **NOTICES}


def say(phrase: str, language: str, **values: str) -> str:
    """A phrase in a language."""
    found = ALL[phrase]
    text = found.get(language.partition("-")[0].lower(), found[ENGLISH])
    return text.format(**values) if values else text
