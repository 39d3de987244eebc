"""Approvals in the queue channel and on the Home tab, and the Home tab itself."""

from core.errors import NotAllowed
from tests.fakes.scripted_desk import NOON, a_case, an_approval
from tests.fakes.slack_events import app_home_opened, event_callback
from tests.unit.bot.channels.slack_desk.world import Acks, World


async def shown(desk: World) -> None:
    desk.script.approvals["appr-1"] = an_approval()
    await desk.surface.show_approval(an_approval())


async def home(desk: World, user: str, tab: str = "home") -> None:
    await desk.agents.on_home(Acks(desk.script), event_callback(app_home_opened(user=user, tab=tab)), desk.client)


async def test_the_card_says_who_decided_what_and_when(desk: World) -> None:
    await shown(desk)
    await desk.press("desk:approval:approve", "appr-1", user="UBEA")
    assert desk.script.called("deciding.decide") == [("appr-1", "bea", True)]
    assert desk.buttons(desk.card) == []
    assert "Approved by Bea Lindgren" in str(desk.card["blocks"])


async def test_refuse(desk: World) -> None:
    await shown(desk)
    await desk.press("desk:approval:refuse", "appr-1", user="UBEA")
    assert desk.script.called("deciding.decide") == [("appr-1", "bea", False)]
    assert "Refused by Bea Lindgren" in str(desk.card["blocks"])


async def test_the_requester_is_told_that_somebody_else_decides(desk: World) -> None:
    await shown(desk)
    desk.script.fails["deciding.decide"] = NotAllowed("You asked for this: somebody else decides.")
    await desk.press("desk:approval:approve", "appr-1")
    assert "somebody else decides" in str(desk.slack.ephemerals[-1]["blocks"])
    assert "desk:approval:approve" in desk.buttons(desk.card)


async def test_a_stale_card_says_so_and_is_brought_up_to_date(desk: World) -> None:
    await shown(desk)
    desk.script.approvals["appr-1"] = an_approval(state="granted", decided_by="Finn", decided_at=NOON)
    await desk.press("desk:approval:approve", "appr-1", user="UBEA")
    assert "Finn decided this already" in str(desk.slack.ephemerals[-1]["blocks"])
    assert desk.buttons(desk.card) == []
    assert "Finn" in str(desk.card["blocks"])


async def test_home_shows_my_cases_and_what_i_may_decide(desk: World) -> None:
    desk.script.cases = {
        "case-1": a_case(state="claimed", owner_id="sam", owner="Sam Okoro"),
        "case-2": a_case(id="case-2", customer="Omar Haddad", overdue=True),
    }
    desk.script.approvals["appr-1"] = an_approval()
    await desk.surface.show_case(desk.script.cases["case-1"])
    await home(desk, "USAM")
    sams = str(desk.slack.homes["USAM"])
    assert "My cases (1)" in sams
    assert f"thread/C0QUEUE-{desk.card['ts']}" in sams
    assert "8 (80%), 2 of them edited" in sams
    assert "desk:approval:approve" not in sams
    await home(desk, "UBEA")
    assert "desk:approval:approve" in str(desk.slack.homes["UBEA"])


async def test_a_decision_at_home_redraws_home(desk: World) -> None:
    await shown(desk)
    await home(desk, "UBEA")
    view = {"view": {"type": "home"}, "container": {"type": "view"}, "message": {}}
    await desk.press("desk:approval:approve", "appr-1", user="UBEA", channel="", **view)
    assert "desk:approval:approve" not in str(desk.slack.homes["UBEA"])
    assert desk.buttons(desk.card) == []


async def test_errors_at_home_come_as_a_direct_message(desk: World) -> None:
    await shown(desk)
    desk.script.approvals["appr-1"] = an_approval(state="expired", decided_by="Nobody")
    view = {"view": {"type": "home"}, "container": {"type": "view"}, "message": {}}
    await desk.press("desk:approval:approve", "appr-1", user="UBEA", channel="", **view)
    assert "decided this already" in str(desk.slack.posted("UBEA"))


async def test_home_leaves_out_what_somebody_may_not_see(desk: World) -> None:
    desk.script.fails |= {"reading.mine": NotAllowed("no"), "suggestions.learned": NotAllowed("no")}
    await home(desk, "USAM")
    assert "You hold no case" in str(desk.slack.homes["USAM"])


async def test_the_home_of_others_shows_nothing_of_the_desk(desk: World) -> None:
    await home(desk, "USTRANGER")
    assert desk.script.calls == []
    assert "Messages" in str(desk.slack.homes["USTRANGER"])
    await home(desk, "USAM", tab="messages")
    assert "USAM" not in desk.slack.homes
