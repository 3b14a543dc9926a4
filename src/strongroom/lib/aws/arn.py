"""Amazon Resource Names, and the principals of IAM that they name (pure).

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from strongroom.lib.errors import InvalidRequest

_MOST_CHARACTERS = 2048
_PARTITION = re.compile(r"aws(-[a-z0-9]+)*")
_ACCOUNT = re.compile(r"[0-9]{12}")


@dataclass(frozen=True, slots=True)
class Arn:
    """A name in its parts: `arn:partition:service:region:account:resource`."""

    partition: str
    service: str
    region: str
    account: str
    resource: str


@dataclass(frozen=True, slots=True)
class Principal:
    """A user or role of IAM, or a session of a role."""

    partition: str
    account: str
    type: str
    """`user`, `role`, `assumed-role` or `instance-profile`."""
    path: str
    """Without slashes at its ends; empty for none, and for a session, whose ARN doesn't tell the role's path."""
    name: str
    """Of the user or role."""
    session: str = ""
    """Of an assumed role."""

    @property
    def canonical(self) -> str:
        """The ARN of the user or role without path and session."""
        kind = "role" if self.type == "assumed-role" else self.type
        return f"arn:{self.partition}:iam::{self.account}:{kind}/{self.name}"

    @property
    def full(self) -> str:
        """The ARN of the user or role with its path, as far as it is known."""
        kind = "role" if self.type == "assumed-role" else self.type
        path = f"{self.path}/" if self.path else ""
        return f"arn:{self.partition}:iam::{self.account}:{kind}/{path}{self.name}"


def parse_arn(text: str) -> Arn:
    """Take a name apart.  Raises `InvalidRequest` for what is none."""
    parts = text.split(":", 5)
    if len(text) > _MOST_CHARACTERS or len(parts) != 6 or parts[0] != "arn" or not _PARTITION.fullmatch(parts[1]):
        raise InvalidRequest(f"{text[:200]!r} is no ARN")
    return Arn(*parts[1:])


def parse_principal(text: str) -> Principal:
    """The principal that an ARN names.  Raises `InvalidRequest` for any other ARN, the root of an account included."""
    arn = parse_arn(text)
    kind, *rest = arn.resource.split("/")
    if not _ACCOUNT.fullmatch(arn.account) or arn.region or not rest or not all(rest):
        raise InvalidRequest(f"{text!r} is no ARN of a user or role")
    match arn.service, kind:
        case "iam", "user" | "role" | "instance-profile":
            return Principal(arn.partition, arn.account, kind, "/".join(rest[:-1]), rest[-1])
        case "sts", "assumed-role" if len(rest) == 2:
            return Principal(arn.partition, arn.account, kind, "", rest[0], rest[1])
    raise InvalidRequest(f"{text!r} is no ARN of a user or role")
