"""Encrypts all rows anew, after the key was rotated.

It may be killed at any moment and started again, and several may run at once.  Nothing has to be remembered for that:

- What is left to do is what the rows themselves say, by `key_version`.
- The rows of a batch change in one transaction: each of them has its old ciphertexts or its new ones.
- No row is locked while Strongroom is asked.  A row is changed only if it still has the ciphertexts that were sent:
  whoever has changed it meanwhile, the application or another of these programs, wins.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any, TextIO

import psycopg

from table import cells
from transit import Refused, TransitKey

WIDTH = 40
OLDER = "SELECT id, email, iban FROM customers WHERE key_version < %s AND id > %s ORDER BY id LIMIT %s"
# Each of these programs changes rows in the order of their ids, so that none waits for another in a circle.
UPDATE = "UPDATE customers SET email = %s, iban = %s WHERE id = %s AND email = %s AND iban = %s"
COUNT = "SELECT count(*) FILTER (WHERE key_version >= %s), count(*) FROM customers"


@dataclass
class Progress:
    """A bar, of which a terminal shows the newest state.  It begins where the last run was ended."""

    version: int
    done: int
    total: int
    output: TextIO = sys.stderr

    def add(self, rows: int) -> None:
        """Show that more rows are done."""
        self.done = min(self.done + rows, self.total)
        self.show()

    def show(self) -> None:
        """Show how many rows have the new version."""
        filled = WIDTH * self.done // max(self.total, 1)
        bar = f"[{'#' * filled}{'.' * (WIDTH - filled)}] {self.done} of {self.total} rows have version {self.version}"
        print(bar, end="\r" if self.output.isatty() else "\n", file=self.output, flush=True)

    def close(self) -> None:
        """Leave the bar where it is."""
        if self.output.isatty():
            print(file=self.output)


def rewrap(connection: psycopg.Connection[Any], key: TransitKey, at_once: int) -> dict[int, Refused]:
    """Encrypt each row with the latest version; why that failed, by the ids of the rows that stay as they are.

    Args:
        connection: one that commits by itself.
        at_once: how many rows are in a batch.
    """
    while True:
        # Again and again, until nothing is found: rows may have come with an old version, or the key was rotated.
        progress = _progress(connection, key.latest_version())
        found, failed = _once_through(connection, key, at_once, progress)
        if found == len(failed):
            progress.close()
            return failed


def _progress(connection: psycopg.Connection[Any], version: int) -> Progress:
    done, total = connection.execute(COUNT, [version]).fetchone() or (0, 0)
    return Progress(version, done, total)


def _once_through(
    connection: psycopg.Connection[Any], key: TransitKey, at_once: int, progress: Progress
) -> tuple[int, dict[int, Refused]]:
    """Go through the older rows once, by id: how many there were, and which failed."""
    progress.show()
    found, after = 0, 0
    failed: dict[int, Refused] = {}
    while rows := connection.execute(OLDER, [progress.version, after, at_once]).fetchall():
        answers = key.rewrap([cell for row in rows for cell in cells(*row)])
        changes = []
        for (number, *old), email, iban in zip(rows, answers[::2], answers[1::2], strict=True):
            if isinstance(email, Refused):
                failed[number] = email
            elif isinstance(iban, Refused):
                failed[number] = iban
            else:
                changes.append((email, iban, number, *old))
        with connection.transaction(), connection.cursor() as cursor:
            cursor.executemany(UPDATE, changes)
        found, after = found + len(rows), rows[-1][0]
        progress.add(len(changes))
    return found, failed
