"""When a person takes over, how, and who may speak: triage, cases, leases, promises."""
