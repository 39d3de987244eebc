from dataclasses import replace
from datetime import timedelta

import pytest

from bot.links.judging import Trust
from bot.links.kept import SENT, TOO_OFTEN, KeptLinks, LinkRooms
from core.clock import FixedClock
from core.database import Database
from core.errors import BadInput
from core.people import Assurance, PrincipalKind
from tests.unit.bot.links.conftest import (
    ELSEWHERE,
    IN_TEAMS,
    MARA,
    PERSON,
    SAM_AT_DESK,
    Mails,
    People,
    Phonebook,
    events,
)

IN_PUBLIC = replace(MARA, private=False)


async def mailed_code(links: KeptLinks, mails: Mails) -> str:
    await links.start_code(MARA, PERSON.email)
    await links.settle()
    return "".join(each for each in mails.sent[-1][1].split(".")[0] if each.isdigit())


async def test_nobody_known_is_a_stranger_named_by_channel_installation_and_user(links: KeptLinks) -> None:
    known = await links.known(IN_TEAMS)
    assert known.principal.kind is PrincipalKind.CUSTOMER
    assert known.principal.id == known.principal.person_id == "teams:org-1:29:1a:bc"
    assert known.principal.assurance is Assurance.ANONYMOUS
    assert not known.settled


async def test_the_contact_of_a_trusted_domain_is_verified(links: KeptLinks, phonebook: Phonebook, database: Database) -> None:
    phonebook.say(MARA, "Mara@Northwind.example")
    found = (await links.looked_up(MARA)).principal
    assert (found.contact_id, found.account_id, found.assurance) == ("C-001-1", "ACC-001", Assurance.VERIFIED)
    assert found.roles == {"Owner"}
    assert (await links.known(MARA)).settled
    assert [each.data["how"] for each in await events(database, "identity.linked")] == ["domain"]
    assert "northwind" not in str([each.data for each in await events(database)]).lower()


async def test_a_colleague_whom_the_crm_lacks_is_claimed_for_the_account(links: KeptLinks, phonebook: Phonebook) -> None:
    phonebook.say(MARA, "new@northwind.example")
    found = (await links.looked_up(MARA)).principal
    assert (found.contact_id, found.account_id, found.assurance) == (None, "ACC-001", Assurance.CLAIMED)


async def test_a_contact_of_an_untrusted_domain_is_claimed(links: KeptLinks, phonebook: Phonebook, people: People) -> None:
    people.there = [replace(PERSON, email="mara@other.example")]
    phonebook.say(MARA, "mara@other.example")
    found = (await links.looked_up(MARA)).principal
    assert (found.contact_id, found.assurance) == ("C-001-1", Assurance.CLAIMED)


async def test_the_domain_verifies_nobody_of_another_account(links: KeptLinks, phonebook: Phonebook, people: People) -> None:
    people.there = [replace(ELSEWHERE)]
    phonebook.say(MARA, PERSON.email)
    found = (await links.looked_up(MARA)).principal
    assert (found.account_id, found.assurance) == ("ACC-002", Assurance.CLAIMED)


@pytest.mark.parametrize(("email", "confirmed"), [(PERSON.email, False), ("mara@gmail.com", True), ("not an address", True)])
async def test_unconfirmed_addresses_and_free_mail_prove_nothing(
    links: KeptLinks, phonebook: Phonebook, people: People, email: str, confirmed: bool
) -> None:
    people.there = [replace(PERSON, email=email)]
    phonebook.say(MARA, email, confirmed=confirmed)
    assert (await links.looked_up(MARA)).principal.assurance is Assurance.ANONYMOUS


async def test_a_miss_is_remembered_for_an_hour(links: KeptLinks, phonebook: Phonebook, clock: FixedClock) -> None:
    await links.looked_up(MARA)
    assert (await links.looked_up(MARA)).settled
    assert phonebook.asked == 1
    clock.advance(timedelta(hours=1))
    phonebook.say(MARA, PERSON.email)
    assert (await links.looked_up(MARA)).principal.verified


async def test_while_the_channel_is_silent_one_stays_a_stranger_and_the_next_message_asks_again(
    links: KeptLinks, phonebook: Phonebook
) -> None:
    phonebook.down = True
    assert (await links.looked_up(MARA)).principal.assurance is Assurance.ANONYMOUS
    phonebook.down = False
    phonebook.say(MARA, PERSON.email)
    assert (await links.looked_up(MARA)).principal.verified


