"""What agents do in Teams, and what the desk is asked for it."""

import asyncio
import json
from typing import Any

import pytest

from core.errors import BadInput, NotAllowed
from handoff.desk.views import Arrived, LineKind, Verdict
from tests.fakes.scripted_desk import NOON, ScriptedDesk, a_case, a_delivery, a_line, a_suggestion, an_action, an_approval
from tests.fakes.teams_activities import Place
from tests.unit.bot.channels.teams_desk.card_rules import button, faults, inside, texts, titles
from tests.unit.bot.channels.teams_desk.table import QUEUE, Table

GENERAL = Place(id="19:general@thread.tacv2", kind="channel")
THREAD = f"{QUEUE};messageid=m1"


async def claimed(table: Table, name: str = "sam") -> dict[str, Any]:
    """Shows the case and claims it; returns the owner's view."""
    await table.shown.show_case(table.script.cases["case-1"])
    view = await table.press(name, button(table.case_card(), "Claim"))
    await table.settled()
    return view


async def test_claim_answers_with_the_owners_view_and_everybodys_card_follows(table: Table) -> None:
    view = await claimed(table)
    assert titles(view)[:3] == ["Reply", "Actions", "Resolve"]
    assert "Claimed by Sam Okoro" in texts(table.case_card())
    assert table.case_card()["refresh"]["userIds"] == ["29:sam"]
    assert not {"Claim", "Reply", "Resolve"} & set(titles(table.case_card()))


async def test_of_two_who_claim_at_once_one_gets_it_and_the_other_is_told(table: Table) -> None:
    await table.shown.show_case(a_case())
    claim = button(table.case_card(), "Claim")
    answers = await asyncio.gather(table.press("sam", claim), table.press("bea", claim))
    won, lost = sorted(answers, key=lambda answer: isinstance(answer, str))
    assert "Reply" in titles(won)
    assert isinstance(lost, str)
    assert "holds this case" in lost


async def test_a_colleague_who_looks_sees_no_steps_of_the_owners(table: Table) -> None:
    await claimed(table)
    refresh = table.case_card()["refresh"]["action"]
    assert "Reply" in titles(await table.press("sam", refresh))
    others = await table.press("bea", refresh)
    assert not {"Reply", "Actions", "Resolve", "Claim"} & set(titles(others))


@pytest.mark.parametrize("name", ["zoe"])
async def test_strangers_get_a_polite_refusal_and_nothing_else(table: Table, name: str) -> None:
    await table.shown.show_case(a_case())
    refused = await table.press(name, button(table.case_card(), "Claim"))
    assert isinstance(refused, str)
    assert "Halcyon's support desk" in refused
    user, sender = table.user(name), table.by(name, GENERAL)
    fetched = await table.side.on_fetch(user, sender.task_fetch({"desk": "reply", "case": "case-1"}))
    submitted = await table.side.on_submit(user, sender.task_submit({"desk": "reply.preview", "case": "case-1", "text": "x"}))
    searched = await table.side.on_query(user, sender.query("customer", "Northwind"))
    drafted = await table.side.on_fetch(user, sender.extension_fetch("draft", "Hello"))
    for answer in (fetched, submitted, searched, drafted):
        assert "Halcyon's support desk" in json.dumps(answer)
    assert await table.write(name, "Let me in", table.thread())
    assert not table.script.calls


async def test_members_of_another_organisation_are_strangers(table: Table) -> None:
    user = table.user("sam")
    other = type(user)(tenant=user.tenant, channel="teams", installation="elsewhere", user_id="aad-sam")
    answer = await table.side.on_query(other, table.by("sam").query("ask", "How long?"))
    assert "Halcyon's support desk" in json.dumps(answer)
    assert not table.script.calls


async def test_what_is_typed_in_the_thread_is_an_internal_note(table: Table) -> None:
    await claimed(table)
    assert await table.write("bea", "Check the November invoice, <at>Sam</at>", table.thread(), id="n1")
    assert await table.write("bea", "Check the November invoice, <at>Sam</at>", table.thread(), id="n1")
    assert table.script.notes == {"n1": "Check the November invoice, Sam"}
    before = len(table.teams.cards)
    await table.shown.show_line(table.script.cases["case-1"], table.script.lines[-1])
    assert len(table.teams.cards) == before
    assert not table.script.sent


