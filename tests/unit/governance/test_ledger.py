from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from core.errors import BadInput, Conflict, NotFound
from governance.ledger import Cause, ContactLedger, Given, Grant, GrantsLedger, Recipient
from tests.unit.governance.builders import NOW

TENANT = "halcyon"
HELEN = Recipient(tenant=TENANT, account_id="ACC-001", contact_id="C-001-1")
GARETH = Recipient(tenant=TENANT, account_id="ACC-001", contact_id="C-001-2")
contacts = ContactLedger()
grants = GrantsLedger()


def grant(usd_minor: int = 4000, **changes: object) -> Grant:
    values: dict[str, object] = {
        "tenant": TENANT,
        "account_id": "ACC-001",
        "cause": "INC-1",
        "form": "credit",
        "usd_minor": usd_minor,
        "key": "K-1",
        "at": NOW,
    }
    return Grant(**{**values, **changes})  # pyright: ignore[reportArgumentType] - the tests' own values


def given(conn: Connection, *, cause: str = "INC-1", now: datetime = NOW, besides: str | None = None) -> Given:
    return grants.given(conn, Cause(tenant=TENANT, account_id="ACC-001", name=cause), now=now, besides=besides)


@pytest.mark.parametrize(("channel", "days"), [("in_app", 14), ("email", 7), ("sms", 30), ("phone", 30)])
def test_contacts_count_within_their_window(conn: Connection, channel: str, days: int) -> None:
    contacts.record(conn, HELEN, channel=channel, kind="upsell", at=NOW - timedelta(days=days))
    assert contacts.in_window(conn, HELEN, channel=channel, now=NOW) == 0
    contacts.record(conn, HELEN, channel=channel, kind="upsell", at=NOW - timedelta(days=days, seconds=-1))
    assert contacts.in_window(conn, HELEN, channel=channel, now=NOW) == 1


def test_contacts_are_a_persons_and_calls_an_accounts(conn: Connection) -> None:
    for channel in ("email", "phone"):
        contacts.record(conn, HELEN, channel=channel, kind="renewal", at=NOW)
    assert contacts.in_window(conn, GARETH, channel="email", now=NOW) == 0
    assert contacts.in_window(conn, GARETH, channel="phone", now=NOW) == 1
    assert (
        contacts.in_window(conn, Recipient(tenant="other", account_id="ACC-001", contact_id="C-001-1"), channel="email", now=NOW)
        == 0
    )


def test_an_unknown_channel_is_refused(conn: Connection) -> None:
    with pytest.raises(BadInput, match="pigeon"):
        contacts.record(conn, HELEN, channel="pigeon", kind="upsell", at=NOW)


def test_a_no_is_remembered(conn: Connection) -> None:
    assert not contacts.refused(conn, HELEN, channel="email", kind="sso_scim")
    contacts.refuse(conn, HELEN, channel="email", kind="sso_scim", at=NOW)
    contacts.refuse(conn, HELEN, channel="email", kind="sso_scim", at=NOW)
    assert contacts.refused(conn, HELEN, channel="email", kind="sso_scim")
    assert not contacts.refused(conn, HELEN, channel="in_app", kind="sso_scim")
    assert not contacts.refused(conn, HELEN, channel="email", kind="ai_scheduling")
    assert not contacts.refused(conn, GARETH, channel="email", kind="sso_scim")
    contacts.refuse(conn, HELEN, channel="all", kind="all", at=NOW)
    assert contacts.refused(conn, HELEN, channel="in_app", kind="ai_scheduling")


def test_grants_add_up_by_cause_and_by_credit(conn: Connection) -> None:
    grants.reserve(conn, grant(4000), seen=Given())
    grants.reserve(conn, grant(3000, key="K-2", form="refund"), seen=given(conn))
    grants.reserve(conn, grant(500, key="K-3", cause="INC-2"), seen=given(conn, cause="INC-2"))
    assert given(conn) == Given(cause_usd_minor=7000, credits_usd_minor=4500)
    assert given(conn, cause="INC-2") == Given(cause_usd_minor=500, credits_usd_minor=4500)
    assert given(conn, besides="K-1") == Given(cause_usd_minor=3000, credits_usd_minor=500)
    assert grants.given(conn, Cause(tenant="other", account_id="ACC-001", name="INC-1"), now=NOW) == Given()


def test_grants_leave_the_window_after_90_days(conn: Connection) -> None:
    grants.reserve(conn, grant(), seen=Given())
    grants.confirm(conn, TENANT, "K-1")
    assert given(conn, now=NOW + timedelta(days=90, seconds=-1)).cause_usd_minor == 4000
    assert given(conn, now=NOW + timedelta(days=90)).cause_usd_minor == 0


def test_two_at_once_do_not_both_fit(conn: Connection) -> None:
    seen = given(conn)
    grants.reserve(conn, grant(4000, key="K-1"), seen=seen)
    with pytest.raises(Conflict, match="decide again"):
        grants.reserve(conn, grant(4000, key="K-2"), seen=seen)
    assert given(conn).credits_usd_minor == 4000


def test_another_cause_still_uses_up_the_accounts_credit(conn: Connection) -> None:
    seen = given(conn, cause="INC-2")
    grants.reserve(conn, grant(4000), seen=Given())
    with pytest.raises(Conflict):
        grants.reserve(conn, grant(4000, key="K-2", cause="INC-2"), seen=seen)


def test_a_repeat_reserves_once(conn: Connection) -> None:
    first = grants.reserve(conn, grant(), seen=Given())
    assert grants.reserve(conn, grant(), seen=Given()) == first
    grants.confirm(conn, TENANT, "K-1")
    assert grants.reserve(conn, grant(), seen=Given()) == first
    assert given(conn).cause_usd_minor == 4000


def test_a_release_gives_the_room_back(conn: Connection) -> None:
    grants.reserve(conn, grant(), seen=Given())
    grants.release(conn, TENANT, "K-1")
    grants.release(conn, TENANT, "K-1")
    assert given(conn) == Given()
    grants.reserve(conn, grant(2500), seen=Given())
    assert given(conn).cause_usd_minor == 2500


def test_what_was_given_stays_given(conn: Connection) -> None:
    grants.reserve(conn, grant(), seen=Given())
    grants.confirm(conn, TENANT, "K-1")
    grants.confirm(conn, TENANT, "K-1")
    with pytest.raises(Conflict, match="confirmed"):
        grants.release(conn, TENANT, "K-1")
    with pytest.raises(NotFound, match="reserve first"):
        grants.confirm(conn, TENANT, "K-9")


@pytest.mark.parametrize("odd", [grant(0), grant(-5), grant(form="gift")])
def test_odd_grants_are_refused(conn: Connection, odd: Grant) -> None:
    with pytest.raises(BadInput):
        grants.reserve(conn, odd, seen=Given())
