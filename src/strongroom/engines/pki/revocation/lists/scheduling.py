"""Has lists made beside the requests.

Many requests want the same list.  Whoever finds it wanted soon enough writes nothing, so that revocations don't wait
for each other.
"""

from __future__ import annotations

from strongroom.engines.pki.revocation.lists.timetable import WORK
from strongroom.sdk import View

_FLOOR = "not_before"
_SOON_S = 1.0


async def want(view: View, mount: str, stream: str, at: float) -> None:
    """Have a list made at a time or before, but not before the time that the last one has set.

    Args:
        mount: its id. at: seconds since the epoch.
    """
    schedule = view.schedule(mount)
    work = await schedule.read(WORK + stream)
    # One that has been due for a while is being done. It looks for new entries in the commit that ends it.
    if work is None or work.at > max(at, work.data.get(_FLOOR, 0.0)) + _SOON_S:
        await schedule.put(at, WORK + stream, {} if work is None else work.data)


async def next_call(view: View, mount: str, stream: str, at: float, floor: float) -> None:
    """Have the next list made.

    Args:
        at: when. floor: revocations don't cause one before that.
    """
    await view.schedule(mount).put(at, WORK + stream, {_FLOOR: floor})
