from sqlalchemy import inspect

from core.database import Database
from core.migrate import differences, migrate
from scripts.migration import import_tables


def test_the_migrations_lead_to_the_declared_tables() -> None:
    import_tables()
    database = Database.open("sqlite://")
    migrate(database)
    assert database.write_blocking(differences) == []
    database.close_blocking()


def test_migrating_twice_changes_nothing() -> None:
    database = Database.open("sqlite://")
    migrate(database)
    migrate(database)
    tables = database.write_blocking(lambda conn: inspect(conn).get_table_names())
    assert {"alembic_version", "inbox", "journal", "content"} <= set(tables)
    database.close_blocking()


def test_a_missing_table_is_noticed() -> None:
    import_tables()
    database = Database.open("sqlite://")
    migrate(database)
    database.write_blocking(lambda conn: conn.exec_driver_sql("DROP TABLE inbox"))
    assert "inbox" in str(database.write_blocking(differences))
    database.close_blocking()