async def test_a_note_from_elsewhere_is_shown_in_the_thread(table: Table) -> None:
    await claimed(table)
    await table.shown.show_line(table.script.cases["case-1"], a_line(kind=LineKind.INTERNAL_NOTE, position=9, text="From here"))
    assert "Internal" in texts(table.teams.in_place(THREAD)[-1])


async def test_a_note_that_could_not_be_kept_is_said(table: Table) -> None:
    await claimed(table)
    table.script.fails["cases.note"] = BadInput("The note is too long: shorten it.")
    assert await table.write("sam", "x", table.thread())
    await table.settled()
    assert "This wasn't noted: The note is too long" in texts(table.teams.in_place(THREAD)[-1])


async def written(table: Table, view: dict[str, Any], text: str) -> Any:
    """Unfolds Reply, writes, and asks for the preview."""
    return await table.press("sam", button(inside(view, "Reply"), "Preview"), text=text)


async def test_a_reply_is_written_on_the_card_and_shown_before_it_is_sent(table: Table) -> None:
    view = await claimed(table)
    table.script.warnings = ("The customer wrote meanwhile.",)
    shown = await written(table, view, "It is on its way.\n\nSam")
    assert faults(shown) == []
    assert titles(shown) == ["Send to the customer", "Change", "Back"]
    for part in ("Dana Reyes", "web chat", "It is on its way.", "The customer wrote meanwhile."):
        assert part in texts(shown)
    assert not table.script.sent
    sent = await table.press("sam", button(shown, "Send to the customer"))
    assert "on its way to the customer" in texts(sent)
    assert "Reply" in titles(sent)
    assert table.script.sent == ["It is on its way.\n\nSam"]
    again = await table.press("sam", button(shown, "Send to the customer"))
    assert "isn't what was shown" in texts(again)
    assert len(table.script.sent) == 1


async def test_change_goes_back_with_the_text_and_back_to_the_case(table: Table) -> None:
    shown = await written(table, await claimed(table), "Hello")
    form = await table.press("sam", button(shown, "Change"))
    assert faults(form) == []
    assert "Hello" in texts(form)
    assert "Send to the customer" in titles(await table.press("sam", button(form, "Preview"), text="Hello again"))
    assert button(form, "Back")["associatedInputs"] == "none"
    assert "Resolve" in titles(await table.press("sam", button(form, "Back")))


@pytest.mark.parametrize("text", ["ü" * 7_000, "line\n" * 1_500])
async def test_a_reply_that_cannot_be_shown_whole_is_not_offered(table: Table, text: str) -> None:
    refused = await written(table, await claimed(table), text)
    assert "too long to be shown whole" in str(refused)
    assert not table.script.sent


async def test_only_the_owner_gets_to_the_draft(table: Table) -> None:
    view = await claimed(table)
    assert "Reply" in titles(view)
    draft = table.script.suggestions["sug-1"] = a_suggestion()
    await table.shown.show_suggestion(table.script.cases["case-1"], draft)
    shared = table.teams.in_place(THREAD)[-1]
    assert draft.text not in json.dumps(shared)
    assert draft.text in texts(await table.press("sam", shared["refresh"]["action"]))
    refused = await table.press("bea", shared["refresh"]["action"])
    assert refused == "This draft is for the owner of the case alone."


async def drafted(table: Table, **changes: Any) -> dict[str, Any]:
    await claimed(table)
    draft = table.script.suggestions["sug-1"] = a_suggestion(**changes)
    await table.shown.show_suggestion(table.script.cases["case-1"], draft)
    return await table.press("sam", table.teams.in_place(THREAD)[-1]["refresh"]["action"])


async def test_send_sends_the_draft_and_its_card_is_over(table: Table) -> None:
    view = await drafted(table)
    await table.press("sam", button(view, "Send"))
    await table.settled()
    assert table.script.sent == [a_suggestion().text]
    assert "was sent to the customer" in texts(table.teams.in_place(THREAD)[-1])
    assert "no longer on offer" in str(await table.press("sam", button(view, "Send")))
    assert len(table.script.sent) == 1


