"""Whatever agents do in whatever order: what was only ever typed in a thread never reaches a customer."""

import asyncio
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.teams_desk.typed import Notes
from tests.fakes.scripted_desk import ScriptedDesk, a_suggestion, an_action
from tests.fakes.teams_activities import Place
from tests.unit.bot.channels.teams_desk.card_rules import button, titles
from tests.unit.bot.channels.teams_desk.table import Table

STEPS = ("note", "named_note", "private", "claim", "see", "reply", "edit", "draft", "action", "extension", "hand", "resolve")
Step = tuple[str, str]
sequences = st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(("sam", "bea"))), min_size=1, max_size=14)


async def played(steps: list[Step], table: Table) -> tuple[set[str], set[str]]:
    """Does it all; returns what was noted and what was written to be sent."""
    noted, written = set[str](), {a_suggestion().text}
    table.script.actions["action-1"] = an_action()
    await table.shown.show_case(table.script.cases["case-1"])
    for number, (step, name) in enumerate(steps):
        if step in ("note", "named_note", "private"):
            text = f"{'ask ' if step == 'private' else ''}secret {number}"
            noted.add(text)
            place = Place(id=f"a:{name}") if step == "private" else table.thread()
            sender = table.by(name, place)
            await table.side.on_message(table.user(name), sender.message(text, mention=step == "named_note"))
        else:
            text = f"for the customer {number}"
            written.add(text)
            await _done(step, name, text, table)
        await table.settled()
    await table.timely.stop()
    return noted, written


async def _done(step: str, name: str, text: str, table: Table) -> None:
    if step == "claim":
        await table.press(name, {"verb": "desk:claim", "data": {"case": "case-1"}})
        table.script.suggestions["sug-1"] = a_suggestion(owner_id=name)
        return
    if step == "draft":
        await _pressed(name, {"verb": "desk:draft", "data": {"case": "case-1", "draft": "sug-1"}}, "Send", table)
        return
    if step == "extension":
        sender = table.by(name, table.thread())
        answer = await table.side.on_fetch(table.user(name), sender.extension_fetch("draft", "secret of the message"))
        await _through(name, answer["task"]["value"]["card"]["content"], text, table)
        return
    if step in ("see", "action"):
        await table.press(name, {"verb": "desk:see" if step == "see" else "desk:actions", "data": {"case": "case-1"}})
        return
    if step == "hand":
        await table.press(name, {"verb": "desk:hand.done", "data": {"case": "case-1"}}, to="bea")
    elif step == "resolve":
        await table.press(name, {"verb": "desk:resolve.done", "data": {"case": "case-1"}}, text=text)
    elif step == "reply":
        await _on_card(name, {"desk": "reply.preview", "case": "case-1", "text": text}, table)
    else:
        data = {"desk": "draft.edit", "case": "case-1", "draft": "sug-1"}
        await _through(name, await table.open(name, {"data": data}), text, table)


async def _on_card(name: str, data: dict[str, str], table: Table) -> None:
    """Has a reply previewed on the card, and sends it."""
    await _pressed(name, {"verb": "desk:form", "data": data}, "Send to the customer", table)


async def _pressed(name: str, action: dict[str, Any], title: str, table: Table) -> None:
    view: Any = await table.press(name, action)
    if isinstance(view, dict) and title in titles(view):  # pyright: ignore[reportUnknownArgumentType] - a card
        await table.press(name, button(view, title))  # pyright: ignore[reportUnknownArgumentType] - a card


async def _through(name: str, form: dict[str, Any] | str, text: str, table: Table) -> None:
    """Fills a dialog in, and goes on to its end."""
    for _ in range(3):
        if not isinstance(form, dict):
            return
        form = (
            await table.submit(name, form["actions"][0], text=text, to="bea")
            if "text" not in form["actions"][0]["data"]
            else (await table.submit(name, form["actions"][0]))
        )


def outcome(steps: list[Step]) -> tuple[set[str], set[str], list[str]]:
    table = Table(script=ScriptedDesk())
    noted, written = asyncio.run(played(steps, table))
    return noted, written, table.script.sent


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sequences)
def test_no_note_is_ever_sent(steps: list[Step]) -> None:
    noted, written, sent = outcome(steps)
    assert not noted & set(sent)
    assert set(sent) <= written


def test_replies_do_get_through() -> None:
    noted, _, sent = outcome([("claim", "sam"), ("note", "sam"), ("reply", "sam"), ("edit", "sam"), ("extension", "sam")])
    assert sent == ["for the customer 2", "for the customer 3", "for the customer 4"]
    assert noted == {"secret 1"}


def test_a_way_from_notes_to_customers_would_be_found(monkeypatch: Any) -> None:
    async def leaky(self: Notes, case_id: str, agent: Any, typed: Any) -> None:
        desk = self._bench.desk  # pyright: ignore[reportPrivateUsage] - the planted fault
        shown = await desk.replies.preview(case_id, agent, typed.text)
        await desk.replies.send(shown.token, agent, typed.text)

    monkeypatch.setattr(Notes, "take", leaky)
    noted, _, sent = outcome([("claim", "sam"), ("note", "sam")])
    assert noted & set(sent)
