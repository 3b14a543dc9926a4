"""Which lists of a stream have to be made now."""

from __future__ import annotations

from strongroom.engines.pki.revocation.lists import rows, timetable
from strongroom.engines.pki.revocation.lists.groups import Stream
from strongroom.engines.pki.revocation.lists.signing import Terms, terms_of
from strongroom.engines.pki.revocation.records import SignedList
from strongroom.sdk import View


async def wanted(view: View, stream: Stream, now: float, asked: str = rows.COMPLETE) -> tuple[str, ...]:
    """The kinds of lists to make, in their order; none if nothing is to do, or nobody can sign.

    Args:
        asked: what is read.  Whoever reads a delta gets an empty one where there are none.
    """
    terms = await terms_of(view, stream)
    if terms is None:
        return ()
    has_delta = asked == rows.DELTA or _has_delta(terms, stream)
    complete = await rows.signed_of(view, stream.id, rows.COMPLETE)
    pending = bool(await view.list(rows.new_folder(stream.id), limit=1))
    pending = pending or await _has_unlisted(view, stream, complete)
    if await _is_whole_due(view, stream, terms, complete, pending=pending, now=now):
        return (rows.COMPLETE, rows.DELTA) if has_delta else (rows.COMPLETE,)
    if not has_delta:
        return ()
    delta = await rows.signed_of(view, stream.id, rows.DELTA)
    return (rows.DELTA,) if _is_delta_due(view, terms, complete, delta, pending=pending, now=now) else ()


def _has_delta(terms: Terms, stream: Stream) -> bool:
    # The lists of partitions are short: they are made as a whole.
    return terms.config.enable_delta and stream.set_ < 0


async def _has_unlisted(view: View, stream: Stream, complete: SignedList | None) -> bool:
    """Whether entries were gathered that the last list doesn't have."""
    if complete is None:
        return False
    state = await rows.stream_of(view, stream.id)
    delta = await rows.signed_of(view, stream.id, rows.DELTA)
    listed = max(
        (each.to_part, each.to_offset)
        for each in (complete, delta)
        if each is not None and (each is complete or each.number > complete.number)
    )
    return (state.part, state.offset) > listed


async def _is_whole_due(
    view: View, stream: Stream, terms: Terms, complete: SignedList | None, *, pending: bool, now: float
) -> bool:
    if complete is None or complete.made_with != terms.digest:
        return True
    if _has_come(view, timetable.renew_at(terms.config, complete), now):
        return True
    if await rows.is_whole_wanted(view, stream.id):
        return True
    if terms.config.disable or not pending:
        return False
    if stream.set_ >= 0 and terms.config.enable_delta:
        return _has_come(view, timetable.delta_at(terms.config, complete), now)
    return not terms.config.auto_rebuild


def _is_delta_due(
    view: View, terms: Terms, complete: SignedList | None, delta: SignedList | None, *, pending: bool, now: float
) -> bool:
    if delta is None or complete is None or delta.number < complete.number or delta.made_with != terms.digest:
        return True
    if _has_come(view, timetable.renew_at(terms.config, delta), now):
        return True
    return pending and not terms.config.disable and _has_come(view, timetable.delta_at(terms.config, delta), now)


def _has_come(view: View, at: float, now: float) -> bool:
    """Whether a time has come.  An answer that was made before holds until then."""
    if at > now:
        view.lasts(at)
    return at <= now
