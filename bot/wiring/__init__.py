"""The composition root: the only place that knows every adapter. Each command imports what it needs when it runs."""
