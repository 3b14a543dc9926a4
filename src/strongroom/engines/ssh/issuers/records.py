"""Rows of issuers.

===========================  ==================  ================================================================
below the mount              record              what
===========================  ==================  ================================================================
`issuer/<era>/<id>`          `IssuerRecord`      a key pair that signs; `era` has ten digits
`issuer-name/<era>/<name>`   `IssuerName`        the id of the issuer of that name
`config/issuers`             `IssuersConfig`     which one is the default, and which era it is
===========================  ==================  ================================================================

All issuers are deleted at once by beginning another era, which is one small commit.  The rows are cleared afterwards.
"""

from __future__ import annotations

from strongroom.sdk import Record, SecretRecord


class IssuerRecord(SecretRecord, frozen=True, tag="ssh-issuer"):
    """A key pair that signs certificates."""

    id: str
    public_key: str
    """In one line, as clients read it: with the comment and the end of the line that it was imported with."""
    pkcs8: bytes
    """In DER."""
    name: str = ""
    created_at: float = 0.0

    def __repr__(self) -> str:
        return f"IssuerRecord({self.id})"


class IssuerName(Record, frozen=True, tag="ssh-issuer-name"):
    """The name of an issuer."""

    id: str


class IssuersConfig(Record, frozen=True, tag="ssh-issuers-config"):
    """Settings about all issuers of a mount."""

    default: str = ""
    """The id of an issuer; empty for none."""
    era: int = 0
