import pytest
from sqlalchemy import Connection

from core.errors import Conflict, NotFound
from core.people import Tenant
from core.tenants import find, register


def test_a_tenant_is_found_with_its_region(conn: Connection) -> None:
    register(conn, Tenant(id="halcyon", region="eu"))
    register(conn, Tenant(id="halcyon", region="eu"))
    assert find(conn, "halcyon") == Tenant(id="halcyon", region="eu")


def test_a_tenant_does_not_change_its_region(conn: Connection) -> None:
    register(conn, Tenant(id="halcyon", region="eu"))
    with pytest.raises(Conflict, match="kept in eu"):
        register(conn, Tenant(id="halcyon", region="us"))


def test_an_unknown_tenant_is_not_found(conn: Connection) -> None:
    with pytest.raises(NotFound):
        find(conn, "nobody")
