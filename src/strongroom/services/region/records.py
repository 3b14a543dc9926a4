"""Rows of regions.  All of them stay in their region."""

from __future__ import annotations

from typing import ClassVar, Final

from strongroom.barrier import keys
from strongroom.barrier.record import Part, Record
from strongroom.crypto.mac import sha256

AUTHORITY: Final = keys.REGIONS + "authority"
MEMBERSHIP: Final = keys.REGIONS + "membership"
PROGRESS: Final = keys.REGIONS + "progress"
HEARD: Final = keys.REGIONS + "heard"
FORMER: Final = keys.REGIONS + "former"
ENROLMENTS: Final = keys.REGIONS + "enrolment/"
FOLLOWERS: Final = keys.REGIONS + "follower/"
REACHED: Final = keys.REGIONS + "reached/"
"""How far each follower has come, by its id."""
HEADS: Final = keys.REGIONS + "head/"
"""What the first region has committed that isn't here yet, by the number of its commit."""
HEAD_DIGITS: Final = 20
STAGED: Final = keys.REGIONS + "staged/"
"""Rows of a state that is taken over as a whole when it is complete."""


def enrolment_row(secret: bytes) -> str:
    """The row of a token, named by a digest of its secret."""
    return ENROLMENTS + sha256(secret).hex()


class Commit(Part, frozen=True):
    """A commit of the first region."""

    number: int = 0
    id: bytes = b""


class RegionAuthority(Record, frozen=True, tag="region-authority"):
    """What names the regions that follow this one."""

    certificate: str
    key: str
    address: str
    """Where followers connect to: host and port."""

    def __repr__(self) -> str:
        return f"RegionAuthority(address={self.address})"


class Enrolment(Record, frozen=True, tag="region-enrolment"):
    """A token that a region may join by, once.  The row is named by a digest of its secret."""

    name: str
    expires_at: float
    """Seconds since the epoch, by this region's clock."""


class FollowerRecord(Record, frozen=True, tag="region-follower"):
    """A region that follows this one.  Its row is named by the fingerprint of its certificate."""

    name: str
    public_key: bytes
    """X25519, for root keys."""
    cluster_id: str
    enrolled_at: float
    left: bool = False
    """Whether it has said that it follows no more.  It may still say that it was promoted."""


class Reached(Record, frozen=True, tag="region-reached"):
    """How far a follower has come, as it said itself."""

    commit: Commit
    as_of: float
    """When that commit was the newest one, by this region's clock."""
    seen_at: float
    """When it last asked."""


class Membership(Record, frozen=True, tag="region-membership"):
    """How this region reaches the first one."""

    address: str
    authority: str
    """The certificate of the first region's authority, in PEM."""
    certificate: str
    key: str
    private_key: bytes
    """X25519, for root keys."""
    cluster_id: str
    """Of the first region."""
    name: str
    foreign: bool = False
    """Whether this region's own mounts were under another keyring, and have to go."""

    def __repr__(self) -> str:
        return f"Membership(address={self.address}, name={self.name})"


class Staging(Part, frozen=True):
    """How far a state is that is gathered before any of it is served."""

    commit: Commit = Commit()
    """The commit whose rows have all been gathered, but for what a whole copy still lacks."""
    as_of: float = 0.0
    whole: bool = False
    """Whether it is a copy of everything."""
    copied: bool = False
    """Whether the pages of the copy are complete."""
    after: str = ""
    """The key up to which they are."""
    ready: bool = False
    """Whether all is there, and is being put in its place.  Nothing is served until that is done."""


class Progress(Record, frozen=True, tag="region-progress"):
    """The state of the first region that this one has.  It is written in the same commit as the rows."""

    commit: Commit = Commit()
    as_of: float = 0.0
    """When that commit was the newest one, by the first region's clock."""
    staging: Staging | None = None
    """A newer state that is being gathered, because it is too large for one commit."""


class Heard(Record, frozen=True, tag="region-heard"):
    """The newest commit of the first region that this one has heard of."""

    commit: Commit = Commit()
    at: float = 0.0
    """The first region's clock then."""
    heard_at: float = 0.0
    """This region's clock then."""
    trouble: str = ""
    """Why nothing comes at the moment."""


class Head(Record, frozen=True, tag="region-head"):
    """The keys that the first region has changed since the head before."""

    limit_bytes: ClassVar[int] = 0

    keys: tuple[str, ...]
    count: int
    """How many there are, if not all are named."""


class Former(Record, frozen=True, tag="region-former"):
    """What is known after a promotion of the region that was the first one before."""

    term: int
    commit: Commit
    """The last commit of it that this region has."""
    heard: Commit
    """The last one that this region had heard of."""
    lacking: tuple[str, ...] = ()
    """The keys that are known to have been changed since."""
    uncounted: int = 0
    """How many more."""
    told: bool = False
    """Whether it knows of the promotion; then `lacking` is all."""
    address: str = ""
    trouble: str = ""
    """Why it doesn't accept that."""

    limit_bytes: ClassVar[int] = 0
