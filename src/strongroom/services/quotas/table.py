"""Counts requests in memory that all processes of a node share, without a lock and without a system call.

A row has a cell for each process.  A process writes only its own cells, and reads those of all others: the sum is what
the node has let through.  So no write can be lost, and a process that replaces another one goes on with its cells.

    header: the key for the tags
    row:    for each process  tag · end of the window · count · blocked until

A window begins with its first request.  Who meets a key that another process has a window for takes over its end.  A
key has one of `PROBES` rows in a line.  If all of them count for others in this process, the key is counted in the row
of its quota's overflow: those who come too late share one allowance, so that whoever has many addresses gets no more
by it, and nobody's block is forgotten.
"""

from __future__ import annotations

from typing import Final

import msgspec

from strongroom.lib.rand import Random

ROWS: Final = 65_536
"""How many clients of quotas are counted one by one."""
PROBES: Final = 4
KEY_BYTES: Final = 16
_FIELDS: Final = 4
_WORD: Final = 8
_HEADER_WORDS: Final = 8
_EVER: Final = 2**63
"""The end of a window that doesn't end."""
MOST: Final = 2**62
"""The most that can be counted in a window."""


class Allowance(msgspec.Struct, frozen=True):
    """What one key may do."""

    most: int
    """Requests in a window."""
    window_us: int
    block_us: int = 0
    """For how long a key is refused that has met its limit; 0: until its window ends."""


class Taken(msgspec.Struct, frozen=True, gc=False):
    """What became of one request."""

    allowed: bool
    remaining: int
    """Requests that the window still allows."""
    reset_us: int
    """The time until the window ends, or the block."""


def size_bytes(places: int) -> int:
    """The size of a table for so many processes.  Pages that nothing was counted in take no memory."""
    return (_HEADER_WORDS + (ROWS + PROBES - 1) * places * _FIELDS) * _WORD


class CountTable:
    """The table, as one process uses it.

    Args:
        memory: `size_bytes`, zeros at first, and begins with a random key of `KEY_BYTES`.
        place: which of the processes this one is. places: how many there are.
    """

    def __init__(self, memory: memoryview, place: int, places: int) -> None:
        self._words = memory.cast("Q")
        self.key = bytes(memory[:KEY_BYTES])
        """The key for the tags, which is the same in all processes: nobody else can tell which keys share a row."""
        self._own = place * _FIELDS
        self._stride = places * _FIELDS
        self._doubt = places

    def take(self, tag: int, overflow: int, allowance: Allowance, now_us: int) -> Taken:
        """Count a request of a key, unless it has met its limit.

        Args:
            tag: of the key; not 0. overflow: of the key that counts if the key has no room.
            now_us: microseconds on a clock that all processes have, and that never jumps.
        """
        at, end, others, blocked = self._find(tag, now_us)
        if at < 0 and blocked <= now_us:
            tag = overflow
            at, end, others, blocked = self._find(tag, now_us)
            if at < 0:
                at = self._room(tag)
        if blocked > now_us:
            return Taken(allowed=False, remaining=0, reset_us=blocked - now_us)
        words, most = self._words, allowance.most
        if words[at] == tag and words[at + 1] > now_us:
            end, before = words[at + 1], words[at + 2]
        else:
            end, before = end or now_us + allowance.window_us, 0
            words[at + 2] = words[at + 3] = 0
            words[at + 1] = end
            words[at] = tag
        words[at + 2] = before + 1
        total = others + before + 1
        if total + self._doubt > most:
            # Near the limit, what others have counted meanwhile matters: each has written its count before it looks.
            total = self._find(tag, now_us)[2] + before + 1
        if total <= most:
            return Taken(allowed=True, remaining=most - total, reset_us=end - now_us)
        words[at + 2] = before
        if allowance.block_us:
            words[at + 3] = now_us + allowance.block_us
            return Taken(allowed=False, remaining=0, reset_us=allowance.block_us)
        return Taken(allowed=False, remaining=0, reset_us=end - now_us)

    def give_back(self, tag: int, overflow: int, now_us: int) -> None:
        """Undo `take`, which has allowed a request that another limit refuses."""
        for each in (tag, overflow):
            at = self._find(each, now_us)[0]
            if at >= 0 and self._words[at] == each:
                if self._words[at + 2]:
                    self._words[at + 2] -= 1
                return

    def tally(self, tag: int, now_us: int) -> None:
        """Add one to a count without an end.  If there is no room for it, it isn't counted."""
        at = self._find(tag, now_us)[0]
        if at >= 0:
            words = self._words
            if words[at] != tag:
                words[at + 2] = words[at + 3] = 0
                words[at + 1] = _EVER
                words[at] = tag
            words[at + 2] += 1

    def tallied(self, tag: int) -> int:
        """A count without an end, of all processes together."""
        at, _, others, _ = self._find(tag, 0)
        return others + (self._words[at + 2] if at >= 0 and self._words[at] == tag else 0)

    def _room(self, tag: int) -> int:
        """A place for an overflow, at the cost of a client's count: one that is held as short as possible."""
        words, first = self._words, self._row(tag) + self._own
        at = min(range(first, first + PROBES * self._stride, self._stride), key=lambda at: words[at + 1])
        words[at + 1] = words[at + 3] = 0
        return at

    def _row(self, tag: int) -> int:
        return _HEADER_WORDS + (tag % ROWS) * self._stride

    def _find(self, tag: int, now_us: int) -> tuple[int, int, int, int]:
        """What there is of a key.

        Returns: the place of this process's cell, for a new one if it has none, negative if there is no room; when the
            window ends that others count in, 0 for none; what they have counted; until when the key is blocked.
        """
        words, stride, own = self._words, self._stride, self._own
        row = self._row(tag)
        mine = free = -1
        end = others = blocked = 0
        for at in range(row, row + PROBES * stride, stride):
            cells = words[at : at + stride].tolist()
            crowded = False
            for place in range(0, stride, _FIELDS):
                found = cells[place]
                if found == tag:
                    blocked = max(blocked, cells[place + 3])
                    if place == own:
                        mine = at + own
                    elif cells[place + 1] > now_us:
                        others += cells[place + 2]
                        end = min(end, cells[place + 1]) or cells[place + 1]
                elif found:
                    crowded = True
            if free < 0 and (not cells[own] or max(cells[own + 1], cells[own + 3]) <= now_us):
                free = at + own
            if not crowded:
                break  # nobody had to go on to the next row
        return (mine if mine >= 0 else free), end, others, blocked


def own_table(random: Random) -> CountTable:
    """A table for a node of one process."""
    memory = memoryview(bytearray(size_bytes(1)))
    memory[:KEY_BYTES] = random.bytes(KEY_BYTES)
    return CountTable(memory, 0, 1)
