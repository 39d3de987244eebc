"""A skill reaches what its scopes name, and nothing else."""

import inspect

import pytest

from core.errors import NotAllowed
from skills.billing.port import Billing, UndoCancel
from skills.crm.port import Crm
from skills.helpdesk.port import Helpdesk
from skills.scopes import RIGHTS, scoped
from tests.unit.skills.house import House


def operations(port: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(port, inspect.isfunction) if not name.startswith("_")}


@pytest.mark.parametrize(("name", "port"), [("billing", Billing), ("crm", Crm), ("helpdesk", Helpdesk)])
def test_every_operation_has_a_right(name: str, port: type) -> None:
    assert operations(port) == set(RIGHTS[name])


async def test_a_reader_may_not_write(house: House) -> None:
    ports = scoped(house.ports, frozenset({"billing:read"}))
    assert (await ports.billing.subscription("ACC-003")).plan == "team"
    with pytest.raises(NotAllowed):
        await ports.billing.apply("ACC-035", UndoCancel(), key="k")


async def test_other_ports_and_internal_terms_are_shut(house: House) -> None:
    ports = scoped(house.ports, frozenset({"billing:read"}))
    with pytest.raises(NotAllowed):
        await ports.crm.account("ACC-003")
    with pytest.raises(NotAllowed):
        ports.terms.save_offer("team")
    assert ports.prices is house.ports.prices
    open_terms = scoped(house.ports, frozenset({"terms:read"})).terms
    assert open_terms.save_offer("team") == (10, 3)


async def test_what_is_no_operation_is_not_reached(house: House) -> None:
    ports = scoped(house.ports, frozenset({"billing:read", "billing:write"}))
    with pytest.raises(NotAllowed):
        getattr(ports.billing, "desk")  # noqa: B009 - the name is no operation of the port