async def test_edit_goes_by_the_preview_and_is_learnt_from(table: Table) -> None:
    writing = await table.open("sam", button(await drafted(table), "Edit"))
    assert a_suggestion().text in texts(writing)
    shown = await table.submit("sam", button(writing, "Preview"), text="Shorter words.")
    await table.submit("sam", button(shown, "Send to the customer"))
    assert table.script.called("suggestions.send") == [("sug-1", "sam", "Shorter words.")]
    assert table.script.suggestions["sug-1"].state == "edited"


async def test_shorter_why_and_dismiss(table: Table) -> None:
    view = await drafted(table)
    assert "Intent: refund (0.91)" in texts(await table.press("sam", button(view, "Why?")))
    short = await table.press("sam", button(view, "Shorter"))
    assert "five working days" not in texts(short).split("When refunds")[0]
    asked = await table.press("sam", button(short, "Dismiss"))
    await table.press("sam", button(asked, "Dismiss"), reason="tone")
    await table.settled()
    assert table.script.called("suggestions.dismiss") == [("sug-1", "sam", "tone")]
    assert "was dismissed" in texts(table.teams.in_place(THREAD)[-1])


async def test_an_action_is_chosen_and_run_and_its_result_is_in_the_thread(table: Table) -> None:
    table.script.actions["action-1"] = an_action()
    chosen = await table.press("sam", button(await claimed(table), "Actions"))
    one = await table.press("sam", button(chosen, "Refund an invoice"))
    assert "INV-1042" in texts(one)
    done = await table.press("sam", button(one, "Run"))
    await table.settled()
    assert "RF-1" in texts(done)
    assert "RF-1" in texts(table.teams.in_place(THREAD)[-1])


async def test_changed_values_are_judged_before_they_are_run(table: Table) -> None:
    table.script.actions["action-1"] = an_action(verdict=Verdict.NEEDS_APPROVAL, approver="billing_lead")
    chosen = await table.press("sam", button(await claimed(table), "Actions"))
    one = await table.press("sam", button(chosen, "Refund an invoice"))
    assert "Run" not in titles(one)
    review = await table.press("sam", button(inside(one, "Change"), "Check"), **{"value.amount": "80.00"})
    assert table.script.called("acting.prepare")[-1][3]["amount"] == "80.00"
    assert "A billing lead was asked." in texts(await table.press("sam", button(review, "Ask approval")))


async def test_resolving_shows_the_draft_and_an_error_leaves_what_was_typed(table: Table) -> None:
    form = await table.press("sam", button(await claimed(table), "Resolve"))
    assert faults(form) == []
    assert "Refunded the second charge." in texts(form)
    table.script.fails["cases.resolve"] = BadInput("Say in a few words what was done.")
    assert "Say in a few words" in str(await table.press("sam", button(form, "Resolve"), text="x"))
    del table.script.fails["cases.resolve"]
    ended = await table.press("sam", button(form, "Resolve"), text="Refunded.")
    await table.settled()
    for card in (ended, table.case_card()):
        assert titles(card) == []
        assert "Resolved by Sam Okoro" in texts(card)


async def test_handing_on_and_giving_back(table: Table) -> None:
    view = await claimed(table)
    form = await table.press("sam", button(view, "Hand to a colleague"))
    assert faults(form) == []
    assert "Ines" not in json.dumps(form)
    assert "Sam" not in json.dumps(form)
    back = await table.press("sam", button(view, "Give back to the bot"))
    assert faults(back) == []
    handed = await table.press("sam", button(form, "Hand over"), to="bea")
    assert "handed over" in texts(handed)
    assert "Reply" not in titles(handed)
    await table.settled()
    assert "Claimed by Bea Lindgren" in texts(table.case_card())
    assert "Bea Lindgren holds this case." in str(await table.press("sam", button(back, "Give back to the bot"), text="Solved"))
    own = await table.press("bea", button(table.case_card(), "Show my buttons"))
    form = await table.press("bea", button(own, "Give back to the bot"))
    assert "Given back to the bot" in texts(await table.press("bea", button(form, "Give back to the bot"), text="Solved"))


