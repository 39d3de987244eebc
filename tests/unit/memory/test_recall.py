from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.people import Assurance, Principal, Tenant
from memory.distil import Rooms
from memory.known import Known
from memory.recall import Recall, Recalled, ranked, tokens, within
from memory.vectors import Item, Near
from tests.unit.memory.conftest import ADA, BEN, EVE, NOON, VISITOR
from tests.unit.memory.learning import learn


async def found(rooms: Rooms, asker: Principal, query: str, *, days: int = 1, budget: int = 200) -> list[str]:
    recalled = await Recall(rooms).find(asker, query, budget_tokens=budget, now=NOON + timedelta(days=days))
    return [each.text for each in recalled]


async def test_what_matters_to_the_question_is_recalled_with_its_source(rooms: Rooms) -> None:
    await learn(rooms, "We run three bakeries in Leeds.", "business")
    await learn(rooms, "I prefer e-mail over phone calls.", "preference", days=1)
    recall = await Recall(rooms).find(ADA, "our bakeries in Leeds", budget_tokens=200, now=NOON + timedelta(days=2))
    assert [(each.text, each.source_id, each.at) for each in recall] == [("We run three bakeries in Leeds.", "m1", NOON)]


async def test_what_one_customer_said_never_reaches_another(rooms: Rooms) -> None:
    await learn(rooms, "I always prefer the canary yellow view.", "preference")
    await learn(rooms, "We run three canary farms in Leeds.", "business", days=1)
    query = "canary yellow view, canary farms in Leeds"
    assert len(await found(rooms, ADA, query, days=2)) == 2
    assert await found(rooms, BEN, query, days=2) == ["We run three canary farms in Leeds."]
    assert await found(rooms, EVE, query, days=2) == []
    elsewhere = replace(ADA, tenant=Tenant(id="other", region="eu"))
    claimed = replace(ADA, assurance=Assurance.CLAIMED)
    for stranger in (elsewhere, claimed, VISITOR):
        assert await found(rooms, stranger, query, days=2) == []


async def test_a_vector_in_the_wrong_place_still_shows_nothing(rooms: Rooms) -> None:
    learned = await learn(rooms, "I always prefer the canary yellow view.", "preference")
    vector = rooms.embedder.embed(["canary"])[0].tolist()
    rooms.vectors.add("halcyon", [Item(id=learned.new[0], audience="CON-2", vector=vector)])
    assert await found(rooms, BEN, "canary") == []


async def test_a_contact_who_changed_company_leaves_its_facts_behind(rooms: Rooms) -> None:
    await learn(rooms, "We run three canary farms in Leeds.", "business")
    assert await found(rooms, replace(ADA, account_id="ACC-009"), "canary farms") == []


async def test_expired_and_closed_memories_are_not_recalled(rooms: Rooms) -> None:
    await learn(rooms, "Our office is closed for repairs.", "situation")
    assert await found(rooms, ADA, "office closed for repairs", days=29)
    assert await found(rooms, ADA, "office closed for repairs", days=30) == []
    await learn(rooms, "We have 20 staff.", "business", days=1)
    await learn(rooms, "We have 34 staff.", "business", days=2)
    assert await found(rooms, ADA, "how many staff have we", days=3) == ["We have 34 staff."]


async def test_an_erased_memory_is_left_out(rooms: Rooms) -> None:
    await learn(rooms, "We run three bakeries in Leeds.", "business")
    await rooms.database.write(lambda conn: rooms.vault.destroy(conn, tenant="halcyon", person="CON-1"))
    assert await found(rooms, ADA, "bakeries in Leeds") == []


async def test_an_empty_question_recalls_nothing(rooms: Rooms) -> None:
    await learn(rooms, "We run three bakeries in Leeds.", "business")
    assert await found(rooms, ADA, "  ") == []
    assert await found(rooms, ADA, "bakeries", budget=0) == []


def a_known(name: str, *, age_days: float = 0, confidence: float = 1.0) -> Known:
    return Known(
        id=name,
        tenant="halcyon",
        person_id="CON-1",
        account_id=None,
        text=name,
        kind="fact",
        confidence=confidence,
        version=1,
        conversation_id="c",
        source_id="m",
        learned_at=NOON - timedelta(days=age_days),
        expires_at=NOON + timedelta(days=1),
    )


def test_nearer_newer_and_surer_come_first() -> None:
    known = [a_known("old", age_days=360), a_known("new"), a_known("unsure", confidence=0.5), a_known("far")]
    near = [Near(id=name, similarity=0.8) for name in ("old", "new", "unsure")] + [Near(id="far", similarity=0.1)]
    ordered = ranked(known, near, NOON)
    assert [each.memory_id for each in ordered] == ["new", "old", "unsure"]
    assert [each.score for each in ordered] == pytest.approx([0.8, 0.8 * 0.625, 0.4])


@given(st.lists(st.text(min_size=1, max_size=80), max_size=12), st.integers(0, 60))
def test_the_budget_is_never_exceeded(texts: list[str], budget: int) -> None:
    offered = [
        Recalled(memory_id=str(n), text=text, kind="fact", conversation_id="c", source_id="m", at=NOON, score=1.0)
        for n, text in enumerate(texts)
    ]
    chosen = within(offered, budget)
    assert sum(tokens(each.text) for each in chosen) <= budget
    left_out = [each for each in offered if each not in chosen]
    assert all(tokens(each.text) > budget - sum(tokens(one.text) for one in chosen) for each in left_out)
