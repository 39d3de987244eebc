import pytest

from bot.models.embedded.model import EmbeddedModel
from core.language import Act, Said, SlotSpec, Understanding, UnderstandRequest
from tests.unit.models.conftest import INTENTS, SEATS


def understand(model: EmbeddedModel, *texts: str, expecting: SlotSpec | None = None, active: str | None = None) -> Understanding:
    said = [Said(role="customer", text=text, message_id=f"m{place}") for place, text in enumerate(texts)]
    request = UnderstandRequest(said=said, intents=INTENTS, expecting=expecting, active_intent=active)
    return model.understand_many([request])[0]


def test_a_request_has_its_intent_with_its_slots(model: EmbeddedModel) -> None:
    seen = understand(model, "please put us on the Business plan, 30 seats")
    assert seen.intent == "change_plan"
    assert {slot.name: slot.value for slot in seen.asked[0].slots} == {"plan": "business", "seats": 30}
    assert seen.slots == seen.asked[0].slots
    assert seen.act is Act.OTHER


def test_the_three_likeliest_intents_come_in_order(model: EmbeddedModel) -> None:
    asked = understand(model, "send me the October invoice").asked
    assert len(asked) == 3
    assert [each.confidence for each in asked] == sorted((each.confidence for each in asked), reverse=True)
    assert {each.text for each in asked} == {"send me the October invoice"}


def test_two_requests_are_both_heard_with_their_own_words(model: EmbeddedModel) -> None:
    text = "please switch our plan to Team and send me the October invoice"
    seen = understand(model, text)
    assert [each.intent for each in seen.asked] == ["change_plan", "find_invoices"]
    assert seen.asked[1].text == "send me the October invoice"
    slot = seen.asked[0].slots[0]
    assert text[slot.start : slot.end] == "Team"


@pytest.mark.parametrize(
    ("question", "separate"), [("can you send me the invoice for that", False), ("can you send me the October invoice", True)]
)
def test_a_question_about_what_is_only_imagined_is_no_second_request(
    model: EmbeddedModel, question: str, *, separate: bool
) -> None:
    seen = understand(model, f"if our plan was switched to Team and {question}")
    assert (len({each.text for each in seen.asked}) > 1) is separate


def test_a_bare_number_fills_what_was_asked(model: EmbeddedModel) -> None:
    seen = understand(model, "put us on Team", "34", expecting=SEATS, active="change_plan")
    assert [(slot.name, slot.value, slot.message_id) for slot in seen.slots] == [("seats", 34, "m1")]


def test_a_correction_gives_the_corrected_value(model: EmbeddedModel) -> None:
    seen = understand(model, "put us on Business", "hang on, wrong name. Team, not Business", active="change_plan")
    assert seen.act is Act.CORRECT
    assert {slot.name: slot.value for slot in seen.slots} == {"plan": "team"}


@pytest.mark.parametrize("text", ["thanks", "hello", "yes"])
def test_a_mere_reply_asks_for_nothing(model: EmbeddedModel, text: str) -> None:
    seen = understand(model, text)
    assert seen.asked == ()
    assert seen.intent == "none"
    assert seen.out_of_scope == 0.0


def test_a_short_word_keeps_the_language_of_the_conversation(model: EmbeddedModel) -> None:
    assert understand(model, "Wir brauchen bitte eine Rechnung", "34").language == "de"
    assert understand(model, "we need an invoice", "34").language == "en"


@pytest.mark.parametrize("text", ["", " ", "?", "😀", "a" * 9000, "\x00\x01", "<script>alert(1)</script>"])
def test_odd_input_is_understood_as_something(model: EmbeddedModel, text: str) -> None:
    seen = understand(model, text)
    assert 0 <= seen.act_confidence <= 1
    assert -1 <= seen.mood <= 1


def test_nothing_said_at_all(model: EmbeddedModel) -> None:
    seen = model.understand_many([UnderstandRequest(said=[], intents=INTENTS)])[0]
    assert seen.language == "en"


def test_signals_come_with_every_message(model: EmbeddedModel) -> None:
    seen = understand(model, "we are hiring and need ten more seats on the plan")
    assert seen.revenue.label in {"upsell", "cross_sell", "renewal", "churn_risk", "referral", "none"}
    assert 0 < seen.revenue.confidence <= 1
    assert seen.triage.reason
    assert seen.model == "embedded"
