"""Posting over the adapter's wire, against a Bot Connector service on loopback."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.channels.teams.addresses import ServiceAddresses
from bot.channels.teams.sdk import TeamsSdk
from bot.channels.teams.transport import AppIdentity, Transport
from bot.channels.teams.wire import Reference
from bot.channels.teams_desk.blocks import card, label, message
from bot.channels.teams_desk.posting import WirePosting
from core.clock import WallClock
from core.errors import NotSent, Refused, Unclear
from tests.fakes.teams_activities import ORGANISATION
from tests.fakes.teams_service import APP_ID, APP_PASSWORD, Failure, TeamsService

QUEUE = "19:queue@thread.tacv2"
HELLO = message(card([label("Hello")]), "Hello")


class Kept:
    def __init__(self, references: dict[str, Reference]) -> None:
        self.references = references

    async def find(self, installation: str, conversation_id: str) -> Reference | None:
        return self.references.get(conversation_id)

    async def latest(self, installation: str) -> Reference | None:
        return next(iter(self.references.values()), None)

    async def keep(self, reference: Reference) -> None:
        self.references[reference.conversation_id] = reference


@pytest.fixture
async def service() -> AsyncIterator[TeamsService]:
    async with TeamsService() as service:
        yield service


@pytest.fixture
async def posting(service: TeamsService) -> AsyncIterator[WirePosting]:
    transport = Transport(AppIdentity(app_id=APP_ID, password=APP_PASSWORD, login_url=service.login_url), WallClock())
    wire = TeamsSdk(transport, ServiceAddresses(listed=(service.url,)), APP_ID)
    place = Reference(conversation_id=QUEUE, service_url=service.url, installation=ORGANISATION, kind="channel", bot_id="28:bot")
    yield WirePosting(wire, Kept({QUEUE: place}), ORGANISATION)
    await transport.close()


async def test_a_post_in_a_channel_begins_a_thread_in_which_the_rest_stands(posting: WirePosting, service: TeamsService) -> None:
    root = await posting.post(QUEUE, HELLO)
    assert root.conversation_id == f"{QUEUE};messageid={root.message_id}"
    below = await posting.post(root.conversation_id, HELLO)
    assert below.conversation_id == root.conversation_id
    assert len(service.posted(root.conversation_id)) == 2
    sent = service.posted(root.conversation_id)[0]["attachments"][0]["content"]
    assert sent["body"][0]["text"] == "Hello"
    assert service.posted(root.conversation_id)[0]["summary"] == "Hello"


async def test_the_root_and_what_is_below_are_brought_up_to_date(posting: WirePosting, service: TeamsService) -> None:
    root = await posting.post(QUEUE, HELLO)
    below = await posting.post(root.conversation_id, HELLO)
    for each in (root, below):
        await posting.update(each.conversation_id, each.message_id, message(card([label("Changed")]), "Changed"))
    for kept in service.posted(root.conversation_id):
        assert kept["attachments"][0]["content"]["body"][0]["text"] == "Changed"


async def test_a_private_chat_is_begun_by_way_of_the_organisation(posting: WirePosting, service: TeamsService) -> None:
    place = await posting.open_private(ORGANISATION, "29:ann")
    assert place == "a:ann"
    await posting.post(place, HELLO)
    assert len(service.posted("a:ann")) == 1


@pytest.mark.parametrize(
    ("failure", "raised"),
    [
        (Failure(status=429, retry_after="2"), NotSent),
        (Failure(status=500, stored=True), Unclear),
        (Failure(status=403), Refused),
    ],
)
async def test_each_end_is_told_apart(
    posting: WirePosting, service: TeamsService, failure: Failure, raised: type[Exception]
) -> None:
    service.fail(replace(failure, path="/v3/conversations"))
    with pytest.raises(raised):
        await posting.post(QUEUE, HELLO)


async def test_a_place_that_nobody_spoke_from_is_refused(posting: WirePosting) -> None:
    nowhere = WirePosting(posting._wire, Kept({}), ORGANISATION)  # pyright: ignore[reportPrivateUsage] - the same wire
    with pytest.raises(Refused, match="add the app to it"):
        await nowhere.post(QUEUE, HELLO)
    with pytest.raises(Refused):
        await nowhere.open_private(ORGANISATION, "29:ann")


async def test_a_channel_that_only_the_configuration_names_is_reached(posting: WirePosting, service: TeamsService) -> None:
    root = await posting.post("19:other@thread.tacv2", HELLO)
    assert service.posted(root.conversation_id)
