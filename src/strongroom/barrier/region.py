"""What of the store belongs to all regions, and who may write that (pure, but for the holder of a process's knowledge).

A follower has the rows of the first region, as they were at one of its commits.  So nothing but the application of the
first region's changes may write them.  What a region keeps for itself stands below `local/`, or is listed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from strongroom.barrier import keys
from strongroom.barrier.record import Record
from strongroom.lib.errors import InvalidRequest, OtherRegionWrites, Unavailable

PRIMARY: Final = "primary"
FOLLOWER: Final = "follower"
FENCED: Final = "fenced"
"""The region was replaced by another one, or has left: it serves nothing until an operator decides."""

_OWN: Final = (
    keys.CLUSTER,  # and the name, which begins with the same
    keys.AUDIT_DEVICES.removesuffix("/"),  # devices, their list, their heads, and former ones
    keys.NODES,
    keys.VERSIONS,
)
"""Rows below `shared/` that describe the region's own machines."""
_ALSO: Final = (keys.KEYRING, keys.SUCCESSORS)
_EVERYWHERE: Final = ("sys/region/", "sys/replication/")
"""The paths by which an operator gets a region out of any state, and those that tell which state it is."""


class RegionState(Record, frozen=True, tag="region"):
    """What the region is.  No row: it is alone."""

    role: str
    """`primary`, `follower` or `fenced`."""
    term: int
    """Rises with every promotion.  Of two regions, the one with the lower term isn't the first one."""
    settled: bool = True
    """Whether the rows are those of one revision of the first region.  Nothing is served otherwise."""
    writer: str = ""
    """The address of the API of the region that writes, as far as this one knows."""
    reason: str = ""
    """Why the region is fenced."""
    changed_at: float = 0.0
    """Seconds since the epoch, by the clock of the region's store."""


def is_replicated(key: str) -> bool:
    """Whether a row belongs to all regions."""
    if key.startswith("shared/"):
        return not key.startswith(_OWN)
    return key.startswith(_ALSO)


class RegionView:
    """What one process knows of its region, as of the barrier's revision."""

    __slots__ = ("doubted", "revision", "state")

    def __init__(self) -> None:
        self.state: RegionState | None = None
        self.revision = 0
        """Of the state's row; 0 if there is none."""
        self.doubted = True
        """Whether the row may have changed."""

    @property
    def writes(self) -> bool:
        """Whether the rows of all regions are written here."""
        return self.state is None or self.state.role == PRIMARY

    @property
    def follows(self) -> bool:
        """Whether the rows come from another region."""
        return self.state is not None and self.state.role == FOLLOWER

    @property
    def serves(self) -> bool:
        """Whether requests may be answered from the rows."""
        return self.state is None or (self.state.settled and self.state.role != FENCED)

    def require_serves(self, path: str) -> None:
        """Raise `Unavailable` if a request can't be answered from the rows.

        Args:
            path: of the request, without `/v1/`.
        """
        state = self.state
        if state is None or self.serves:
            return
        if state.role == FENCED:
            if not f"{path}/".startswith(_EVERYWHERE):
                raise Unavailable(f"this region is not in use: {state.reason}")
            return
        raise Unavailable("this region is taking over a state of the first region, and serves nothing until it has all")

    def require_writes(self) -> None:
        """Raise `OtherRegionWrites` if rows of all regions may not be written here."""
        if not self.writes:
            raise OtherRegionWrites(self._refusal())

    def _refusal(self) -> str:
        state = self.state
        if state is not None and state.role == FENCED:
            return f"this region is not in use: {state.reason}"
        where = f": {state.writer}" if state is not None and state.writer else ""
        return f"only the first region writes, and this one follows it{where}"


def require_same_standing(present: RegionState | None, past: RegionState | None) -> None:
    """Raise `InvalidRequest` if an earlier copy of the store would give the region another standing than it has.

    It could then write beside the region that was promoted since, or follow one that is the first no more.

    Args:
        past: what the copy says; None if the region was alone then.
    """
    if past is None or (present is not None and (present.role, present.term) == (past.role, past.term)):
        return
    now = "is alone" if present is None else f"is {present.role} in term {present.term}"
    raise InvalidRequest(
        f"by the snapshot this region would be {past.role} in term {past.term}, and it {now}: two regions could write "
        "then; snapshot-force restores it all the same"
    )


class Across:
    """What one transaction writes of the rows that belong to all regions, in a region that follows another one."""

    __slots__ = ("_differs", "rows")

    def __init__(self) -> None:
        self.rows: dict[str, bytes | None] = {}
        """As another region has encrypted them; None removes one."""
        self._differs = False

    def take_over(self, rows: Mapping[str, bytes | None]) -> None:
        """Store these rows of another region.  They are no part of what the transaction reads."""
        self.rows.update(rows)

    def differ(self) -> None:
        """Let the transaction write what only the first region writes.  The follower differs from it then."""
        self._differs = True

    def allow(self, region: RegionView, written: Iterable[str]) -> dict[str, int]:
        """What the commit of these rows depends on: that the region is still what it was.

        Raises: `OtherRegionWrites` for a row that may not be written here.
        """
        if region.state is None:
            return {}
        if not self._differs and any(is_replicated(key) for key in written if key not in self.rows):
            region.require_writes()
        return {keys.REGION: region.revision}