async def test_a_failed_delivery_is_tried_again_and_an_unclear_one_asks_first(table: Table) -> None:
    await claimed(table)
    line = a_line(kind=LineKind.AGENT, position=6, arrived=Arrived.UNKNOWN)
    table.script.lines.append(line)
    table.script.deliveries["del-1"] = a_delivery(arrived=Arrived.UNKNOWN, again=False)
    await table.shown.show_line(table.script.cases["case-1"], line)
    asked = await table.press("sam", button(table.teams.in_place(THREAD)[-1], "Send again?"))
    assert titles(asked) == ["Send it again", "Leave it"]
    assert not table.script.called("replies.send_again")
    assert "being sent again" in str(await table.press("sam", button(asked, "Send it again")))
    table.script.deliveries["del-1"] = a_delivery()
    await table.press("sam", {"verb": "desk:again", "data": {"case": "case-1", "position": "6"}})
    assert len(table.script.called("replies.send_again")) == 2


async def test_approvals_are_decided_once_and_a_stale_card_says_so(table: Table) -> None:
    table.script.approvals["appr-1"] = an_approval()
    await table.shown.show_approval(an_approval())
    approve, refuse = (button(table.case_card(), title) for title in ("Approve", "Refuse"))
    decided = await table.press("bea", approve)
    await table.settled()
    assert "Approved by Bea Lindgren" in texts(decided)
    assert titles(table.case_card()) == []
    late = await table.press("bea", refuse)
    assert "out of date" in texts(late)
    assert len(table.script.called("deciding.decide")) == 1


async def test_an_approval_whose_arguments_changed_is_not_decided(table: Table) -> None:
    table.script.approvals["appr-1"] = an_approval()
    await table.shown.show_approval(an_approval())
    approve = button(table.case_card(), "Approve")
    table.script.approvals["appr-1"] = an_approval(rows=(("Amount", "€900.00"),))
    answered = await table.press("bea", approve)
    await table.settled()
    assert "€900.00" in texts(answered)
    assert "out of date" in texts(answered)
    assert "€900.00" in texts(table.case_card())
    assert not table.script.called("deciding.decide")


async def test_what_the_desk_refuses_is_said_in_its_words(table: Table) -> None:
    table.script.approvals["appr-1"] = an_approval()
    table.script.fails["deciding.decide"] = NotAllowed("You asked for this yourself: somebody else decides.")
    await table.shown.show_approval(an_approval())
    said = await table.press("sam", button(table.case_card(), "Approve"))
    assert said == "You asked for this yourself: somebody else decides."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ask How long does a refund take?", "Five days."),
        ("customer Northwind", "Northwind"),
        ("cases", "In the queue"),
        ("case case-1", "Dana Reyes"),
        ("case", "You hold no case."),
        ("approvals", "Refund an invoice"),
        ("help", "You can write to me:"),
        ("what is this", "I didn't understand that."),
        ("queue here", "write this in a channel"),
    ],
)
async def test_private_commands(table: Table, text: str, expected: str) -> None:
    table.script.approvals["appr-1"] = an_approval(role="support_agent")
    for _ in range(2):
        assert await table.write("sam", text, Place(id="a:sam"), id="c1")
    await table.settled()
    shown = table.teams.in_place("a:sam")
    assert expected in texts(shown[-1])
    assert len(shown) == 1
    assert all(faults(each) == [] for each in shown)


async def test_queue_here_moves_the_queue_and_shows_what_is_live(table: Table) -> None:
    table.places.where = None
    assert await table.side.on_message(table.user("sam"), table.by("sam", GENERAL).message("queue here", mention=True))
    await table.settled()
    assert table.places.where == GENERAL.id
    assert any("Dana Reyes" in texts(card) for card in table.teams.cards.values())


