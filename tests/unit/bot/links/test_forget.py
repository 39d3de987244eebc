from bot.links.forget import also_known_as, erase
from bot.links.inviting import Inviting
from bot.links.judging import Trust
from bot.links.kept import KeptLinks, LinkRooms
from core.database import Database
from core.people import Assurance
from tests.unit.bot.links.conftest import IN_TEAMS, MARA, PERSON, SAM_AT_DESK, Phonebook


async def test_a_contact_leaves_no_link_invitation_or_code(
    links: KeptLinks, rooms: LinkRooms, trust: Trust, phonebook: Phonebook, database: Database
) -> None:
    phonebook.say(MARA, PERSON.email)
    await links.looked_up(MARA)
    invitation = await Inviting(rooms, trust.roster).invite("C-001-1", by="sam")
    await links.start_code(IN_TEAMS, PERSON.email)
    await links.settle()
    assert await database.read(lambda conn: also_known_as(conn, "halcyon", "C-001-1")) == ["slack:T-CUSTOMER:U1"]
    assert await database.write(lambda conn: erase(conn, "elsewhere", "C-001-1")) == 0
    assert await database.write(lambda conn: erase(conn, "halcyon", "C-001-1")) == 3
    assert await database.write(lambda conn: erase(conn, "halcyon", "C-001-1")) == 0
    assert (await links.known(MARA)).principal.assurance is Assurance.ANONYMOUS
    assert await links.finish(MARA, invitation.code) is None


async def test_a_stranger_leaves_no_code_of_theirs(links: KeptLinks, database: Database) -> None:
    await links.start_code(IN_TEAMS, "nobody@nowhere.example")
    await links.start_code(MARA, "nobody@nowhere.example")
    assert await database.write(lambda conn: erase(conn, "halcyon", "teams:org-1:29:1a:bc")) == 1


async def test_an_agent_leaves_no_seat(links: KeptLinks, phonebook: Phonebook, database: Database) -> None:
    phonebook.say(SAM_AT_DESK, "sam@halcyon.example")
    await links.looked_up(SAM_AT_DESK)
    assert await database.write(lambda conn: erase(conn, "halcyon", "sam")) == 1
    assert (await links.known(SAM_AT_DESK)).agent is None
