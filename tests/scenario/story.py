"""A story as scenario tests tell it: somebody writes, and everything that the house then knows can be looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy import Connection

from bot.ask.world import PlainSteps, World
from bot.dialogue.state import DialogueState
from bot.house import House
from core.clock import FixedClock
from core.conversation import ConversationRef, Entry, EntryKind, Inbound, Press, Reply
from core.events import Event
from core.inbox import Accepted
from core.language import Act
from core.people import Assurance, Principal, PrincipalKind
from governance.approvals import Approval
from governance.audit import DecisionRecord, of_conversation
from handoff.case_book import Case
from memory.tables import Conversation
from skills.billing.records import Subscription
from skills.sandbox.company import Sandbox
from tests.fakes.model import Meant
from tests.scenario.story_model import StoryModel

Slots = Mapping[str, str | int]
YES = Meant(intent="none", act=Act.AFFIRM)
NO = Meant(intent="none", act=Act.DENY)


@dataclass(kw_only=True)
class Story:
    """One customer in one channel conversation. `company` is the sandbox behind the ports."""

    world: World
    company: Sandbox
    model: StoryModel
    said: int = field(default=0)

    @property
    def house(self) -> House:
        return self.world.house

    @property
    def tenant(self) -> str:
        return self.house.tenant.id

    @property
    def account(self) -> str:
        assert self.world.customer.account_id is not None
        return self.world.customer.account_id

    @property
    def clock(self) -> FixedClock:
        assert isinstance(self.house.clock, FixedClock)
        return self.house.clock

    async def says(self, text: str, meant: Meant | None = None) -> Reply:
        """The customer writes `text`, which is understood as `meant` says; without it as a question."""
        if meant is not None:
            self.model.meanings[text] = meant
        return await self.world.say(text)

    async def asks_for(self, text: str, intent: str, slots: Slots | None = None) -> Reply:
        """The customer asks for a skill."""
        return await self.says(text, Meant(intent=intent, slots=slots or {}))

    async def says_yes(self, text: str = "Yes, please.") -> Reply:
        return await self.says(text, YES)

    async def says_no(self, text: str = "No, thank you.") -> Reply:
        return await self.says(text, NO)

    async def presses(self, confirm: bool = True) -> Reply:
        return await self.world.press(confirm)

    async def presses_card(self, card_id: str, choice: str = "confirm") -> Reply:
        """Presses the card of that id, which may be an old one."""
        accepted = await self.sends("", f"press-{card_id}-{choice}", Press(card_id=card_id, choice=choice))
        return await self.takes(accepted)

    async def takes(self, accepted: Accepted) -> Reply:
        """Takes the turn of a message that was handed in."""
        return await self.house.turns.take(PlainSteps(database=self.house.database), accepted.row_id)

    async def sends(self, text: str, message_id: str, press: Press | None = None) -> Accepted:
        """Hands a message in, under an id of the sender's, and takes no turn yet."""
        inbound = Inbound(
            ref=self.world.ref,
            message_id=message_id,
            sender=self.world.customer,
            text=text,
            received_at=self.clock.now(),
            press=press,
        )
        return await self.house.database.write(lambda conn: self.house.intake.write(conn, inbound))

    def wait(self, **span: float) -> None:
        """Lets business time pass."""
        self.clock.instant = self.clock.instant + timedelta(**span)

    async def conversation(self) -> Conversation:
        """The latest conversation in this channel conversation."""
        found = await self.house.database.read(lambda conn: self.house.threads.find(conn, self.world.ref))
        assert found is not None
        return found

    async def entries(self, *, internal: bool = False) -> list[Entry]:
        conversation = await self.conversation()
        return await self.house.database.read(
            lambda conn: self.house.threads.read(conn, self.tenant, conversation.id, internal=internal)
        )

    async def notices(self) -> list[str]:
        """What people and the system told the customer."""
        kinds = (EntryKind.NOTICE, EntryKind.TEXT)
        found = [each for each in await self.entries() if each.kind in kinds and each.author.value != "customer"]
        return [str(each.body["text"]) for each in found]

    async def state(self) -> DialogueState:
        conversation = await self.conversation()
        kept = await self.house.database.read(lambda conn: self.house.threads.load_state(conn, self.tenant, conversation.id))
        assert kept is not None
        return DialogueState.model_validate_json(kept)

    async def case(self) -> Case | None:
        conversation = await self.conversation()
        return await self.house.database.read(lambda conn: self.house.cases.live_in(conn, self.tenant, conversation.id))

    async def open_case(self) -> Case:
        found = await self.case()
        assert found is not None
        return found

    async def approvals(self) -> list[Approval]:
        conversation = await self.conversation()
        read = self.house.approvals.of_conversation
        return await self.house.database.read(lambda conn: read(conn, self.tenant, conversation.id))

    async def approval(self) -> Approval:
        """The newest one of the conversation."""
        return (await self.approvals())[-1]

    async def events(self) -> list[Event]:
        conversation = await self.conversation()
        return await self.house.database.read(lambda conn: self.house.journal.of_conversation(conn, self.tenant, conversation.id))

    async def event_types(self) -> list[str]:
        return [each.type for each in await self.events()]

    async def records(self) -> list[DecisionRecord]:
        conversation = await self.conversation()
        return await self.house.database.read(lambda conn: of_conversation(conn, self.tenant, conversation.id))

    async def subscription(self) -> Subscription:
        return await self.house.ports.billing.subscription(self.account)

    async def credits(self) -> list[int]:
        """The credits that were given since the story began, in minor units."""
        history = (await self.subscription()).history.credits
        return [each.amount.minor for each in history if each.given_on == self.clock.now().date()]

    def agent(self, name: str, *roles: str) -> Principal:
        return Principal(
            kind=PrincipalKind.AGENT,
            id=name.lower(),
            name=name,
            tenant=self.house.tenant,
            roles=frozenset(roles or ("support_agent",)),
            assurance=Assurance.VERIFIED,
        )

    async def claims(self, agent: Principal) -> Case:
        case = await self.open_case()
        return await self.house.database.write(lambda conn: self.house.cases.claim(conn, case.id, agent, at=self.clock.now()))

    async def replies(self, agent: Principal, text: str) -> None:
        case = await self.open_case()

        def write(conn: Connection) -> int:
            return self.house.cases.reply_to_customer(conn, case.id, agent, text, at=self.clock.now())

        await self.house.database.write(write)

    async def gives_back(self, agent: Principal) -> None:
        case = await self.open_case()
        await self.house.database.write(lambda conn: self.house.cases.give_back(conn, case.id, agent, "", at=self.clock.now()))

    def elsewhere(self, conversation_id: str, customer: Principal | None = None) -> "Story":
        """The same house, another channel conversation, of the same customer or of another."""
        ref = replace(self.world.ref, conversation_id=conversation_id)
        world = World(house=self.house, customer=customer or self.world.customer, ref=ref)
        return Story(world=world, company=self.company, model=self.model)


def ref_of(house: House, conversation_id: str) -> ConversationRef:
    return ConversationRef(tenant=house.tenant.id, channel="script", installation="ask", conversation_id=conversation_id)
