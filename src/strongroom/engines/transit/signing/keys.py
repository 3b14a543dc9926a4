"""The key that a request names to sign or authenticate with."""

from __future__ import annotations

from strongroom.engines.transit.keys import rows
from strongroom.engines.transit.keys.allowed import check_operation
from strongroom.engines.transit.keys.records import KeyRecord
from strongroom.sdk import View, check_segment_name


async def usable_key(view: View, name: str, operation: str, missing: str) -> KeyRecord:
    """The key of this name, for one of the operations of `keys.allowed`.

    Args:
        missing: the text of the error if there is none.

    Raises: `UnsupportedPath` for what is no name; `InvalidRequest` for a key that there isn't, that is deleted, or that
        may not be used so.
    """
    check_segment_name(name)
    key = await rows.usable(view, name, missing)
    check_operation(key, operation)
    return key
