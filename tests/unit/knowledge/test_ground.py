from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from core.conversation import Citation, Sentence
from knowledge.ground import support
from knowledge.vector_cache import HashEmbedder, Vectors

TEXT = (
    "Only an Owner can cancel, under Settings > Billing > Cancel plan. "
    "Six wrong tries lock sign-in for 15 minutes. "
    "The API allows 30 calls per minute on Starter and 120 on Team. "
    "Halcyon does not sign business associate agreements. "
    "A seat on Team costs $7.00 per month on monthly billing. "
    "Backups are kept for 35 days and the reset link works for 30 minutes. "
    "Purchase orders must reach us at least 10 business days before the invoice date. "
    "API version 1 will be switched off on 31 March 2027. "
    "Rounding is off unless it is switched on. Business adds the audit log to Team."
)
SOURCES = {"a": TEXT}


def said(text: str, quote: str) -> Sentence:
    start = TEXT.index(quote)
    citation = Citation(article="a", heading="h", start=start, end=start + len(quote), quote=quote)
    return Sentence(text=text, citations=(citation,))


LOCK = "Six wrong tries lock sign-in for 15 minutes."
CANCEL = "Only an Owner can cancel, under Settings > Billing > Cancel plan."
CALLS = "The API allows 30 calls per minute on Starter and 120 on Team."
BAA = "Halcyon does not sign business associate agreements."
PRICE = "A seat on Team costs $7.00 per month on monthly billing."
KEPT = "Backups are kept for 35 days and the reset link works for 30 minutes."
ORDER = "Purchase orders must reach us at least 10 business days before the invoice date."
VERSION = "API version 1 will be switched off on 31 March 2027."
ROUNDING = "Rounding is off unless it is switched on."


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        (LOCK, LOCK),
        ("  Six wrong tries lock sign-in for 15 minutes ", LOCK),
        ("After 6 wrong tries, sign-in is locked for 15 minutes.", LOCK),
        ("You can cancel under Settings > Billing > Cancel plan as an Owner.", CANCEL),
        ("On Starter the API allows calls.", CALLS),
        ("Halcyon doesn't sign business associate agreements.", BAA),
        ("A Team seat costs $7 per month.", PRICE),
        ("Backups are kept for 35 days.", KEPT),
    ],
)
def test_what_the_quote_says_stands(text: str, quote: str) -> None:
    grounded = support(said(text, quote), SOURCES)
    assert grounded.supported, grounded.reason


@pytest.mark.parametrize(
    ("text", "quote", "reason"),
    [
        ("Six wrong tries lock sign-in for 30 minutes.", LOCK, "30 minute"),
        ("Five wrong tries lock sign-in for 15 minutes.", LOCK, "5"),
        ("Six wrong tries lock sign-in for 15 days.", LOCK, "15 day"),
        ("Halcyon signs business associate agreements.", BAA, "denies"),
        ("Six wrong tries never lock sign-in for 15 minutes.", LOCK, "denies"),
        ("A seat on Starter costs $7.00 per month on monthly billing.", PRICE, "starter"),
        ("A seat on Team costs €7.00 per month on monthly billing.", PRICE, "€7"),
        ("A seat on Team costs $7.00 per month on annual billing.", PRICE, "annual"),
        ("The API allows 30 calls per minute on Team and 120 on Starter.", CALLS, "order"),
        ("Only an Owner can cancel, under Settings > Plans > Cancel plan.", CANCEL, "settings > plans"),
        ("Backups are kept for 30 days.", KEPT, "30 day"),
        ("Purchase orders must reach us at most 10 business days before the invoice date.", ORDER, "most"),
        ("Purchase orders must reach us at least 10 business days after the invoice date.", ORDER, "after"),
        ("API version 1 will be switched off on 31 May 2027.", VERSION, "may"),
        ("API version 2 will be switched off on 31 March 2027.", VERSION, "2"),
        ("Rounding is on.", ROUNDING, "condition"),
        ("Our office dog likes large bones.", LOCK, "words"),
        ("Sign-in is protected by SSO-407.", LOCK, "sso-407"),
        ("sign business associate agreements", BAA, "denies"),
    ],
)
def test_a_planted_contradiction_is_caught(text: str, quote: str, reason: str) -> None:
    grounded = support(said(text, quote), SOURCES)
    assert not grounded.supported
    assert any(part in grounded.reason for part in reason.split("|")), grounded.reason


def test_a_sentence_without_citation_does_not_stand() -> None:
    assert not support(Sentence(text=LOCK), SOURCES).supported


@pytest.mark.parametrize("change", [{"start": 3}, {"article": "b"}, {"quote": "Six wrong tries."}, {"end": 9_999}])
def test_a_quote_that_is_not_in_the_source_does_not_stand(change: dict[str, Any]) -> None:
    citation = replace(said(LOCK, LOCK).citations[0], **change)
    assert not support(Sentence(text=LOCK, citations=(citation,)), SOURCES).supported


def test_an_embedder_lets_other_words_of_the_same_meaning_stand() -> None:
    text = "Sign-in stays shut for 15 minutes after repeated wrong guesses."
    assert not support(said(text, LOCK), SOURCES).supported

    class Same(HashEmbedder):
        def embed(self, texts: Sequence[str]) -> Vectors:
            return super().embed(["same" for _ in texts])

    assert support(said(text, LOCK), SOURCES, embedder=Same()).supported