async def test_in_a_public_place_nobody_is_a_known_person(links: KeptLinks, phonebook: Phonebook) -> None:
    phonebook.say(MARA, PERSON.email)
    found = (await links.looked_up(IN_PUBLIC)).principal
    assert (found.assurance, found.account_id, found.contact_id) == (Assurance.CLAIMED, "ACC-001", None)
    assert found.roles == frozenset()
    assert (await links.known(MARA)).principal.verified


async def test_one_who_left_is_a_stranger_at_once(links: KeptLinks, phonebook: Phonebook, people: People) -> None:
    phonebook.say(MARA, PERSON.email)
    await links.looked_up(MARA)
    people.there = []
    known = await links.known(MARA)
    assert (known.principal.contact_id, known.principal.assurance) == (None, Assurance.ANONYMOUS)
    assert (await links.looked_up(MARA)).principal.contact_id is None


async def test_while_the_crm_is_silent_a_link_holds_without_roles(
    links: KeptLinks, phonebook: Phonebook, people: People, mails: Mails
) -> None:
    await links.finish(MARA, await mailed_code(links, mails))
    people.down = True
    for known in (await links.known(MARA), await links.looked_up(MARA)):
        assert known.principal.contact_id == "C-001-1"
        assert known.principal.roles == frozenset()
        assert not known.settled
    assert phonebook.asked == 0
    people.down = False
    assert (await links.known(MARA)).principal.roles == {"Owner"}


async def test_a_domain_that_is_no_longer_trusted_verifies_nobody(
    rooms: LinkRooms, links: KeptLinks, trust: Trust, mails: Mails, phonebook: Phonebook
) -> None:
    phonebook.say(MARA, PERSON.email)
    await links.looked_up(MARA)
    changed = KeptLinks(rooms, replace(trust, domains={}), mails, {"slack": phonebook})
    assert (await changed.known(MARA)).principal.assurance is Assurance.ANONYMOUS
    assert (await changed.looked_up(MARA)).principal.assurance is Assurance.CLAIMED


async def test_a_link_by_domain_is_proved_again_after_a_day(
    links: KeptLinks, phonebook: Phonebook, clock: FixedClock, database: Database
) -> None:
    phonebook.say(MARA, PERSON.email)
    await links.looked_up(MARA)
    clock.advance(timedelta(days=1))
    assert (await links.looked_up(MARA)).settled
    clock.advance(timedelta(days=1))
    phonebook.say(MARA, "someone@else.example")
    assert (await links.looked_up(MARA)).principal.assurance is Assurance.ANONYMOUS
    assert len(await events(database, "identity.linked")) == len(await events(database, "identity.unlinked")) == 1


async def test_an_agent_is_known_by_address_only_at_the_desk_and_never_as_a_guest(links: KeptLinks, phonebook: Phonebook) -> None:
    phonebook.say(SAM_AT_DESK, "SAM@halcyon.example", guest=True)
    assert (await links.looked_up(SAM_AT_DESK)).agent is None
    away = replace(SAM_AT_DESK, installation="T-CUSTOMER", user_id="U8")
    phonebook.say(away, "sam@halcyon.example")
    assert (await links.looked_up(away)).agent is None
    other = replace(SAM_AT_DESK, user_id="U7")
    phonebook.say(other, "sam@halcyon.example")
    known = await links.looked_up(other)
    assert known.agent is not None
    assert known.principal.kind is PrincipalKind.AGENT
    assert known.settled
    assert (await links.known(other)).agent == known.agent


async def test_the_roster_names_agents_by_user_id_at_the_desk_alone(links: KeptLinks) -> None:
    bea = replace(SAM_AT_DESK, user_id="U-BEA")
    known = await links.known(bea)
    assert known.agent is not None
    assert known.agent.id == "bea"
    assert (await links.known(replace(bea, installation="T-CUSTOMER"))).agent is None


async def test_an_agent_who_left_the_roster_has_no_seat(
    rooms: LinkRooms, links: KeptLinks, trust: Trust, mails: Mails, phonebook: Phonebook
) -> None:
    phonebook.say(SAM_AT_DESK, "sam@halcyon.example")
    await links.looked_up(SAM_AT_DESK)
    left = KeptLinks(rooms, replace(trust, roster=type(trust.roster)()), mails, {})
    assert (await left.known(SAM_AT_DESK)).agent is None


async def test_a_mailed_code_verifies(links: KeptLinks, mails: Mails, database: Database) -> None:
    code = await mailed_code(links, mails)
    assert mails.sent[0][0] == PERSON.email
    known = await links.finish(MARA, f" {code[:3]} {code[3:]} ")
    assert known is not None
    assert known.principal.verified
    assert known.settled
    assert await links.finish(MARA, code) is None
    told = [each.type for each in await events(database)]
    assert told == ["identity.code_sent", "identity.linked", "identity.verified"]


