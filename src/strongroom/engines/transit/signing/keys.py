"""The key that a request names to sign or authenticate with."""

from __future__ import annotations

from strongroom.engines.transit.keys import rows
from strongroom.engines.transit.keys.records import KeyRecord
from strongroom.engines.transit.refusals import Code, Refused
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import View, check_segment_name


async def usable_key(view: View, name: str, missing: str) -> KeyRecord:
    """The key of this name.

    Args:
        missing: the text of the error if there is none.

    Raises: `UnsupportedPath` for what is no name, `InvalidRequest` for a key that there isn't or that is deleted.
    """
    check_segment_name(name)
    key = await rows.key_of(view, name)
    if key is None:
        raise InvalidRequest(missing)
    if key.soft_deleted:
        raise Refused(Code.KEY_DELETED, "refusing to use soft-deleted key")
    return key