async def test_what_an_agent_says_elsewhere_is_not_the_desks(table: Table) -> None:
    assert not await table.side.on_message(table.user("sam"), table.by("sam", GENERAL).message("How are you?", mention=True))
    assert not await table.write("zoe", "queue here", GENERAL)
    assert not await table.write("zoe", "I was charged twice", Place(id="a:zoe"))


async def test_a_code_connects_a_seat(table: Table) -> None:
    assert await table.write("zoe", "connect 123456", Place(id="a:zoe"))
    assert await table.write("zoe", "connect 999999", Place(id="a:zoe"))
    await table.settled()
    first, second = table.teams.in_place("a:zoe")
    assert "You are connected, Sam Okoro." in texts(first)
    assert "proves nothing" in texts(second)


async def test_a_draft_to_a_selected_message_goes_to_the_customer_only_by_a_preview(table: Table) -> None:
    await claimed(table)
    sender = table.by("sam", table.thread())
    answer = await table.side.on_fetch(table.user("sam"), sender.extension_fetch("draft", "How long &amp; why?<br>Dana"))
    assert table.script.called("asking.draft") == [("How long & why?\nDana", "sam", "case-1")]
    form = answer["task"]["value"]["card"]["content"]
    assert faults(form, dialog=True) == []
    shown = await table.submit("sam", button(form, "Preview"), text="Five days.")
    assert "Send to the customer" in titles(shown)
    assert not table.script.sent


async def test_a_draft_elsewhere_goes_into_the_message_box(table: Table) -> None:
    sender = table.by("sam", GENERAL)
    answer = await table.side.on_fetch(table.user("sam"), sender.extension_fetch("draft", "How long?"))
    put = button(answer["task"]["value"]["card"]["content"], "Put into the message box")
    result = await table.side.on_submit(
        table.user("sam"), sender.extension_submit("draft", {**put["data"], "text": "Five days."})
    )
    assert texts(result["composeExtension"]["attachments"][0]["content"]) == "Five days."


async def test_without_a_message_the_words_to_reply_to_are_typed(table: Table) -> None:
    sender = table.by("sam", GENERAL)
    answer = await table.side.on_fetch(table.user("sam"), sender.extension_fetch("", ""))
    asking = answer["task"]["value"]["card"]["content"]
    assert faults(asking, dialog=True) == []
    form = await table.submit("sam", button(asking, "Draft a reply"), words="How long?")
    assert "Put into the message box" in titles(form)
    assert table.script.called("asking.draft") == [("How long?", "sam", None)]


async def test_a_draft_that_fails_is_said_in_a_dialog(table: Table) -> None:
    table.script.fails["asking.draft"] = BadInput("That is too long: draft it in two parts.")
    answer = await table.side.on_fetch(table.user("sam"), table.by("sam", GENERAL).extension_fetch("draft", "How long?"))
    assert "in two parts" in texts(answer["task"]["value"]["card"]["content"])


@pytest.mark.parametrize(
    ("command", "text", "expected"),
    [("", "How long?", "Five days."), ("ask", "How long?", "Five days."), ("customer", "dana", "Dana Reyes")],
)
async def test_searches(table: Table, command: str, text: str, expected: str) -> None:
    answer = await table.side.on_query(table.user("sam"), table.by("sam").query(command, text))
    assert expected in texts(answer["composeExtension"]["attachments"][0]["content"])
    nothing = await table.side.on_query(table.user("sam"), table.by("sam").query(command, " "))
    assert nothing["composeExtension"]["type"] == "message"


@pytest.mark.parametrize("value", [None, [], "x", {"action": []}, {"action": {"verb": 3, "data": "x"}}, {"data": {"desk": {}}}])
async def test_whatever_comes_is_answered(table: Table, value: Any) -> None:
    activity = {**table.by("sam").invoke("adaptiveCard/action", {}), "value": value}
    user = table.user("sam")
    for answer in (table.side.on_refresh, table.side.on_fetch, table.side.on_submit, table.side.on_query):
        assert await answer(user, activity)
    for verb in table.side._presses:  # pyright: ignore[reportPrivateUsage] - every button there is
        assert (await table.side.on_refresh(user, table.by("sam").execute(verb, {"case": ["x"], "position": "²"})))[
            "statusCode"
        ] == 200


