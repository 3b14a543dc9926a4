"""Rows of withdrawals.  They are the root namespace's, so that they can be read whatever is sealed."""

from __future__ import annotations

from typing import ClassVar

from strongroom.barrier import keys
from strongroom.barrier.record import Part, Record

PLACE = keys.area(keys.ROOT_NAMESPACE, "withdrawal")
ORDERS = PLACE + "order/"
"""The withdrawals that bind requests.  Every authentication depends on these rows, so nothing else may lie here."""
REPORTS = PLACE + "report/"
WALKS = PLACE + "walk/"
"""The namespaces that still have to be walked through, by withdrawal."""
MARKS = PLACE + "lease/"
"""The leases that are being revoked, by withdrawal."""
LONGEST_BATCH = PLACE + "longest-batch"
UNNOTED_BATCH_S = 768 * 3600
"""What the longest time of a batch token is taken for in a store that earlier versions have made some in."""

END = "end"
KEEP = "keep"

COUNTING = "counting"
CLEARING = "clearing"
HOLDING = "holding"
"""All is cleared.  The row stays for batch tokens, which are nowhere stored, or because it blocks."""
DONE = "done"
CANCELLED = "cancelled"


NAMESPACES, LEASES, COUNT, TOKENS = "0", "1", "2", "3"
STAGES = (NAMESPACES, LEASES, COUNT, TOKENS)
"""What is done in each namespace, in the order of the names.

Its child namespaces are found; its leases are handed to those who revoke them; its tokens are counted, and then end.
"""


class Selection(Part, frozen=True):
    """To whom.  Each field that isn't empty narrows it."""

    entity_ids: tuple[str, ...] = ()
    """An entity's, and of those that were merged into it."""
    logins: tuple[tuple[str, str], ...] = ()
    """The aliases of that entity, as accessor and name: what they log in as is selected, too.

    Without these, who is kept out would be let in again as a new entity, once the entity is deleted or merged on.
    """
    alias: str = ""
    alias_mount: str = ""
    """The accessor of the auth mount that the alias is of."""
    token_key: str = ""
    """The key of the token whose family it is."""
    networks: tuple[str, ...] = ()
    mount: str = ""
    """A mount's id."""
    mount_path: str = ""
    """Its path when the withdrawal was made, and its namespace's: `{namespace id}/{path}`."""
    role: str = ""
    """A role of that mount."""


class Withdrawal(Record, frozen=True, tag="withdrawal"):
    """What was issued to somebody in a time is invalid while this row exists."""

    id: str
    namespace: str
    """The id of the namespace that it was made in.  It concerns those below too."""
    selection: Selection
    made_at: float
    until: float
    """Seconds since the epoch; infinity while it blocks."""
    since: float = 0.0
    block: bool = False
    """Whether nothing is issued to them either, until it is lifted."""
    undetermined: str = END
    """`end` or `keep` what doesn't say to whom it was issued."""


class Report(Record, frozen=True, tag="withdrawal-report"):
    """How far a withdrawal is.  The role that clears writes it; no request depends on it."""

    limit_bytes: ClassVar[int] = 0  # a count for each mount

    id: str
    namespace: str
    made_at: float
    asked: dict[str, str] = {}
    """What was asked for, as it was given."""
    state: str = COUNTING
    counts: dict[str, int] = {}
    """What was found, by `{kind}/{mount}`."""
    undetermined: dict[str, int] = {}
    """How much of it doesn't say to whom it was issued."""
    cleared_at: float = 0.0
    ended_at: float = 0.0
    holds_until: float = 0.0


class Walk(Record, frozen=True, tag="withdrawal-walk"):
    """A namespace that a withdrawal walks through, in one of the stages of `STAGES`."""

    after: str = ""
    """The last name that was looked at in this stage."""
    failed: int = 0
    """How much of this stage couldn't be ended.  It is tried again."""


class LongestBatch(Record, frozen=True, tag="longest-batch"):
    """The longest time that a batch token was ever given, or another thing that no withdrawal deletes.

    Nothing else knows when the last one ends.
    """

    ttl_s: int


def order_key(id_: str) -> str:
    """The row of a withdrawal that binds."""
    return ORDERS + id_


def report_key(id_: str) -> str:
    """The row of its report."""
    return REPORTS + id_
