from dataclasses import replace

import pytest

from bot.intake import Intake
from bot.links.identify import Identifying
from bot.links.kept import KeptLinks
from core import inbox
from core.clock import FixedClock
from core.conversation import ConversationRef, Inbound
from core.database import Database
from core.durable_memory import MemoryDurable
from core.journal import Journal
from core.people import Assurance, Principal, PrincipalKind
from core.runner import Runner
from core.vault import Vault
from memory.tables import Conversation
from memory.threads import Threads
from tests.unit.bot.links.conftest import ELSEWHERE, MARA, NOON, PERSON, SAM, SAM_AT_DESK, TENANT, People, Phonebook

REF = ConversationRef(tenant="halcyon", channel="slack", installation="T-HOST", conversation_id="D1")


@pytest.fixture
def identifying(database: Database, vault: Vault, threads: Threads, links: KeptLinks, clock: FixedClock) -> Identifying:
    return Identifying(database=database, vault=vault, threads=threads, links=links, clock=clock)


@pytest.fixture
def intake(database: Database, vault: Vault, threads: Threads, clock: FixedClock) -> Intake:
    durable = MemoryDurable(Runner(database=database, clock=clock))
    return Intake(database=database, durable=durable, vault=vault, journal=Journal(), threads=threads, clock=clock)


async def write(intake: Intake, links: KeptLinks, message_id: str = "m1", *, private: bool = True) -> str:
    """A message of Mara's, accepted as who she was known to be then."""
    sender = (await links.known(replace(MARA, private=private))).principal
    inbound = Inbound(ref=REF, message_id=message_id, sender=sender, text="Hello", received_at=NOON, private=private)
    return (await intake.database.write(lambda conn: intake.write(conn, inbound))).row_id


async def look(identifying: Identifying, row_id: str) -> tuple[Inbound, Conversation]:
    def read(conn: inbox.Connection) -> tuple[Inbound, Conversation]:
        found, _ = inbox.load(conn, identifying.vault, row_id)
        return found, identifying.threads.get(conn, "halcyon", inbox.placed(conn, row_id))

    return await identifying.database.read(read)


async def test_a_stranger_who_turns_out_to_be_known_owns_message_and_conversation(
    identifying: Identifying, intake: Intake, links: KeptLinks, phonebook: Phonebook, vault: Vault
) -> None:
    row_id = await write(intake, links)
    phonebook.say(MARA, PERSON.email)
    await identifying.identify(row_id)
    await identifying.identify(row_id)
    found, conversation = await look(identifying, row_id)
    assert (found.sender.contact_id, found.sender.assurance) == ("C-001-1", Assurance.VERIFIED)
    assert found.sender.roles == {"Owner"}
    assert (conversation.contact_id, conversation.person_id) == ("C-001-1", "C-001-1")
    assert found.text == "Hello"

    def texts(conn: inbox.Connection) -> list[str | None]:
        vault.destroy(conn, tenant="halcyon", person="slack:T-CUSTOMER:U1")
        entries = identifying.threads.read(conn, "halcyon", conversation.id)
        return [str(entries[0].body["text"]), inbox.load(conn, vault, row_id)[0].text]

    assert await identifying.database.write(texts) == ["Hello", "Hello"]


async def test_somebody_of_the_desk_is_not_served_as_a_customer(
    identifying: Identifying, intake: Intake, links: KeptLinks, phonebook: Phonebook
) -> None:
    phonebook.say(SAM_AT_DESK, SAM.email)
    sender = (await links.known(SAM_AT_DESK)).principal
    inbound = Inbound(ref=REF, message_id="m1", sender=sender, text="my cases", received_at=NOON)
    row_id = (await intake.database.write(lambda conn: intake.write(conn, inbound))).row_id
    assert await identifying.identify(row_id) is None
    await identifying.identify(row_id)
    _, conversation = await look(identifying, row_id)
    entries = await identifying.database.read(lambda conn: identifying.threads.read(conn, "halcyon", conversation.id))
    assert ["Sam Okoro" in str(each.body["text"]) for each in entries] == [False, True]
    assert not conversation.open
    assert not await identifying.database.read(lambda conn: inbox.unfinished(conn, row_id))


async def test_a_silent_channel_leaves_a_stranger_and_the_next_message_finds_out(
    identifying: Identifying, intake: Intake, links: KeptLinks, phonebook: Phonebook
) -> None:
    phonebook.down = True
    first = await write(intake, links)
    await identifying.identify(first)
    assert (await look(identifying, first))[0].sender.assurance is Assurance.ANONYMOUS
    phonebook.down = False
    phonebook.say(MARA, PERSON.email)
    second = await write(intake, links, "m2")
    await identifying.identify(second)
    assert (await look(identifying, second))[0].sender.verified
    assert (await look(identifying, first))[1].contact_id == "C-001-1"


async def test_in_public_only_the_account_becomes_known(
    identifying: Identifying, intake: Intake, links: KeptLinks, phonebook: Phonebook
) -> None:
    phonebook.say(MARA, PERSON.email)
    row_id = await write(intake, links, private=False)
    await identifying.identify(row_id)
    found, conversation = await look(identifying, row_id)
    assert (found.sender.contact_id, found.sender.account_id) == (None, "ACC-001")
    assert found.sender.assurance is Assurance.CLAIMED
    assert conversation.person_id == "slack:T-CUSTOMER:U1"


async def test_one_who_left_meanwhile_is_put_out_of_the_contacts_conversation(
    identifying: Identifying, intake: Intake, links: KeptLinks, phonebook: Phonebook, people: People
) -> None:
    phonebook.say(MARA, PERSON.email)
    await links.looked_up(MARA)
    row_id = await write(intake, links)
    people.there = [ELSEWHERE]
    phonebook.say(MARA, "gone@private.example")
    await identifying.identify(row_id)
    found, conversation = await look(identifying, row_id)
    assert (found.sender.contact_id, found.sender.assurance) == (None, Assurance.ANONYMOUS)
    assert conversation.contact_id == "C-001-1"
    assert not conversation.open


async def test_a_finished_message_stays_whose_it_was(
    identifying: Identifying, intake: Intake, links: KeptLinks, phonebook: Phonebook
) -> None:
    row_id = await write(intake, links)
    await identifying.database.write(lambda conn: inbox.finish(conn, row_id))
    phonebook.say(MARA, PERSON.email)
    await identifying.identify(row_id)
    assert (await look(identifying, row_id))[0].sender.assurance is Assurance.ANONYMOUS


async def test_visitors_of_the_chat_page_are_nobodys_users(
    identifying: Identifying, intake: Intake, phonebook: Phonebook
) -> None:
    sender = Principal(kind=PrincipalKind.CUSTOMER, id="v:1:2", tenant=TENANT)
    ref = replace(REF, channel="web_chat")
    inbound = Inbound(ref=ref, message_id="m1", sender=sender, text="Hello", received_at=NOON)
    accepted = await intake.database.write(lambda conn: intake.write(conn, inbound))
    await identifying.identify(accepted.row_id)
    assert phonebook.asked == 0


async def test_a_message_whose_text_was_erased_is_passed_over(
    identifying: Identifying, intake: Intake, links: KeptLinks, phonebook: Phonebook, vault: Vault
) -> None:
    row_id = await write(intake, links)
    await identifying.database.write(lambda conn: vault.destroy(conn, tenant="halcyon", person="slack:T-CUSTOMER:U1"))
    await identifying.identify(row_id)
    assert phonebook.asked == 0
