"""Every customers' card as it stands: within the schema and Teams' limit, and as the snapshot has it.

RAPPORT_SNAPSHOTS=write renews the snapshots.
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bot.channels.teams import cards
from bot.channels.teams.words import ALL, ENGLISH, say
from core.conversation import Card, Citation, Sentence

SNAPSHOTS = Path(__file__).parents[4] / "snapshots" / "teams"
SCHEMA = json.loads((SNAPSHOTS / "adaptive_card.schema.json").read_text(encoding="utf-8"))
TEAMS_LIMIT = 28 * 1024
AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
PAGE = "https://help.halcyon.example"
HOSTILE = "[pay](https://evil.example) <at>Everyone</at> **now** {{DATE(x)}} \n# big"
CARD = Card(
    id="c1",
    title="Refund a second charge",
    rows=(("Invoice", "INV-2041"), ("Amount", "€12.00"), ("To", "Visa …4242")),
    rule="Second charges up to €50 are refunded at once.",
    action_id="a1",
    arguments_hash="h",
    confirm="Refund it",
)
HOSTILE_CARD = Card(id="c2", title=HOSTILE, rows=((HOSTILE, HOSTILE),), rule=HOSTILE, action_id="a", arguments_hash="h")
LONG_CARD = Card(
    id="c3",
    title="Change seats",
    rows=tuple((f"Seat {number} 🙂", "é🙂" * 4_000) for number in range(60)),
    rule="r" * 60_000,
    action_id="a",
    arguments_hash="h",
)
SENTENCES = (
    Sentence(text="Open Reports.", citations=(Citation(article="exports", heading="Export", start=3, end=40, quote="q"),)),
    Sentence(text="Then wait.", citations=(Citation(article="a b/c", heading="", start=0, end=9, quote="q"),)),
    Sentence(text="Done.", citations=(Citation(article="exports", heading="Export", start=3, end=40, quote="q"),)),
)
TEXT, SOURCES = cards.sources_of(SENTENCES, PAGE)


def made(parts: tuple[list[dict[str, Any]], list[dict[str, Any]]], language: str = "en") -> dict[str, Any]:
    return cards.whole(*parts, language=language)


CARDS: dict[str, dict[str, Any]] = {
    "answer": cards.whole(cards.source_list(SOURCES, "en"), cards.feedback("m1", "en"), language="en"),
    "answer_without_pages": cards.whole(cards.source_list(cards.sources_of(SENTENCES, "")[1], "de"), language="de"),
    "question": made(cards.question(CARD, "en")),
    "question_hostile": made(cards.question(HOSTILE_CARD, "en")),
    "confirmed": cards.decided(CARD, choice="confirm", by="Ann Lind", at=AT, language="en"),
    "cancelled": cards.decided(CARD, choice="cancel", by="Ann Lind", at=AT, language="de"),
    "declined": cards.decided(CARD, choice="dismiss", by="", at=AT, language="fr"),
    "superseded": cards.decided(CARD, choice="superseded", by="Ann Lind", at=AT, language="en"),
    "working": cards.working(CARD.title, "confirm", "en"),
    "receipt": cards.whole(cards.receipt((("Refund", "R-77"), ("Amount", "€12.00")), "en"), language="en"),
    "offer": made(cards.offer("m1", "en")),
    "rating": cards.whole([], cards.feedback("m1", "nl"), language="nl"),
    "identity": cards.identity("en"),
    "identity_wrong": cards.identity("de", problem=say("wrong_email", "de")),
    "code": cards.code("en"),
    "code_wrong": cards.code("es", problem=say("wrong_code", "es")),
    "told": cards.told(say("confirmed", "en")),
}


def faults(card: dict[str, Any]) -> list[str]:
    validator: Any = jsonschema.Draft202012Validator(SCHEMA)
    found = [error.message for error in validator.iter_errors(card)]
    return found + (["too large"] if len(json.dumps(card)) > TEAMS_LIMIT else [])


@pytest.mark.parametrize("name", CARDS)
def test_a_card_keeps_to_the_schema_and_is_as_it_was(name: str) -> None:
    assert faults(CARDS[name]) == []
    kept = SNAPSHOTS / f"{name}.json"
    if os.environ.get("RAPPORT_SNAPSHOTS") == "write":
        kept.write_text(json.dumps(CARDS[name], indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    assert json.loads(kept.read_text(encoding="utf-8")) == CARDS[name]


def test_no_snapshot_is_left_over() -> None:
    assert {path.stem for path in SNAPSHOTS.glob("*.json")} == CARDS.keys() | {"adaptive_card.schema"}


@pytest.mark.parametrize(
    "broken",
    [
        {"body": [{"type": "Marquee"}]},
        {"body": [{"type": "TextBlock", "text": "x", "wrap": True, "blink": True}]},
        {"version": "1.4"},
        {"actions": CARDS["question"]["actions"] * 2},
        {"suggestedActions": []},
        {"body": [cards.words("x" * 30_000)]},
    ],
)
def test_a_bad_card_is_found(broken: dict[str, Any]) -> None:
    assert faults(CARDS["told"] | broken)


def test_numbers_follow_what_is_cited_and_lead_to_the_passage() -> None:
    assert TEXT == "Open Reports. [1] Then wait. [2] Done. [1]"
    assert [each.address for each in SOURCES] == [
        f"{PAGE}/help/exports?start=3&end=40#cited",
        f"{PAGE}/help/a%20b%2Fc?start=0&end=9#cited",
    ]
    assert [each.title for each in SOURCES] == ["Export", "a b/c"]


def test_nobodys_words_stand_where_markdown_is_read() -> None:
    for card in (CARDS["question_hostile"], cards.working(HOSTILE, "confirm", "en"), cards.told(HOSTILE)):
        blocks = [each for each in _all(card) if each.get("type") == "TextBlock"]
        assert not any("evil" in each["text"] or "<at>" in each["text"] for each in blocks)
        assert any(each.get("text") == HOSTILE for each in _all(card) if each.get("type") == "TextRun")


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_what_is_too_large_is_cut_and_says_so(language: str) -> None:
    body, actions = cards.question(LONG_CARD, language)
    for card in (
        cards.whole(body, actions, language=language, more=PAGE),
        cards.decided(LONG_CARD, choice="confirm", by="Ann", at=AT, language=language),
        cards.whole(cards.receipt(LONG_CARD.rows, language), language=language),
        cards.working("x" * 90_000, "confirm", language),
    ):
        assert faults(card) == []
        assert say("cut", language) in json.dumps(card, ensure_ascii=False)
    assert PAGE in json.dumps(cards.whole(body, actions, language=language, more=PAGE))


def test_every_phrase_is_there_in_english_and_takes_its_values() -> None:
    values = dict.fromkeys(("name", "company", "what", "who", "bot", "most"), "X")
    for phrase, found in ALL.items():
        assert found[ENGLISH]
        assert "{" not in say(phrase, "xx", **values)
        assert {say(phrase, language, **values) for language in found}
    assert say("rule", "de-CH") == "Regel"


def _all(part: Any) -> list[dict[str, Any]]:
    if isinstance(part, list):
        return [each for item in list[Any](part) for each in _all(item)]  # pyright: ignore[reportUnknownArgumentType]  # JSON
    if not isinstance(part, dict):
        return []
    known: dict[str, Any] = dict(part)  # pyright: ignore[reportUnknownArgumentType]  # JSON
    return [known, *(each for value in known.values() for each in _all(value))]
