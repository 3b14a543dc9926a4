"""What a token or a lease keeps of the request that it was issued to."""

from __future__ import annotations

from strongroom.barrier.record import Part

LINE = 16
"""The most ancestors that a record names.  Those of a child are found by its parent."""


class Issue(Part, frozen=True):
    """To whom something was issued.  Rows of earlier versions have none.

    The fields after `mount` are those of the client that asked, for what has no parent to say it: orphans, wrapped
    answers, and the leases of entities and batch tokens.
    """

    address: str = ""
    """The client's; empty on a Unix socket."""
    mount: str = ""
    """The id of the mount that was asked."""
    entity_id: str = ""
    alias: str = ""
    alias_mount: str = ""
    """The accessor of the auth mount that the alias is of."""
    login_mount: str = ""
    """The id of the auth mount that the client logged in at."""
    login_role: str = ""
    line: tuple[str, ...] = ()
    """Keys of the client's token and of its nearest ancestors."""
