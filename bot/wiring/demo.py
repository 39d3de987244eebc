"""The demo's customers: who may be signed in as, from the demo page. A real installation has none of this."""

from bot.rooms import Guest

GUESTS = (
    Guest(contact_id="C-003-1", note="Lumen Street Cinemas: charged twice in November; a refund that the billing lead approves"),
    Guest(contact_id="C-016-1", note="St Brigid's College: a small goodwill credit; Irish VAT, school price"),
    Guest(contact_id="C-021-1", note="Taproot Kitchens: every seat and the only location in use; Starter"),
    Guest(contact_id="C-025-1", note="Granite Peak Ski Patrol: thinking of leaving; Team"),
    Guest(contact_id="C-006-1", note="Saltmarsh Bakery Group: a happy customer with forgotten passwords"),
    Guest(contact_id="C-018-1", note="Maple & Main Pharmacy: wants to pause in the new year"),
    Guest(contact_id="C-007-1", note="Kestrel Ground Services: an open P1; no selling now"),
    Guest(contact_id="C-008-1", note="Maison Delorme Hotels: writes French; a new IBAN"),
    Guest(contact_id="C-010-1", note="Whitfield Dental Partners: renewal in February"),
    Guest(contact_id="C-033-1", note="Fernhill Garden Centres: day 12 of the trial"),
)

STARTERS = (
    "How long is sign-in locked after wrong passwords?",
    "I think I was charged twice",
    "What would Business cost for 60 people?",
)
