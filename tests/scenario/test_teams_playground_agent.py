"""An agent in the Agents Playground, where no dialogs open and everybody sees the same card: nothing is missing."""

from tests.fakes.teams_activities import TeamsUser
from tests.scenario.teams_world import BEA, ROSA, SAM, TeamsWorld, chat
from tests.scenario.test_teams_agent import MEANINGS, MUCH, OWN, PASSWORD, PERSON


async def seated(playground: TeamsWorld, user: TeamsUser, agent_id: str) -> None:
    code = await playground.whole.out.inviting.seat_code(agent_id)
    await playground.writes(user, f"connect {code}")
    await playground.reads(chat(user), "You are connected")


async def test_in_the_playground_all_is_in_the_card_and_an_agent_has_everything_in_private(playground: TeamsWorld) -> None:
    playground.model.meanings |= MEANINGS
    await seated(playground, SAM, "sam")
    await playground.writes(ROSA, PERSON)
    await playground.reads(chat(ROSA), "a person for you")
    await playground.writes(SAM, "cases")
    listed = await playground.reads(chat(SAM), "In the queue")
    case = await playground.presses(SAM, listed, next(iter(listed.buttons)))
    own = await playground.presses(SAM, case, "Claim")
    assert own.buttons.keys() >= OWN
    assert "refresh" not in own.card
    await playground.writes(ROSA, PASSWORD)
    await playground.reads(chat(SAM), "Customer", PASSWORD)
    draft = await playground.reads(chat(SAM), "Draft reply", "12 characters")
    editing = await playground.presses(SAM, draft, "Edit")
    preview = await playground.presses(SAM, editing, "Preview", text="Twelve.")
    await playground.presses(SAM, preview, "Send to the customer")
    await playground.reads(chat(ROSA), "Twelve.")
    await playground.reads(chat(SAM), "was changed and sent")
    await playground.reads(chat(SAM), "Twelve.", "✓ Delivered")


async def test_in_the_playground_an_approval_comes_in_private_and_a_seat_can_be_left(playground: TeamsWorld) -> None:
    await seated(playground, SAM, "sam")
    await seated(playground, BEA, "bea")
    playground.model.meanings |= MEANINGS
    await playground.writes(ROSA, PERSON)
    await playground.reads(chat(ROSA), "a person for you")
    case = await playground.case(chat(ROSA))
    await playground.whole.desk.desk.cases.claim(case.id, playground.agent("sam"))
    own = await playground.reads(chat(SAM), "Claimed by Sam Okoro")
    await playground.writes(ROSA, MUCH)
    await playground.reads(chat(SAM), MUCH)
    offered = await playground.presses(SAM, own, "Actions")
    action = await playground.presses(SAM, offered, next(each for each in offered.buttons if "redit" in each))
    await playground.presses(SAM, action, "Ask approval")
    asked = await playground.reads(chat(BEA), "$400.00", "Evidence")
    assert "Approve" not in [title for each in playground.stands(chat(SAM)) for title in each.buttons]
    await playground.presses(BEA, asked, "Approve")
    await playground.reads(chat(BEA), "$400.00", "by Bea Lindgren")
    await playground.writes(BEA, "disconnect")
    await playground.reads(chat(BEA), "no agent here any more")
    await playground.writes(BEA, PASSWORD)
    await playground.reads(chat(BEA), "12 characters")


async def test_who_takes_another_seat_is_shown_nothing_more_of_the_first(playground: TeamsWorld) -> None:
    playground.model.meanings |= MEANINGS
    await seated(playground, SAM, "bea")
    await playground.writes(ROSA, PERSON)
    await playground.reads(chat(ROSA), "a person for you")
    case = await playground.case(chat(ROSA))
    await playground.writes(SAM, f"connect {await playground.whole.out.inviting.seat_code('sam')}")
    await playground.reads(chat(SAM), "You are connected, Sam Okoro")
    await playground.whole.desk.desk.cases.claim(case.id, playground.agent("bea"))
    await playground.reads(chat(ROSA), "Bea Lindgren")
    await playground.writes(ROSA, PASSWORD)
    drafts = playground.whole.desk.desk.suggestions
    await playground.eventually(lambda: drafts.current(case.id, playground.agent("bea")))
    await playground.quiet()
    assert "12 characters" not in playground.said_to(SAM)
    assert "Claimed by" not in playground.said_to(SAM)
