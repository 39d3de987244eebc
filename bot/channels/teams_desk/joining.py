"""Puts the desk in Teams together: what shows, once the adapter can send; who serves agents, once there is a reception."""

from bot.channels.teams.references import References
from bot.channels.teams.wire import Wire
from bot.channels.teams_desk.desk import TeamsDesk
from bot.channels.teams_desk.ledger import Ledger
from bot.channels.teams_desk.port import House, Places
from bot.channels.teams_desk.posting import WirePosting
from bot.channels.teams_desk.pressing import Bench
from bot.channels.teams_desk.seats import Seats
from bot.channels.teams_desk.side import TeamsAgents
from bot.channels.teams_desk.timely import Timely
from bot.channels.teams_desk.welcome import Welcome
from bot.links.port import Links
from bot.reception import Reception
from handoff.desk.port import Desk
from handoff.desk.posts import Posts
from handoff.roster import Roster


def showing(wire: Wire, references: References, posts: Posts, places: Places, roster: Roster, house: House) -> TeamsDesk:
    """The surface. Without an organisation it posts wherever it was spoken to from."""
    ledger = Ledger(WirePosting(wire, references, house.organisation), posts)
    seats = Seats(ledger, roster, house.organisation)
    return TeamsDesk(ledger=ledger, places=places, seats=seats, roster=roster, house=house)


def serving(desk: Desk, shown: TeamsDesk, reception: Reception, links: Links) -> TeamsAgents:
    """Who serves agents; to be stopped with the server."""
    timely = Timely()
    return TeamsAgents(Bench(desk=desk, shown=shown, timely=timely), reception, Welcome(links, shown, timely))
