from pathlib import Path

import pytest

from bot.links.kept import KeptLinks
from bot.links.port import ChannelUser
from bot.wiring.contacts import CrmContacts
from bot.wiring.inviting import invite, link_rooms, trust_of
from bot.wiring.kept import open_database
from core.clock import FixedClock
from core.config import ChannelsSection, Config, CoreSection, TenantSection
from core.errors import BadInput, NotFound
from skills.contract import Ports
from skills.sandbox.company import Sandbox
from skills.sandbox.data import CompanyData
from tests.unit.core.conftest import NOON

MARA = ChannelUser(tenant="halcyon", channel="slack", installation="T1", user_id="U1")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    tenant = TenantSection(id="halcyon", region="eu", name="Halcyon")
    return Config(tenant=tenant, core=CoreSection(data_dir=str(tmp_path / "data")))


async def test_an_invitation_from_the_command_line_is_good_for_the_server(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "s" * 40
    monkeypatch.setenv(config.server.secret_env, secret)
    database = open_database(config)
    invitation = await invite(config, "C-001-1")
    company = Sandbox.fresh(CompanyData.load(Path(config.demo.folder)), FixedClock(NOON))
    terms = CompanyData.load(Path(config.demo.folder)).terms
    ports = Ports(
        billing=company.billing,
        crm=company.crm,
        helpdesk=company.helpdesk,
        prices=terms.prices,
        terms=terms.internal,
    )
    rooms = link_rooms(config, database, FixedClock(NOON), CrmContacts(ports=ports), secret.encode())
    known = await KeptLinks(rooms, trust_of(config), company.outbox, {}).finish(MARA, invitation.code)
    assert known is not None
    assert known.principal.contact_id == "C-001-1"
    assert known.principal.name in invitation.text
    await database.close()


async def test_nobody_else_is_invited_and_nothing_without_an_installation(config: Config) -> None:
    with pytest.raises(BadInput, match="no database"):
        await invite(config, "C-001-1")
    await open_database(config).close()
    for unknown in ("C-999-1", "Mara"):
        with pytest.raises(NotFound, match="no active contact"):
            await invite(config, unknown)


def test_only_desks_that_are_named_count(config: Config) -> None:
    channels = ChannelsSection.model_validate({"slack": {"desk_team": "T9"}, "trusted_domains": {"Acme.Example": "ACC-001"}})
    trust = trust_of(config.model_copy(update={"channels": channels}))
    assert trust.desks == {"slack": "T9"}
    assert trust.trusts("ACC-001")
    assert trust.account_of("acme.example") == "ACC-001"
    assert trust.roster.by_id("sam") is not None
