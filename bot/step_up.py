"""Step-up codes: six digits, mailed to the address on file and to no other, known again by their digest."""

import hashlib
import hmac
from dataclasses import dataclass

from core.errors import NotFound
from skills.contract import Context
from skills.helpdesk.port import Outbox

SUBJECT = "Your confirmation code"
BODY = "Your confirmation code is {code}. It works for 10 minutes. We never ask for it by phone or e-mail."


@dataclass(frozen=True, kw_only=True)
class StepUp:
    """Makes codes from a secret and a seed: the same seed gives the same code, so a turn that runs again sends no other."""

    outbox: Outbox
    secret: bytes

    async def send(self, context: Context, seed: str) -> str:
        """Mails a code to the asking contact's own address. Returns its digest; raises `NotFound` when there is no contact."""
        contacts = await context.ports.crm.contacts(context.account_id or "")
        contact = next((each for each in contacts if each.id == context.principal.contact_id), None)
        if contact is None:
            raise NotFound("There is no address on file for this person: ask a colleague to add one.")
        code = self.code(seed)
        await self.outbox.send(contact.email, SUBJECT, BODY.format(code=code))
        return self.digest(code)

    def matches(self, digest: str, code: str) -> bool:
        return hmac.compare_digest(digest.encode(), self.digest(code.strip()).encode())

    def code(self, seed: str) -> str:
        drawn = hmac.digest(self.secret, f"code/{seed}".encode(), hashlib.sha256)
        return f"{int.from_bytes(drawn[:8], 'big') % 1_000_000:06d}"

    def digest(self, code: str) -> str:
        return hmac.new(self.secret, f"digest/{code}".encode(), hashlib.sha256).hexdigest()
