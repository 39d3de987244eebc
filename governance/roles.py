"""The desk's roles, and which of them stands for which."""

from collections.abc import Collection

SUPPORT_AGENT = "support_agent"
BILLING_LEAD = "billing_lead"
FINANCE = "finance"
ACCOUNT_MANAGER = "account_manager"
SALES_DIRECTOR = "sales_director"
CFO = "cfo"

CHAINS: tuple[tuple[str, ...], ...] = (
    (SUPPORT_AGENT, BILLING_LEAD, FINANCE),
    (ACCOUNT_MANAGER, SALES_DIRECTOR, CFO),
)


def covers(held: str, needed: str) -> bool:
    """Whether one role is enough where another is asked for."""
    return any(needed in chain and held in chain[chain.index(needed) :] for chain in CHAINS)


def enough(held: Collection[str], needed: str) -> str | None:
    """The held role that is enough where `needed` is asked for, the highest if several are; None if none is."""
    return highest([role for role in held if covers(role, needed)])


def highest(roles: Collection[str]) -> str | None:
    """The role that stands furthest up in its chain; None of nobody."""
    return max(roles, key=_height, default=None)


def covered_by(held: Collection[str]) -> frozenset[str]:
    """Every role that a holder of these stands for."""
    return frozenset(role for chain in CHAINS for role in chain if any(covers(mine, role) for mine in held))


def _height(role: str) -> tuple[int, str]:
    return max((chain.index(role) for chain in CHAINS if role in chain), default=-1), role
