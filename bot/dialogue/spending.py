"""For whom a turn's model calls are counted, until when, which personal values they mask, and what they came to."""

import asyncio
import time
from collections.abc import Mapping

from bot.dialogue.opening import Opening
from core.charging import Charge, charge
from core.errors import RapportError
from core.events import JSON
from core.people import Principal
from skills.contract import Ports

LOOKUP_S = 2.0


def charge_for(opening: Opening, deadline_s: float) -> Charge:
    """What the calls of this turn are counted against; they must be done so many seconds from now."""
    name = opening.principal.name
    return Charge(
        tenant=opening.conversation.tenant,
        conversation_id=opening.conversation.id,
        turn_id=opening.row_id,
        deadline_at=time.monotonic() + deadline_s,
        known=[("person", name)] if name else [],
    )


async def know_values(ports: Ports, principal: Principal, present: Charge) -> None:
    """Adds what the CRM knows of this customer, so that no provider sees it: name, mail, phone, company."""
    if principal.account_id is None:
        return
    try:
        async with asyncio.timeout(LOOKUP_S):
            account, contacts = await asyncio.gather(
                ports.crm.account(principal.account_id), ports.crm.contacts(principal.account_id)
            )
    except (RapportError, TimeoutError):
        return
    values = [("company", account.name)]
    for each in contacts:
        if each.id == principal.contact_id:
            values += [("person", each.name), ("email", each.email), ("phone", each.phone or "")]
    present.known = list(dict.fromkeys([*present.known, *(pair for pair in values if pair[1])]))


def spent() -> Mapping[str, JSON]:
    """Calls, tokens and cost so far, as the decision record keeps them; nothing when no provider was called."""
    present = charge()
    if present is None or not present.calls:
        return {}
    calls = present.calls
    firsts = [each.first_ms for each in calls if each.first_ms is not None]
    kept: dict[str, JSON] = {
        "calls": len(calls),
        "failed": sum(1 for each in calls if each.outcome != "ok"),
        "input_tokens": sum(each.input_tokens for each in calls),
        "output_tokens": sum(each.output_tokens for each in calls),
        "cached_tokens": sum(each.cached for each in calls),
        "written_tokens": sum(each.written for each in calls),
        "cache_hits": sum(1 for each in calls if each.cached),
        "cost_micros": present.cost_micros,
        "took_ms": round(sum(each.took_ms for each in calls), 1),
        "first_ms": round(min(firsts), 1) if firsts else None,
        "models": sorted({f"{each.provider}:{each.model}" for each in calls}),
        "operations": sorted({each.operation for each in calls}),
    }
    return {"spent": kept}
