"""What `rapport invite` does, and what serving needs to know who people are on Slack and Teams."""

import os
from collections.abc import Mapping
from pathlib import Path

from bot.http.tokens import Tokens, load_secret
from bot.links.inviting import Invitation, Inviting
from bot.links.judging import Trust
from bot.links.kept import LinkRooms
from bot.links.people import Contacts
from bot.wiring.contacts import CrmContacts
from bot.wiring.kept import clock_of
from bot.wiring.upkeep import existing_database
from core.clock import Clock, WallClock
from core.config import Config
from core.database import Database
from core.journal import Journal
from core.people import Tenant
from handoff.roster import read_roster
from skills.contract import Ports
from skills.sandbox.company import Sandbox
from skills.sandbox.data import CompanyData

BY = "command line"


def link_rooms(config: Config, database: Database, clock: Clock, contacts: Contacts, secret: bytes) -> LinkRooms:
    """What links stand on in this installation."""
    return LinkRooms(
        tenant=Tenant(id=config.tenant.id, region=config.tenant.region),
        database=database,
        journal=Journal(),
        clock=clock,
        contacts=contacts,
        key=Tokens(secret, config.tenant.id, WallClock()).key("links"),
    )


def trust_of(config: Config) -> Trust:
    """What the administrator has said of agents, desks and domains."""
    channels = config.channels
    desks: Mapping[str, str] = {"slack": channels.slack.desk_team, "teams": channels.teams.desk_organisation}
    return Trust(
        roster=read_roster(Path(config.handoff.agents)),
        desks={name: place for name, place in desks.items() if place},
        domains=channels.trusted_domains,
    )


async def invite(config: Config, contact_id: str) -> Invitation:
    """Makes an invitation while the server runs or not. Raises `NotFound`, and `BadInput` where nothing is installed yet."""
    database = existing_database(config)
    clock, _ = await database.write(lambda conn: clock_of(conn, config))
    data = CompanyData.load(Path(config.demo.folder))
    company = Sandbox.kept(data, clock, config.data_dir / "sandbox.db", tenant=config.tenant.id)
    ports = Ports(
        billing=company.billing,
        crm=company.crm,
        helpdesk=company.helpdesk,
        prices=data.terms.prices,
        terms=data.terms.internal,
    )
    secret = load_secret(config.data_dir, os.environ.get(config.server.secret_env))
    try:
        rooms = link_rooms(config, database, clock, CrmContacts(ports=ports), secret)
        return await Inviting(rooms, read_roster(Path(config.handoff.agents))).invite(contact_id, by=BY)
    finally:
        await company.close()
        await database.close()
