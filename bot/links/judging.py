"""What a channel's word on a user is worth: an agent, a customer with so much assurance, or nobody that is known here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.links.book import DOMAIN, EMAIL, Claim
from bot.links.free_mail import FREE_MAIL, domain_of
from bot.links.people import Person
from bot.links.port import ChannelUser, Profile
from core.people import Assurance
from handoff.roster import Agent, Roster


@dataclass(frozen=True, kw_only=True)
class Trust:
    """What an administrator has said: who works at the desk, where (channel to workspace or organisation), and whose domains
    are whose (domain to account id).
    """

    roster: Roster
    desks: Mapping[str, str] = field(default_factory=dict[str, str])
    domains: Mapping[str, str] = field(default_factory=dict[str, str])

    def at_desk(self, user: ChannelUser) -> bool:
        """Whether the user belongs to the desk's own workspace or organisation; never where none is named."""
        return bool(user.installation) and self.desks.get(user.channel) == user.installation

    def may_sit(self, user: ChannelUser) -> bool:
        """Whether a seat code may be used there: at the desk, or anywhere when the channel's desk isn't named."""
        return self.at_desk(user) or not self.desks.get(user.channel)

    def listed(self, user: ChannelUser) -> Agent | None:
        """The agent whom the roster names by their user id."""
        return self.roster.by_channel(user.channel, user.user_id) if self.at_desk(user) else None

    def agent(self, user: ChannelUser, profile: Profile) -> Agent | None:
        """The agent who has the user's confirmed address."""
        if not profile.confirmed or profile.guest or not self.at_desk(user):
            return None
        return self.roster.by_email(profile.email)

    def account_of(self, domain: str) -> str | None:
        """Whose domain it is; nobody's is trusted where anybody can have an address."""
        return self.domains.get(domain) if domain and domain not in FREE_MAIL else None

    def trusts(self, account_id: str | None) -> bool:
        """Whether some domain still stands for that account."""
        return account_id is not None and account_id in self.domains.values()


def asks_crm(profile: Profile) -> bool:
    """Whether it is worth asking who has that address."""
    return profile.confirmed and bool(domain_of(profile.email))


def claim_of(trust: Trust, profile: Profile, people: Sequence[Person]) -> Claim | None:
    """Which customer a user is by a confirmed address, given everybody active who has it.

    Only the one contact of the very account whose domain it is counts as verified; all else may be verified by a code.
    """
    if not asks_crm(profile):
        return None
    account_id = trust.account_of(domain_of(profile.email))
    if len(people) == 1:
        person = people[0]
        own = person.account_id == account_id
        return Claim(
            contact_id=person.contact_id,
            account_id=person.account_id,
            how=DOMAIN if own else EMAIL,
            assurance=Assurance.VERIFIED if own else Assurance.CLAIMED,
        )
    if account_id is not None:
        return Claim(contact_id=None, account_id=account_id, how=DOMAIN, assurance=Assurance.CLAIMED)
    if people:
        return Claim(contact_id=None, account_id=None, how=EMAIL, assurance=Assurance.CLAIMED)
    return None
