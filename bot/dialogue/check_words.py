"""The words by which sentences are compared: which say nothing, which say the same, which exclude each other."""

from collections.abc import Mapping
from functools import cache

from knowledge.words import SMALL, stem

_HARMLESS = """
also please simply just currently here there there's including include regarding note note: follow following therefore thus
however
additionally moreover furthermore furthermore specifically generally typically normally actually course sure certainly
exactly case
means mean way thing things well per via upon within during among according based information info detail details know see
find found
yes that's it's i'm you're we're let's i've we've you've i'd he she kind part whole order both either whether every
then still yet so far make makes made making take takes took taken come comes came go goes went set apply applies applied say
says said
article articles help centre center page section documentation example look looking like given able will would be being gets
give gives
its itself themselves yourself own whose while although though since because as well plus overall roughly total altogether
e.g i.e halve regardless one ones customer customers company companies business businesses
"""
_GROUPS = """
pay pays paid charge charged charges cost costs price prices priced billed bill fee fees rate amount
cancel cancels cancelled cancelling cancellation canceled terminate
end ends ended ending finish finishes expire expires expired expiry over stop stops
get gets receive receives received obtain earn earns earned
allow allows allowed permit permits permitted can limit limits limited cap capped maximum
possible can could may able available offered offer offers allowed option
last lasts take takes run runs running duration long length continue continues
arrive arrives come comes reach reaches land lands
keep keeps kept retain retains retained store stores stored stay stays remain remains hold held
buy buys bought buying purchase purchases purchased purchasing order orders
add adds added adding addition extra additional
include includes included including contain contains comes part has
need needs needed require requires required must necessary
ask asks asking asked request requests requested requesting
decide decides decided decision
change changes changed changing switch switches switched switching modify
remove removes removed removing delete deleted
mail email emailed emails e-mail mailed
phone telephone
begin begins start starts started starting begun
month monthly
year yearly annual annually years
day daily days
hour hours
minute minutes
week weekly weeks
seat seats user users person people employee employees member members staff
location locations site sites
number numbers count counted counts quantity how
first initial
reply replies response responses respond answer answers answered
return returns refund refunds refunded refunding reimburse reimbursed repay repaid back
method methods means
send sends sent go goes sending
use uses used using usage
work works working function functions
archive archived archiving archives
lock locks locked
sign-in login signin log
extend extends extended extension extended prolong prolonged
trial trials test
referral refer refers referring referrals
cover covers covered covering
fix fixes fixed resolve resolves resolved solve
problem issue issues problems
set sets configure configured setup set-up setting settings
above higher
below lower
share shares shared
raise raises raised increase increases increased increasing
reduce reduces reduced decrease lower lowers
show shows shown display displays displayed displaying
call calls request requests
again second
original same
invoice invoices
renew renews renewal renewing renewed
open opens opened
choose choose chosen select selects selected selecting
happen happens happened occur occurs occurred
valid works
plan plans subscription
account accounts
credit credits credited
once one single
connect connects connected connecting integration
cheaper less
free trial-free
due owed outstanding
balance owed
"""
_OPPOSITES = """
before|after least|most minimum|maximum monthly|annual,annually,yearly always|never included|excluded
optional|required,mandatory,must upgrade,upgrading,upgraded|downgrade,downgrading,downgraded more|less,fewer
above,over|below,under
free|paid available|unavailable possible|impossible enabled|disabled on|off public|internal first|last start,starts|end,ends
earlier|later add,added,adding|remove,removed,removing buy,bought|sell,sold increase,raise|decrease,reduce,lower open|closed
chat|phone|email eu|us|australia manual,manually|automatic,automatically before|since inside|outside with|without higher|lower
weekdays|weekends day|night accept,accepted|reject,rejected,declined old|new gross|net import|export everyone|nobody
"""
_STRONG = """
all every always any anyone anytime unlimited forever lifetime guaranteed guarantee guarantees immediately instantly instant
automatically completely entirely fully only never must best cheapest fastest everything everyone anything anywhere mandatory
required
free exactly full exclusively solely permanently permanent definitely whenever
"""
STRONG = frozenset(_STRONG.split())
_SAME_STRONG: Mapping[str, frozenset[str]] = {
    "all": frozenset({"all", "every", "each", "everything", "any"}),
    "every": frozenset({"all", "every", "each", "any"}),
    "any": frozenset({"all", "every", "each", "any"}),
    "everything": frozenset({"everything", "all"}),
    "everyone": frozenset({"everyone", "all", "every", "each"}),
    "anyone": frozenset({"any", "anyone", "everyone"}),
    "anytime": frozenset({"any", "anytime"}),
    "only": frozenset({"only", "solely", "exclusively", "just", "alone"}),
    "solely": frozenset({"only", "solely", "exclusively"}),
    "exclusively": frozenset({"only", "solely", "exclusively"}),
    "must": frozenset({"must", "need", "needs", "required", "requires", "only"}),
    "required": frozenset({"must", "need", "needs", "required", "requires", "mandatory"}),
    "mandatory": frozenset({"must", "required", "mandatory"}),
    "immediately": frozenset({"immediately", "instantly", "once"}),
    "instantly": frozenset({"immediately", "instantly", "once"}),
    "free": frozenset({"free"}),
    "unlimited": frozenset({"unlimited"}),
}
HARMLESS = frozenset(stem(word) for word in _HARMLESS.split()) | frozenset(_HARMLESS.split())
OPPOSITES = tuple(tuple(frozenset(side.split(",")) for side in group.split("|")) for group in _OPPOSITES.split())


@cache
def _senses() -> Mapping[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, group in enumerate(_GROUPS.strip().splitlines()):
        for word in group.split():
            found.setdefault(stem(word), set()).add(number)
    return {word: frozenset(groups) for word, groups in found.items()}


def senses(stemmed: str) -> frozenset[int]:
    """The groups of like meaning to which a stem belongs."""
    return _senses().get(stemmed, frozenset())


def strong_alike(word: str) -> frozenset[str]:
    """The words that carry a strong word such as "all" or "must"."""
    return _SAME_STRONG.get(word, frozenset({word}))


def small(word: str) -> bool:
    """Whether a word says nothing by itself."""
    return word in SMALL or word in HARMLESS or stem(word) in HARMLESS


@cache
def _contrasting() -> frozenset[str]:
    return frozenset(stem(word) for group in OPPOSITES for side in group for word in side)


def contrasts(stemmed: str) -> bool:
    """Whether a stem has an opposite that matters, so that nothing like it will do in its place."""
    return stemmed in _contrasting()
