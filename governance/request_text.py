"""A request as text and back, for sealing it whole: its arguments may be personal."""

import json
from datetime import datetime
from typing import Any

from core.action import ActionRequest, Argument, Effect, Origin, Provenance
from core.people import Assurance, Principal, PrincipalKind, Tenant

PLAIN = ("id", "skill", "account_id", "conversation_id", "correlation_id", "idempotency_key", "raised_by")


def request_to_text(request: ActionRequest) -> str:
    """The request as JSON text."""
    principal = request.principal
    return json.dumps(
        {name: getattr(request, name) for name in PLAIN}
        | {
            "effect": request.effect.value,
            "requested_at": request.requested_at.isoformat(),
            "arguments": {
                name: [argument.value, argument.provenance.origin.value, argument.provenance.source_id, argument.content]
                for name, argument in request.arguments.items()
            },
            "principal": {
                "kind": principal.kind.value,
                "id": principal.id,
                "tenant": [principal.tenant.id, principal.tenant.region],
                "name": principal.name,
                "roles": sorted(principal.roles),
                "account_id": principal.account_id,
                "contact_id": principal.contact_id,
                "assurance": principal.assurance.value,
                "step_up": principal.step_up,
            },
        }
    )


def request_from_text(text: str) -> ActionRequest:
    """The request that `request_to_text` wrote."""
    found: dict[str, Any] = json.loads(text)
    arguments = {
        name: Argument(value=value, provenance=Provenance(origin=Origin(origin), source_id=source_id), content=any(content))
        for name, (value, origin, source_id, *content) in found["arguments"].items()
    }
    return ActionRequest(
        **{name: found[name] for name in PLAIN},
        effect=Effect(found["effect"]),
        requested_at=datetime.fromisoformat(found["requested_at"]),
        arguments=arguments,
        principal=_principal(found["principal"]),
    )


def _principal(found: dict[str, Any]) -> Principal:
    tenant, region = found["tenant"]
    kept = {name: found[name] for name in ("id", "name", "account_id", "contact_id", "step_up")}
    return Principal(
        **kept,
        kind=PrincipalKind(found["kind"]),
        tenant=Tenant(id=tenant, region=region),
        roles=frozenset(found["roles"]),
        assurance=Assurance(found["assurance"]),
    )
