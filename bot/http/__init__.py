"""How web requests are received safely: tokens, sessions, origins, bodies, limits, and pages without scripts of their own."""
