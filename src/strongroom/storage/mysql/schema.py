"""The tables: their creation, and the check that they can be used."""

from __future__ import annotations

from strongroom.lib.errors import StorageError
from strongroom.storage.mysql.failures import NO_DATABASE, NO_RIGHTS, ConnectionLost, StatementFailed, storage_error
from strongroom.storage.mysql.session import Session
from strongroom.storage.mysql.tables import Tables, octets

SCHEMA_VERSION = 1

# Keys are bytes: a text column's collation would take `Foo` for `foo`.  The longest key fits in an index of the DYNAMIC
# row format, which takes 3,072 bytes.
_TABLES = {
    "{rows}": "path VARBINARY(2048) NOT NULL PRIMARY KEY, revision BIGINT NOT NULL, value LONGBLOB NOT NULL",
    "{feed}": "number BIGINT NOT NULL PRIMARY KEY, id VARBINARY(16) NOT NULL, paths LONGBLOB NOT NULL, KEY (id)",
    "{expiry}": "role VARBINARY(2048) NOT NULL PRIMARY KEY, expires_at DOUBLE NOT NULL",
    "{head}": (
        "single TINYINT NOT NULL PRIMARY KEY, number BIGINT NOT NULL, id VARBINARY(16) NOT NULL, "
        "schema_version INT NOT NULL, hold VARBINARY(16) NOT NULL, hold_until DOUBLE NOT NULL"
    ),
}
_OPTIONS = " ENGINE=InnoDB ROW_FORMAT=DYNAMIC"
_FIRST = "INSERT IGNORE INTO {head} (single, number, id, schema_version, hold, hold_until) VALUES (1, 0, '', %d, '', 0)"
_VERSION = "SELECT schema_version FROM {head} WHERE single = 1"
_COLUMNS = (
    "SELECT column_name, column_type, engine FROM information_schema.columns AS c"
    " JOIN information_schema.tables AS t USING (table_schema, table_name)"
    " WHERE table_schema = CONVERT(%b USING utf8mb4) AND table_name = CONVERT(%b USING utf8mb4)"
)
# Each takes what it asks for without changing anything.
_PRIVILEGES = (
    ("INSERT", "INSERT INTO {table} SELECT * FROM {table} WHERE FALSE"),
    ("UPDATE", "UPDATE {table} SET {column} = {column} WHERE FALSE"),
    ("DELETE", "DELETE FROM {table} WHERE FALSE"),
)


def ensure_schema(session: Session, tables: Tables) -> None:
    """Create what is missing, and check what is there.

    Raises: `StorageError` that tells what the operator must change.
    """
    try:
        _create(session, tables)
        _check(session, tables)
    except StatementFailed as error:
        if error.number in NO_RIGHTS:
            text = "the MySQL user lacks a privilege that the storage needs"
            raise StorageError(text, detail=str(error)) from error
        raise storage_error(error, "preparing the tables") from error
    except ConnectionLost as error:
        raise storage_error(error, "preparing the tables") from error


def _create(session: Session, tables: Tables) -> None:
    missing = [table for table in _TABLES if not _columns(session, tables, table)]
    if not missing:
        return
    for table in _TABLES.keys() - set(missing):
        _check_own(session, tables, table)
    # Two nodes may start at once.
    create = [tables.query(f"CREATE TABLE IF NOT EXISTS {table} ({_TABLES[table]}){_OPTIONS}") for table in missing]
    try:
        session.ask(create)
    except StatementFailed as error:
        if error.number != NO_DATABASE:
            raise
        session.ask([b"CREATE DATABASE IF NOT EXISTS `%b`" % tables.database.encode(), *create])
    session.ask([tables.query(_FIRST % SCHEMA_VERSION)])


def _check(session: Session, tables: Tables) -> None:
    for table, columns in _TABLES.items():
        _check_own(session, tables, table)
        column = columns.partition(" ")[0]
        for privilege, statement in _PRIVILEGES:
            try:
                session.ask([tables.query(statement.replace("{table}", table).replace("{column}", column))])
            except StatementFailed as error:
                if error.number not in NO_RIGHTS:
                    raise
                shown = tables.query(table).decode()
                raise StorageError(f"the MySQL user may not {privilege} in {shown}", detail=str(error)) from error
    found = session.ask([tables.query(_VERSION)])[0]
    if not found:
        raise StorageError(f"the MySQL table {tables.query('{head}').decode()} has lost its row; restore a backup")
    if found[0][0] > SCHEMA_VERSION:
        raise StorageError(
            f"the MySQL tables {tables.query('{rows}').decode()} were made by a newer Strongroom",
            detail=f"schema version {found[0][0]}, this one knows {SCHEMA_VERSION}",
        )


def _check_own(session: Session, tables: Tables, table: str) -> None:
    """Refuse a table that isn't as this program makes it."""
    shown = tables.query(table).decode()
    found = _columns(session, tables, table)
    if {name: kind for name, kind, _ in found} != _declared(table):
        raise StorageError(f"the MySQL table {shown} belongs to another program; configure another `table`")
    if found[0][2].lower() != "innodb":
        raise StorageError(f"the MySQL table {shown} isn't of InnoDB, which alone has transactions")


def _declared(table: str) -> dict[str, str]:
    parts = (part.split() for part in _TABLES[table].split(", "))
    return {part[0]: part[1].lower() for part in parts if part[0] != "KEY"}


def _columns(session: Session, tables: Tables, table: str) -> list[tuple[str, str, str]]:
    """Name, type and the table's engine, of each column; none if there is no such table."""
    name = tables.query(table).decode().split("`")[3]
    query = _COLUMNS.encode() % (octets(tables.database.encode()), octets(name.encode()))
    rows = session.ask([query])[0]
    # MySQL 8 shows integers without a display width, MariaDB with one.
    return [
        (_text(column), _text(kind).lower().partition("(")[0] + _width(_text(kind)), _text(engine))
        for column, kind, engine in rows
    ]


def _width(kind: str) -> str:
    """The width of a type for which it means a limit."""
    return kind[kind.index("(") :] if kind.lower().startswith("varbinary(") else ""


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
