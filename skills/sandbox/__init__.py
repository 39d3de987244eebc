"""One invented company behind all three ports, for the demo, tests and measurements."""