async def test_in_public_a_right_code_still_names_nobody(links: KeptLinks, mails: Mails) -> None:
    known = await links.finish(IN_PUBLIC, await mailed_code(links, mails))
    assert known is not None
    assert known.principal.contact_id is None
    assert (await links.known(MARA)).principal.verified


async def test_a_code_is_worth_nothing_to_another_user_or_too_late(links: KeptLinks, mails: Mails, clock: FixedClock) -> None:
    code = await mailed_code(links, mails)
    assert await links.finish(IN_TEAMS, code) is None
    clock.advance(timedelta(minutes=10))
    assert await links.finish(MARA, code) is None


async def test_five_wrong_tries_use_a_code_up(links: KeptLinks, mails: Mails) -> None:
    code = await mailed_code(links, mails)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert [await links.finish(MARA, wrong) for _ in range(5)] == [None] * 5
    assert await links.finish(MARA, code) is None


async def test_whoever_tries_too_much_is_not_heard_for_an_hour(links: KeptLinks, mails: Mails, clock: FixedClock) -> None:
    for _ in range(10):
        assert await links.finish(MARA, "ABCDEFGHJK") is None
    assert await links.finish(MARA, await mailed_code(links, mails)) is None
    clock.advance(timedelta(hours=1))
    assert await links.finish(MARA, await mailed_code(links, mails)) is not None


async def test_several_companies_are_told_apart_by_the_code(links: KeptLinks, mails: Mails, people: People) -> None:
    people.there = [PERSON, ELSEWHERE]
    await links.start_code(MARA, PERSON.email)
    await links.settle()
    lines = dict(line.split(" for ", 1)[::-1] for line in mails.sent[0][1].splitlines() if line[:6].isdigit())
    assert lines.keys() == {"Northwind", "Southwind"}
    known = await links.finish(MARA, lines["Southwind"])
    assert known is not None
    assert known.principal.contact_id == "C-002-1"
    assert await links.finish(MARA, lines["Northwind"]) is None


async def test_several_contacts_with_one_address_are_only_claimed(links: KeptLinks, phonebook: Phonebook, people: People) -> None:
    people.there = [PERSON, ELSEWHERE]
    phonebook.say(MARA, PERSON.email)
    found = (await links.looked_up(MARA)).principal
    assert (found.contact_id, found.assurance) == (None, Assurance.CLAIMED)


async def test_every_address_gets_the_same_answer(links: KeptLinks, mails: Mails) -> None:
    assert await links.start_code(MARA, "nobody@nowhere.example") == SENT
    assert await links.start_code(IN_TEAMS, PERSON.email) == SENT
    await links.settle()
    assert [to for to, _ in mails.sent] == [PERSON.email]
    with pytest.raises(BadInput, match="not an e-mail"):
        await links.start_code(MARA, "nobody at nowhere")


async def test_codes_are_mailed_only_so_often_to_a_user_and_to_an_address(links: KeptLinks, mails: Mails) -> None:
    answers = [await links.start_code(MARA, PERSON.email) for _ in range(6)]
    assert answers == [SENT] * 5 + [TOO_OFTEN]
    assert await links.start_code(IN_TEAMS, PERSON.email.upper()) == SENT
    await links.settle()
    assert len(mails.sent) == 5


async def test_a_mail_server_that_is_down_changes_nothing_for_the_user(links: KeptLinks, mails: Mails) -> None:
    mails.down = True
    assert await links.start_code(MARA, PERSON.email) == SENT
    await links.settle()
    assert not mails.sent


async def test_a_code_for_somebody_who_left_meanwhile_proves_nothing(links: KeptLinks, mails: Mails, people: People) -> None:
    code = await mailed_code(links, mails)
    people.there = []
    assert await links.finish(MARA, code) is None
    assert not (await links.known(MARA)).principal.verified


async def test_unlinked_means_a_stranger_until_a_code_says_otherwise(
    links: KeptLinks, phonebook: Phonebook, mails: Mails, database: Database
) -> None:
    phonebook.say(MARA, PERSON.email)
    await links.looked_up(MARA)
    await links.unlink(MARA)
    await links.unlink(MARA)
    assert len(await events(database, "identity.unlinked")) == 1
    known = await links.looked_up(MARA)
    assert (known.principal.assurance, known.settled) == (Assurance.ANONYMOUS, True)
    assert phonebook.asked == 1
    assert await links.finish(MARA, await mailed_code(links, mails)) is not None
    assert (await links.known(MARA)).principal.verified
