"""Alembic's home: how a migration is run and what a new one looks like."""
