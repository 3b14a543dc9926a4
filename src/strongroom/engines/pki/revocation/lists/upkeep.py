"""Scheduled work: the next list of a stream."""

from __future__ import annotations

from strongroom.engines.pki.revocation.config import config_of
from strongroom.engines.pki.revocation.lists import rows, scheduling, timetable
from strongroom.engines.pki.revocation.lists.groups import stream_named
from strongroom.engines.pki.revocation.lists.making import make
from strongroom.sdk import Random, Request


async def do_what_is_due(request: Request, stream_id: str, random: Random) -> None:
    """Make the lists of a stream that are wanted, and schedule the next call."""
    generation = request.once("generation", lambda: random.bytes(8).hex())
    made = request.once.outside(
        "lists", lambda: make(request.view, request.mount.id, stream_id, request.now, generation=generation)
    )
    if await stream_named(request.view, stream_id) is None:
        return
    now, config = request.now, await config_of(request.view)
    floor = timetable.again_at(config, now, made.took_s)
    if not made.is_whole:
        at: float | None = now
    elif await request.view.list(rows.new_folder(stream_id), limit=1):
        at = floor
    else:
        at = None
    signed = await rows.signed_of(request.view, stream_id, rows.COMPLETE)
    if signed is None and at is None:
        return
    times = [] if at is None else [at]
    if signed is not None:
        times.append(max(timetable.renew_at(config, signed), now + 1.0))
    delta = await rows.signed_of(request.view, stream_id, rows.DELTA)
    if delta is not None and config.enable_delta:
        times.append(max(timetable.renew_at(config, delta), now + 1.0))
    await scheduling.next_call(request.view, request.mount.id, stream_id, min(times), floor or now)
