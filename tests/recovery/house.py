"""The kept house as the recovery tests and the turn benchmark open it: a scripted model, three articles, files in a folder."""

import asyncio
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.wiring.heavy import light
from bot.wiring.kept import Kept, open_house, take_in
from core import inbox
from core.config import Config, load
from core.conversation import ConversationRef, Inbound, Press
from core.language import Act
from core.people import Assurance, Principal, PrincipalKind
from knowledge.index import MemoryIndex
from knowledge.vector_cache import HashEmbedder
from tests.fakes.model import Meant, ScriptedModel

ROOT = Path(__file__).parents[2]
ARTICLES = ("passwords-and-sessions", "refund-windows", "mobile-app-versions")
YES = "Yes, please."
PERSON = "Please let me talk to a person."
QUESTIONS = (
    "How do I reset my password?",
    "How long am I signed in?",
    "Which versions of iOS does the mobile app need?",
    "How long must a password be?",
    "When is sign-in locked?",
    "Can I get a newly bought add-on refunded?",
)
MOST_CREDITS = 40
CREDIT_MINOR = 100


def credit(number: int) -> str:
    """A wish for a credit of 1.00, worded differently each time: the same words three times would go to a person."""
    return f"Please give me a credit of 1.00 for order {number}."


MEANINGS: Mapping[str, Meant] = {
    **{credit(number): Meant(intent="give_credit", slots={"amount": "1.00"}) for number in range(MOST_CREDITS)},
    YES: Meant(intent="none", act=Act.AFFIRM),
    PERSON: Meant(intent="none", triage="asked_for_human"),
}


@dataclass(frozen=True, kw_only=True)
class Customer:
    """Somebody who writes: an Owner of an account."""

    account: str
    contact: str


def config_for(folder: Path) -> Config:
    """The shipped configuration with its data in `folder`."""
    config = load(ROOT / "config.toml")
    core = config.core.model_copy(update={"data_dir": str(folder), "seal_interval_s": 0.2})
    demo = config.demo.model_copy(update={"folder": str(ROOT / "demo/halcyon")})
    handoff = config.handoff.model_copy(update={"desk": str(ROOT / "demo/halcyon/desk.toml")})
    knowledge = config.knowledge.model_copy(update={"answerable": 0.3})
    models = config.models.model_copy(update={"cache": str(folder / "cache")})
    changed = {"core": core, "demo": demo, "handoff": handoff, "knowledge": knowledge, "models": models}
    return config.model_copy(update=changed)


def shelve(folder: Path) -> Path:
    """The folder with the three articles, filled in one step."""
    articles = folder / "articles"
    if not articles.exists():
        draft = Path(tempfile.mkdtemp(dir=folder))
        for name in ARTICLES:
            shutil.copyfile(ROOT / "demo/halcyon/help" / f"{name}.md", draft / f"{name}.md")
        draft.rename(articles)
    return articles


async def open_small(folder: Path, model: ScriptedModel | None = None) -> Kept:
    """Opens the installation in `folder` around a scripted model. The engine isn't launched yet."""
    model = model or ScriptedModel(meanings=dict(MEANINGS))
    config = config_for(folder)
    kept = await open_house(config, light(config, model, HashEmbedder()), index=MemoryIndex())
    articles = shelve(folder)
    await take_in(kept, [str(articles)])
    return kept


async def launch(kept: Kept) -> int:
    """Takes up what was left unfinished, as `rapport serve` does, and returns how many messages that were."""
    await kept.house.durable.launch()
    return await kept.house.intake.offer_unfinished()


async def answered(kept: Kept, lane: str | None = None) -> None:
    """Waits until no turn is left to be taken, of that lane or of all."""
    async with asyncio.timeout(60.0):
        while await kept.house.database.read(lambda conn: inbox.pending(conn, lane=lane)):  # noqa: ASYNC110 - others write it
            await asyncio.sleep(0.01)


def a_message(
    kept: Kept, conversation: str, message_id: str, customer: Customer, text: str = "", press: Press | None = None
) -> Inbound:
    """A message as the web chat would hand it over."""
    house = kept.house
    sender = Principal(
        kind=PrincipalKind.CUSTOMER,
        id=customer.contact,
        tenant=house.tenant,
        roles=frozenset({"Owner"}),
        account_id=customer.account,
        contact_id=customer.contact,
        assurance=Assurance.VERIFIED,
    )
    ref = ConversationRef(tenant=house.tenant.id, channel="web", installation="main", conversation_id=conversation)
    return Inbound(ref=ref, message_id=message_id, sender=sender, text=text, received_at=house.clock.now(), press=press)
