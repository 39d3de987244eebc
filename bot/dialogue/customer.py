"""What the CRM says of the customer, when it answers in time: a turn never waits longer for it, and never fails without it."""

import asyncio

from bot.dialogue.draft import Draft
from core.errors import RapportError
from core.people import Principal
from skills.contract import Ports

LOOKUP_S = 2.0


async def know_account(ports: Ports, principal: Principal, draft: Draft) -> None:
    """Puts the plan, time zone and standing of a proved customer into the draft."""
    if draft.plan or not principal.verified or principal.account_id is None:
        return
    try:
        async with asyncio.timeout(LOOKUP_S):
            account = await ports.crm.account(principal.account_id)
    except (RapportError, TimeoutError):
        return
    draft.plan, draft.zone, draft.vip = account.plan, account.timezone, account.vip


async def know_name(ports: Ports, principal: Principal, draft: Draft) -> None:
    """Puts the name of a proved contact into the draft: inbox rows keep none."""
    if not principal.verified or principal.account_id is None:
        return
    try:
        async with asyncio.timeout(LOOKUP_S):
            contacts = await ports.crm.contacts(principal.account_id)
    except (RapportError, TimeoutError):
        return
    draft.contact_name = next((each.name for each in contacts if each.id == principal.contact_id), "")