def slowed(part: Any, name: str, gate: asyncio.Event) -> None:
    """Has one call of the desk wait until the gate opens."""
    whole = getattr(part, name)

    async def late(*arguments: Any, **named: Any) -> Any:
        await gate.wait()
        return await whole(*arguments, **named)

    object.__setattr__(part, name, late)


async def test_a_button_of_a_new_card_is_no_repeat_of_the_old_one(table: Table) -> None:
    await claimed(table)
    see = table.case_card()["refresh"]["action"]
    first, second = [await table.press("sam", see) for _ in range(2)]
    assert button(first, "Actions")["data"] != button(second, "Actions")["data"]
    assert "once" not in json.dumps(table.case_card())


async def test_a_slow_desk_is_answered_with_a_working_card_that_follows_by_itself() -> None:
    table = Table(script=ScriptedDesk(), budget_s=0.01)
    gate = asyncio.Event()
    await claimed(table)
    draft = table.script.suggestions["sug-1"] = a_suggestion()
    await table.shown.show_suggestion(table.script.cases["case-1"], draft)
    shared = table.teams.in_place(THREAD)[-1]
    view = await table.press("sam", shared["refresh"]["action"])
    slowed(table.side._bench.desk.suggestions, "shorten", gate)  # pyright: ignore[reportPrivateUsage] - to hold it up
    working = await table.press("sam", button(view, "Shorter"))
    assert "Working on it" in texts(working)
    assert faults(working) == []
    updates = len(table.teams.updates)
    gate.set()
    await table.settled()
    assert len(table.teams.updates) == updates + 1
    after = table.teams.in_place(THREAD)[-1]
    assert draft.text not in json.dumps(after)
    assert "five working days." not in texts(await table.press("sam", after["refresh"]["action"])).split("When refunds")[0]


async def test_a_slow_error_is_said_in_private() -> None:
    table = Table(script=ScriptedDesk(), budget_s=0.01)
    gate = asyncio.Event()
    await table.shown.show_case(table.script.change("case-1", state="claimed", owner_id="bea", owner="Bea", claimed_at=NOON))
    slowed(table.side._bench.desk.cases, "claim", gate)  # pyright: ignore[reportPrivateUsage] - to hold it up
    assert "Working on it" in texts(await table.press("sam", {"verb": "desk:claim", "data": {"case": "case-1"}}))
    gate.set()
    await table.settled()
    assert "Bea holds this case" in texts(table.teams.in_place("a:sam")[-1])


async def test_a_slow_dialog_can_be_looked_at_again() -> None:
    table = Table(script=ScriptedDesk(), budget_s=0.01)
    gate = asyncio.Event()
    view = await drafted(table)
    slowed(table.side._bench.desk.suggestions, "current", gate)  # pyright: ignore[reportPrivateUsage] - to hold it up
    working = await table.open("sam", button(view, "Edit"))
    look = button(working, "Look again")
    assert "Working on it" in texts(await table.submit("sam", look))
    assert "took too long" in str(await table.submit("bea", look))
    gate.set()
    await table.settled()
    assert a_suggestion().text in texts(await table.submit("sam", look))
    assert "took too long" in str(await table.submit("sam", look))


async def test_a_slow_form_can_be_looked_at_again_and_is_shown_to_nobody_else() -> None:
    table = Table(script=ScriptedDesk(), budget_s=0.01)
    gate = asyncio.Event()
    view = await claimed(table)
    slowed(table.side._bench.desk.cases, "closing", gate)  # pyright: ignore[reportPrivateUsage] - to hold it up
    look = button(await table.press("sam", button(view, "Resolve")), "Look again")
    assert "Working on it" in texts(await table.press("sam", look))
    assert "took too long" in str(await table.press("bea", look))
    updates = len(table.teams.updates)
    gate.set()
    await table.settled()
    assert len(table.teams.updates) == updates
    assert "Refunded the second charge." in texts(await table.press("sam", look))
    assert "took too long" in str(await table.press("sam", look))
