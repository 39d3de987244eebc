"""Runs migrations on the connection that `core.migrate` hands over, inside its transaction."""

from alembic import context
from sqlalchemy import Connection

from core.database import metadata

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, compare_server_default=True)
with context.begin_transaction():
    context.run_migrations()
