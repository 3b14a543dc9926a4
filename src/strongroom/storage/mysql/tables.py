"""The names of the tables, and how values stand in statements (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from strongroom.lib.errors import StorageError

_TABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,49}")
_DATABASE = re.compile(r"[A-Za-z0-9_$-]{1,64}")
_LIST_BYTES = 1 << 20
"""Of the values of one statement.  A row may be longer, and is then alone."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The names of the tables, quoted."""

    database: str
    name: str

    def query(self, text: str) -> bytes:
        """A statement with `{rows}`, `{feed}`, `{head}` and `{expiry}` filled in."""
        names = ("", "_feed", "_head", "_role_expiry")
        rows, feed, head, expiry = (f"`{self.database}`.`{self.name}{suffix}`" for suffix in names)
        return text.format(rows=rows, feed=feed, head=head, expiry=expiry).encode()


def tables_named(database: str, table: str) -> Tables:
    """The tables in a database; raises `StorageError` for names that would need care."""
    if _DATABASE.fullmatch(database) is None:
        raise StorageError("the database of the MySQL storage is no plain name", detail=f"database {database!r}")
    if _TABLE.fullmatch(table) is None:
        raise StorageError("the table of the MySQL storage is no plain name", detail=f"table {table!r}")
    return Tables(database, table)


def text(value: str) -> bytes:
    """A key or a name, as a literal.

    Hexadecimal digits mean the same whatever the session's `sql_mode` and character set.
    """
    return octets(value.encode())


def octets(value: bytes) -> bytes:
    """Bytes as a literal."""
    return b"x'%b'" % value.hex().encode()


def lists(before: bytes, items: Iterable[bytes], after: bytes) -> Iterator[bytes]:
    """Statements that each have some of the items, with commas between them."""
    some: list[bytes] = []
    size = 0
    for item in items:
        if some and size + len(item) > _LIST_BYTES:
            yield before + b",".join(some) + after
            some, size = [], 0
        some.append(item)
        size += len(item)
    if some:
        yield before + b",".join(some) + after
