import pytest

from core.language import TriageSignal
from handoff.triage import NONE, OWN_REASONS, REASONS, TriageInput, decide, public_reason
from handoff.triage_money import large_claim


def said(text: str) -> str:
    return decide(TriageInput(text=text)).reason


UNMISTAKABLE = {
    "vulnerable_person": [
        "I want to kill myself",
        "my husband just died and i cant face the rota",
        "Ich will nicht mehr leben.",
        "je n'ai plus envie de vivre",
        "Quiero morir",
    ],
    "security_incident": [
        "Our account has been hacked!",
        "Somebody logged into my account from abroad.",
        "I can see shifts of another company",
        "Unser Konto wurde gehackt",
        "Notre compte a été piraté",
    ],
    "legal_or_regulator": [
        "You will hear from my lawyer.",
        "I'll take you to court over this.",
        "The police asked us for the clock-in records",
        "Mein Anwalt wird sich melden.",
        "Je vais porter plainte.",
        "Vamos a denunciarles.",
    ],
    "abusive_or_threatening": [
        "you are a bunch of idiots",
        "I know where you live.",
        "Ihr seid alle Idioten",
        "Bande d'incapables !",
    ],
    "asked_for_human": [
        "Can I speak to a human please",
        "agent",
        "put me through to your manager",
        "Please call me back on 020 7946 0000",
        "Ich möchte mit einem Mitarbeiter sprechen",
        "Je voudrais parler à un conseiller",
        "Quiero hablar con una persona",
    ],
    "money_over_limit": [
        "I want a refund of $4,250",
        "You overcharged us by nine grand.",
        "please refund €12.400,00",
        "we were charged twice, that's 4k",
        "Bitte erstatten Sie 3.200 Euro",
        "Remboursez-nous 4 500 €",
    ],
    "out_of_scope_account_change": [
        "Please merge our two workspaces",
        "Move our data from the US to Frankfurt, please change the data region",
        "Restore the deleted workspace",
        "The owner has left the firm, please make me owner",
    ],
    "negotiation": [
        "15% off and we'll sign today",
        "Can you match their price?",
        "Let's split the difference.",
    ],
    "repeated_failure": [
        "This is the third time I'm writing about the export",
        "That didn't help either.",
        "Zum dritten Mal schreibe ich Ihnen wegen der Rechnung",
    ],
}
INNOCENT = [
    "Does the security desk need a shift of its own?",
    "What does the user agent column mean?",
    "Is Whit Monday a legal holiday?",
    "How many hours per person?",
    "Our human resources team needs access.",
    "I'm an idiot, wrong week. How do I undo?",
    "My feet are killing me. Where do I clock out?",
    "How do I set up bereavement leave?",
    "Our lawyers have early shifts this week.",
    "We roster the court kitchen.",
    "Do you give refunds?",
    "Please refund 4.20, it was a rounding slip.",
    "I need a refund for the 12 seats I removed.",
    "How much is VAT on 12,000?",
    "We have 4,250 employees.",
    "Refund for invoice 10482 please",
    "No need for a person, chat is fine.",
    "Call me Sam.",
    "Do I need to talk to an agent to change my plan?",
    "What does Business cost for 40 people?",
    "Is there a discount for charities?",
    "How do I transfer a shift to a colleague?",
    "Where do I turn on two-factor for my team?",
    "It didn't work at first but it works now, thanks!",
    "Our lawyer wants the data processing agreement.",
    "",
]


@pytest.mark.parametrize(("reason", "text"), [(reason, text) for reason, texts in UNMISTAKABLE.items() for text in texts])
def test_the_unmistakable_goes_to_a_person_by_rule(reason: str, text: str) -> None:
    verdict = decide(TriageInput(text=text))
    assert (verdict.reason, verdict.decided_by, verdict.handoff) == (reason, "rule", True)
    assert verdict.note


@pytest.mark.parametrize("text", INNOCENT)
def test_the_same_words_in_another_sense_do_not(text: str) -> None:
    verdict = decide(TriageInput(text=text))
    assert not verdict.handoff, verdict


def test_danger_goes_before_security_law_and_abuse() -> None:
    assert said("You idiots are scum, our account was hacked and I want to kill myself") == "vulnerable_person"
    assert said("Our account has been hacked, you will hear from my lawyer") == "security_incident"
    assert said("You bunch of idiots will hear from my lawyer, I'll sue") == "legal_or_regulator"
    assert said("You are idiots. Let me speak to a manager.") == "abusive_or_threatening"


def test_a_rule_needs_no_model_and_overrules_it() -> None:
    signal = TriageSignal(reason="none", confidence=0.99)
    assert decide(TriageInput(text="I want to speak to a human", signal=signal)).handoff


@pytest.mark.parametrize(("confidence", "handoff"), [(0.49, False), (0.5, True), (0.9, True)])
def test_the_model_decides_from_its_threshold_on(confidence: float, handoff: bool) -> None:
    verdict = decide(TriageInput(text="Hmm.", signal=TriageSignal(reason="negotiation", confidence=confidence)))
    assert verdict.handoff is handoff
    assert verdict.decided_by == ("model" if handoff else "none")


def test_two_failures_on_a_matter_are_enough() -> None:
    assert decide(TriageInput(text="Still nothing.", failures=1)).handoff is False
    assert decide(TriageInput(text="Still nothing.", failures=2)).reason == "repeated_failure"


def test_confusion_repetition_and_frustration_end_with_a_person() -> None:
    assert decide(TriageInput(text="Blorp.", unsure=3, confidence=0.1)).reason == "low_confidence"
    assert decide(TriageInput(text="Blorp.", unsure=2, confidence=0.1)).reason == NONE
    assert decide(TriageInput(text="Where is it?", earlier=("where is it", "Where is it?"))).reason == "repetition"
    assert decide(TriageInput(text="Where is it?", earlier=("Hello", "Where is it?"))).reason == NONE
    assert decide(TriageInput(text="Great.", failures=1, mood=-0.9)).reason == "frustration"
    assert decide(TriageInput(text="Great.", failures=0, mood=-0.9)).reason == NONE


def test_every_reason_of_our_own_has_a_public_one() -> None:
    assert {public_reason(reason) for reason in OWN_REASONS} <= set(REASONS)
    assert public_reason("negotiation") == "negotiation"
    assert public_reason("unheard_of") == "asked_for_human"


@pytest.mark.parametrize(
    ("text", "sum_"),
    [
        ("refund 1,000.00 now", "1,000.00"),
        ("refund 999.99 now", None),
        ("a refund for 2026 please", None),
        ("refund order 20260 please", None),
        ("refund £2026 please", "£2026"),
        ("you owe us two and a half thousand", "two and a half thousand"),
        ("we dispute 12.400,50 €", "12.400,50 €"),
        ("refund me, 5,000 people are waiting", None),
        ("our customers want a refund of 5,000 from us", None),
        ("the invoice is 5,000", None),
    ],
)
def test_sums_are_read_however_they_are_written(text: str, sum_: str | None) -> None:
    assert large_claim(text) == sum_


def test_a_hostile_text_is_read_in_no_time() -> None:
    for piece in ("refund 1,", "my lawyer ", "speak to a ", "1.000.", "we'll sign if you ", "a a a a "):
        assert decide(TriageInput(text=piece * 1_000)) is not None
