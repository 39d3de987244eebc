from datetime import timedelta

from sqlalchemy import Connection

from core.journal import Journal
from governance.registry import Registry
from tests.unit.governance.builders import NOW


def test_only_changes_are_recorded(conn: Connection, journal: Journal) -> None:
    registry = Registry(journal)
    assert registry.record(conn, "halcyon", "policy", "v1", NOW)
    assert not registry.record(conn, "halcyon", "policy", "v1", NOW)
    assert registry.record(conn, "halcyon", "model", "embedded-1", NOW)
    assert registry.record(conn, "halcyon", "policy", "v2", NOW + timedelta(days=1))
    assert registry.current(conn, "halcyon") == {"policy": "v2", "model": "embedded-1"}
    events = journal.find(conn, "halcyon", "version.changed")
    assert [(event.data["kind"], event.data["before"], event.data["version"]) for event in events] == [
        ("policy", None, "v1"),
        ("model", None, "embedded-1"),
        ("policy", "v1", "v2"),
    ]


def test_the_past_is_known(conn: Connection, journal: Journal) -> None:
    registry = Registry(journal)
    registry.record(conn, "halcyon", "policy", "v1", NOW)
    registry.record(conn, "halcyon", "policy", "v2", NOW + timedelta(days=1))
    assert registry.at(conn, "halcyon", NOW) == {"policy": "v1"}
    assert registry.at(conn, "halcyon", NOW - timedelta(seconds=1)) == {}


def test_tenants_have_their_own(conn: Connection, journal: Journal) -> None:
    registry = Registry(journal)
    registry.record(conn, "halcyon", "policy", "v1", NOW)
    assert registry.current(conn, "other") == {}


def test_back_to_an_older_version_is_a_change(conn: Connection, journal: Journal) -> None:
    registry = Registry(journal)
    for version in ("v1", "v2", "v1"):
        assert registry.record(conn, "halcyon", "policy", version, NOW)
    assert registry.current(conn, "halcyon") == {"policy": "v1"}
