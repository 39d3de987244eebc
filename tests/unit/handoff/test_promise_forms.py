"""Promises as people and models word them in seven languages, and what only looks like one."""

import pytest

from handoff.promise_forms import promises

PROMISES = (
    "We'll refund you by Friday.",
    "I will have someone call you back.",
    "Someone will call you.",
    "Our billing team will contact you tomorrow.",
    "We're going to credit your account.",
    "You'll hear from us within 2 days.",
    "You will be refunded by Friday.",
    "Your refund will be processed today.",
    "We'll be in touch shortly.",
    "I'll make sure it gets fixed.",
    "I promise you will get a reply.",
    "We will personally look into this.",
    "The team will escalate it.",
    "I'll cancel your plan tomorrow.",
    "Wir erstatten Ihnen den Betrag bis Freitag.",
    "Ich werde Ihnen morgen antworten.",
    "Jemand wird Sie anrufen.",
    "Sie erhalten Ihre Erstattung bis Freitag.",
    "Morgen rufen wir Sie an.",
    "Unser Support-Team meldet sich bei Ihnen.",
    "Nous vous rembourserons avant vendredi.",
    "Je vais vous rappeler demain.",
    "Vous recevrez votre remboursement demain.",
    "Votre remboursement arrivera vendredi.",
    "Quelqu'un vous contactera demain.",
    "Le reembolsaremos antes del viernes.",
    "Le voy a llamar mañana.",
    "Recibirá su reembolso el viernes.",
    "Alguien le llamará mañana.",
    "Revisaré su caso hoy.",
    "La richiamerò domani.",
    "Le rimborseremo l'importo entro venerdì.",
    "Riceverà il rimborso venerdì.",
    "Qualcuno la contatterà domani.",
    "Wij zullen u vrijdag terugbetalen.",
    "Ik bel u morgen terug.",
    "Een collega neemt contact met u op.",
    "U ontvangt uw terugbetaling vrijdag.",
    "We sturen u de factuur morgen.",
    "Vamos reembolsar o valor até sexta-feira.",
    "Ligar-lhe-ei amanhã.",
    "Receberá o seu reembolso na sexta-feira.",
    "Enviaremos a fatura amanhã.",
    "Alguém entrará em contacto.",
)
NONE = (
    "I'll need your invoice number.",
    "We will need a purchase order.",
    "You can send it today.",
    "We will not call you.",
    "The export will be sent at 5 pm.",
    "API version 1 will be switched off on 31 March 2027.",
    "I'll be happy to help.",
    "You will need an Owner.",
    "Refunds arrive within 5 to 10 business days.",
    "The card will be charged on day 3.",
    "Will you call us?",
    "If we call you, please pick up.",
    "You will see the button on the left.",
    "Wir bieten keine Erstattung an.",
    "Wir werden Sie nicht anrufen.",
    "Ich brauche Ihre Rechnungsnummer.",
    "Sie können die Rechnung senden.",
    "Je n'ai pas trouvé de réponse.",
    "Nous ne vous rappellerons pas.",
    "Vous pouvez envoyer la facture.",
    "J'ai besoin de votre numéro de facture.",
    "No le llamaremos.",
    "Puede enviar la factura.",
    "Necesito su número de factura.",
    "Non la richiameremo.",
    "Può inviare la fattura.",
    "Ho bisogno del numero di fattura.",
    "Ik heb uw factuurnummer nodig.",
    "We bellen u niet.",
    "U kunt de factuur sturen.",
    "Não lhe ligaremos.",
    "Pode enviar a fatura.",
    "Preciso do número da fatura.",
)


@pytest.mark.parametrize("text", PROMISES)
def test_a_promise_is_heard(text: str) -> None:
    assert promises(text)


@pytest.mark.parametrize("text", NONE)
def test_what_is_none_is_not(text: str) -> None:
    assert not promises(text)
