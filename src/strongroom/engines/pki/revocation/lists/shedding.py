"""Writes a list's parts again without the entries that are to go, under another generation.

What was signed over the old ones is served meanwhile: they are cleared after the next list was signed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from strongroom.crypto.revocation_lists import entries
from strongroom.engines.pki.revocation.lists import rows
from strongroom.engines.pki.revocation.lists.gathering import AT_ONCE, PART_BYTES, part_of
from strongroom.engines.pki.revocation.lists.spans import spans
from strongroom.engines.pki.revocation.records import Part, StreamRecord
from strongroom.sdk import View, replace

_MOST_AT_ONCE = 20_000
"""Entries that go in one generation: their serial numbers are held in memory."""


async def shed(view: View, stream: str, generation: str) -> bool:
    """Take marked entries off the list.  Returns whether there were any.

    Only the holder of the expiry role does it.  If another process has changed the list meanwhile, nothing is done, and
    the next call begins again.

    Args:
        generation: the name of the next one, which no other has had.
    """
    marks = await view.apart(lambda apart: apart.list(rows.gone_folder(stream), limit=_MOST_AT_ONCE))
    if not marks:
        return False
    before = await view.apart(lambda apart: rows.stream_of(apart, stream))
    after = await _written(view, stream, before, generation, {int(name.replace("-", ""), 16) for name in marks})

    async def turn(apart: View) -> bool:
        if await rows.stream_of(apart, stream) != before:
            return False
        rows.keep_stream(apart, stream, after)
        rows.want_whole(apart, stream)
        return True

    if await view.apart(turn):
        for at in range(0, len(marks), AT_ONCE):
            await view.apart(_removing([rows.gone_folder(stream) + name for name in marks[at : at + AT_ONCE]]))
    return True


async def _written(view: View, stream: str, before: StreamRecord, generation: str, gone: set[int]) -> StreamRecord:
    """Write the parts of another generation.  Returns what the stream's row is to be then."""
    number, count, held = 0, 0, b""
    for span in spans((0, 0), (before.part, before.offset)):
        kept = entries.without(await view.apart(_reading(stream, before.generation, span.part)), gone)
        count += sum(1 for _ in entries.split(kept))
        if held and len(held) + len(kept) > PART_BYTES:
            await view.apart(_writing(rows.part_row(stream, generation, number), held))
            number, held = number + 1, b""
        held += kept
        await asyncio.sleep(0)
    await view.apart(_writing(rows.part_row(stream, generation, number), held))
    return replace(
        before,
        generation=generation,
        part=number,
        offset=len(held),
        entries=count,
        base_number=0,
        base_part=0,
        base_offset=0,
        base_entries=0,
    )


async def clear(view: View, stream: str) -> None:
    """Remove the parts of generations that nothing refers to any more."""
    for name in await view.apart(lambda apart: apart.list(rows.parts_folder(stream))):
        generation = name.rstrip("/")

        async def remove(apart: View, generation: str = generation) -> bool:
            state = await rows.stream_of(apart, stream)
            signed = [await rows.signed_of(apart, stream, kind) for kind in (rows.COMPLETE, rows.DELTA)]
            if generation in {state.generation, *(each.generation for each in signed if each is not None)}:
                return False
            folder = rows.parts_folder(stream, generation)
            numbers = await apart.list(folder, limit=AT_ONCE)
            for number in numbers:
                apart.delete(folder + number)
            # Whoever is still writing that generation finds the stream changed, and doesn't turn to it.
            rows.keep_stream(apart, stream, replace(state, cleared=state.cleared + 1))
            return bool(numbers)

        while await view.apart(remove):
            pass


def _reading(stream: str, generation: str, number: int) -> Callable[[View], Awaitable[bytes]]:
    return lambda view: part_of(view, stream, generation, number)


def _writing(row: str, data: bytes) -> Callable[[View], Awaitable[None]]:
    async def write(view: View) -> None:
        view.write(row, Part(entries=data))

    return write


def _removing(names: list[str]) -> Callable[[View], Awaitable[None]]:
    async def remove(view: View) -> None:
        for name in names:
            view.delete(name)

    return remove
