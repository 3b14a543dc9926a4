"""Gathers the entries of a list into parts, a bounded number in each commit."""

from __future__ import annotations

from strongroom.engines.pki.revocation.lists import rows
from strongroom.engines.pki.revocation.records import NewEntry, Part
from strongroom.lib.errors import Internal
from strongroom.sdk import View, replace

PART_BYTES = 128 * 1024
AT_ONCE = 100
"""Rows that one commit removes; etcd takes 128 operations."""


async def gather(view: View, stream: str) -> int:
    """Move some new entries to the end of the last part.  Returns how many there were.

    Two processes may do it at once: what one has moved, the other's commit finds changed.
    """
    folder = rows.new_folder(stream)
    # Listed apart: a commit that depends on the listing would conflict with every revocation.
    names = await view.apart(lambda apart: apart.list(folder, limit=AT_ONCE))
    if not names:
        return 0

    async def move(apart: View) -> None:
        state = await rows.stream_of(apart, stream)
        found = [(name, await apart.read(folder + name, NewEntry)) for name in names]
        new = [(name, each.entry) for name, each in found if each is not None]
        if not new:
            return
        data = b"".join(entry for _, entry in new)
        changed = replace(state, entries=state.entries + len(new))
        if state.offset + len(data) > PART_BYTES:
            changed = replace(changed, part=state.part + 1, offset=0)
        held = await part_of(apart, stream, changed.generation, changed.part) if changed.offset else b""
        row = rows.part_row(stream, changed.generation, changed.part)
        apart.write(row, Part(entries=held + data))
        rows.keep_stream(apart, stream, replace(changed, offset=changed.offset + len(data)))
        for name, _ in new:
            apart.delete(folder + name)

    await view.apart(move)
    return len(names)


async def part_of(view: View, stream: str, generation: str, number: int) -> bytes:
    """The entries of a part.  Raises `Internal` if its row is missing."""
    part = await view.read(rows.part_row(stream, generation, number), Part)
    if part is None:
        raise Internal(detail=f"part {number} of the list {stream} has no row")
    return part.entries
