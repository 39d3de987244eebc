"""Messages to send, of every kind."""

from typing import Any

from bot.delivery.port import Outgoing
from core.conversation import Author, Card, Citation, Sentence
from tests.fakes.slack_side import place

SEATS = Citation(article="add-a-seat", heading="Adding a seat", start=120, end=190, quote="Owners add seats under Billing.")
PRICES = Citation(article="prices & plans", heading="Prices <per> seat", start=5, end=60, quote="A seat costs 9 EUR.")
CARD = Card(
    id="card-1",
    title="Add 5 seats to *Acme* & Sons?",
    rows=(("Seats", "5"), ("From", "1 Dec 2026"), ("Costs", "EUR 45.00 a month"), ("Note", "<!channel> _now_")),
    rule="An Owner may add up to 10 seats.",
    action_id="act-1",
    arguments_hash="h",
    confirm="Add seats",
    cancel="Don't",
)
RECEIPT = (("Number", "R-1001"), ("Seats", "15"), ("Charged", "EUR 45.00"))
ANSWER = (
    Sentence(text="Owners add seats under **Billing**.", citations=(SEATS,)),
    Sentence(text="A seat costs EUR 9 & is billed at once.", citations=(PRICES, SEATS)),
    Sentence(text="Shall I do it?"),
)


def outgoing(conversation: str = "D1:20.0", **more: Any) -> Outgoing:
    given: dict[str, Any] = {
        "id": "delivery-1",
        "ref": place(conversation),
        "conversation_id": "c1",
        "turn_id": "t1",
        "author": Author.BOT,
        "author_name": "AI assistant",
    }
    return Outgoing(**(given | more))


def answer(conversation: str = "D1:20.0", **more: Any) -> Outgoing:
    return outgoing(conversation, sentences=ANSWER, ends_reply=True, **more)
