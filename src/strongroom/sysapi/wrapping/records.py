"""The row behind a wrapping token."""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.barrier.barrier import SecretRecord


class WrappedRecord(SecretRecord, frozen=True, tag="wrapped"):
    """An answer that was put away."""

    body: bytes
    """The answer's JSON, envelope and all."""
    creation_path: str
    creation_ttl_s: int
    created_at: float
    wrapped_accessor: str = ""

    def __repr__(self) -> str:
        return f"WrappedRecord(creation_path={self.creation_path})"


def wrapped_key(token_key: str) -> str:
    """Where a wrapping token's answer lies: in its cubbyhole, which goes when the token goes."""
    return f"{keys.CUBBYHOLES}{token_key}/response"
