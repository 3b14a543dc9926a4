"""Listings: one seek for each name, whatever is below it; many seeks in a round trip.

The steps are statements: each looks for the first key from a variable on, and moves the variable behind what it found.
A recursive query would need the optimizers of two products to seek where they may as well scan.
"""

from __future__ import annotations

from strongroom.storage.keys import list_start, name_below
from strongroom.storage.mysql.session import Session
from strongroom.storage.mysql.tables import Tables, octets, text

_STEPS = 64
"""Seeks of one round trip."""
_FIRST_PAGE, _LARGEST_PAGE = 256, 4096
"""Keys.  A page is larger than the one before, as long as pages are worth it."""
_WORTH_A_PAGE = 8
"""A page is read next if the last one had a name for every so many keys."""

_PATHS = "SELECT path FROM {rows} WHERE path >= %s%s ORDER BY path LIMIT %d"
_FIND = "SET @found = (SELECT path FROM {rows} WHERE path >= @after%s ORDER BY path LIMIT 1)"
_FOUND = "SELECT @found"
_MOVE = (
    "SET @after = IF(LOCATE(x'2f', @found, {start}) = 0, CONCAT(@found, x'00'),"
    " CONCAT(LEFT(@found, LOCATE(x'2f', @found, {start}) - 1), x'30'))"
)


class Walk:
    """A walk over the names below a prefix, inside a snapshot.

    Args:
        session: its snapshot is open.
        prefix: empty, or ending in `/`.
        limit: the most names; None for all.
        times: the factor of the time limit of each answer.
    """

    def __init__(self, session: Session, tables: Tables, prefix: str, limit: int | None, times: int) -> None:
        self._session = session
        self._tables = tables
        self._prefix = prefix
        self._limit = limit
        self._times = times
        # The character behind `/` ends what is below a prefix.
        self._bound = f" AND path < {_literal(prefix.encode()[:-1] + b'0')}" if prefix else ""

    def keys(self, start: str) -> list[str]:
        """The keys from `start` on, as their remainders."""
        most = self._limit if self._limit is not None else 1 << 62
        return [path[len(self._prefix) :] for path in self._page(start, most)]

    def names(self, start: str) -> list[str]:
        """The distinct next segments, of the keys from `start` on."""
        found: list[str] = []
        by_page, page = True, _FIRST_PAGE
        while (more := self._wanted(found)) > 0:
            most = min(page, more + 1) if by_page else _STEPS
            paths = self._page(start, most) if by_page else self._seeks(start, most)
            names = list(dict.fromkeys(name_below(self._prefix, path) for path in paths))
            found += names
            if len(paths) < most:
                break
            page = min(page * 2, _LARGEST_PAGE) if by_page else _FIRST_PAGE
            by_page = len(names) * _WORTH_A_PAGE >= len(paths) if by_page else self._is_flat(names)
            start = list_start(self._prefix, names[-1])
        return found if self._limit is None else found[: self._limit]

    def _wanted(self, found: list[str]) -> int:
        return _LARGEST_PAGE if self._limit is None else self._limit - len(found)

    @staticmethod
    def _is_flat(names: list[str]) -> bool:
        """Whether so few names are folders that their keys fit in a page."""
        return sum(name.endswith("/") for name in names) * _WORTH_A_PAGE <= len(names)

    def _page(self, start: str, most: int) -> list[str]:
        query = self._tables.query(_PATHS % (text(start).decode(), self._bound, most))
        rows = self._session.ask([query], times=self._times)[0]
        return [row[0].decode() for row in rows]

    def _seeks(self, start: str, most: int) -> list[str]:
        """The first key of each of the next names."""
        move = _MOVE.format(start=len(self._prefix.encode()) + 1).encode()
        step = [self._tables.query(_FIND % self._bound), _FOUND.encode(), move]
        answers = self._session.ask([b"SET @after = " + text(start), *step * most], times=self._times)
        found = (answer[0][0] for answer in answers if answer)
        return [path.decode() for path in found if path is not None]


def _literal(value: bytes) -> str:
    return octets(value).decode()
