"""The row behind a wrapping token."""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.barrier.barrier import SecretRecord


class WrappedRecord(SecretRecord, frozen=True, tag="wrapped"):
    """An answer that was put away."""

    body: bytes
    """The answer's JSON, envelope and all; of an answer without an envelope, its content."""
    creation_path: str
    creation_ttl_s: int
    created_at: float
    wrapped_accessor: str = ""
    content_type: str = ""
    """Of an answer without an envelope; empty for one that has it."""

    def __repr__(self) -> str:
        return f"WrappedRecord(creation_path={self.creation_path})"


def wrapped_key(token_key: str) -> str:
    """The place of a wrapping token's response: its cubbyhole, which is deleted with the token."""
    return keys.cubbyhole(token_key) + "response"
