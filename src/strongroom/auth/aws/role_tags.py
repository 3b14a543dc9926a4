"""Tags of instances that narrow what a role gives (pure): `v1:nonce:r=role:p=policies:d=…:m=…:t=…:i=…:digest`.

Who may tag an instance isn't trusted: the digest proves that the tag was made here, of this role.

Source: https://developer.hashicorp.com/vault/docs/auth/aws#role-tags
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, replace

from strongroom.lib.durations import parse_duration_s
from strongroom.lib.errors import InvalidRequest

MOST = 255
"""Characters of a tag's value.  Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html"""
_VERSION = "v1"
NONCE_BYTES = 8
SEED_BYTES = 8 * NONCE_BYTES
"""Of eight tags, all have two slashes in a row once in 10^16 times."""


@dataclass(frozen=True, slots=True)
class RoleTag:
    """What a tag says."""

    nonce: str
    role: str
    policies: tuple[str, ...] | None
    """None if it says nothing of policies."""
    disallow_reauthentication: bool
    allow_instance_migration: bool
    max_ttl_s: int
    instance_id: str

    def text(self) -> str:
        """Without the digest."""
        parts = [_VERSION, self.nonce, f"r={self.role}"]
        if self.policies is not None:
            parts.append(f"p={','.join(self.policies)}")
        parts.append(f"d={str(self.disallow_reauthentication).lower()}")
        parts.append(f"m={str(self.allow_instance_migration).lower()}")
        if self.max_ttl_s:
            parts.append(f"t={self.max_ttl_s}s")
        if self.instance_id:
            parts.append(f"i={self.instance_id}")
        return ":".join(parts)

    def value(self, key: bytes) -> str:
        """With the digest.  Raises `InvalidRequest` if it is longer than a tag may be."""
        found = f"{self.text()}:{_digest(self.text(), key)}"
        if len(found) > MOST:
            raise InvalidRequest(f"length of the role tag's value exceeds the EC2 limit of {MOST} characters")
        return found


def made(tag: RoleTag, key: bytes, seed: bytes) -> str:
    """The value of a tag with a nonce of the seed, with the digest.

    Tags stand in paths, and some clients (hvac) make one slash of two that follow each other.  So the nonce is one that
    leaves none in the tag.

    Args:
        tag: its nonce doesn't count.
        seed: `SEED_BYTES` random ones.

    Raises: `InvalidRequest` if it is longer than a tag may be.
    """
    values = [
        replace(tag, nonce=base64.b64encode(seed[start : start + NONCE_BYTES]).decode()).value(key)
        for start in range(0, SEED_BYTES, NONCE_BYTES)
    ]
    return next((value for value in values if "//" not in value), values[0])


def _digest(text: str, key: bytes) -> str:
    return base64.b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()).decode()


def split(value: str) -> tuple[RoleTag, str, str]:
    """A tag that isn't proved yet, what its digest is of, and the digest.  Raises `InvalidRequest` for what is none."""
    text, _, digest = value.rpartition(":")
    version, *parts = text.split(":")
    if version != _VERSION or len(value) > MOST or len(parts) < 2:
        raise InvalidRequest("invalid role tag")
    fields: dict[str, str] = {}
    for part in parts[1:]:
        name, sign, content = part.partition("=")
        if not sign or name in fields or name not in {"r", "p", "d", "m", "t", "i"}:
            raise InvalidRequest("invalid role tag: it has an unknown field")
        fields[name] = content
    if not fields.get("r") or not {fields.get("d", "false"), fields.get("m", "false")} <= {"true", "false"}:
        raise InvalidRequest("invalid role tag: it has no usable fields")
    tag = RoleTag(
        nonce=parts[0],
        role=fields["r"],
        policies=tuple(filter(None, fields["p"].split(","))) if "p" in fields else None,
        disallow_reauthentication=fields.get("d") == "true",
        allow_instance_migration=fields.get("m") == "true",
        max_ttl_s=parse_duration_s(fields["t"]) if "t" in fields else 0,
        instance_id=fields.get("i", ""),
    )
    return tag, text, digest


def is_made_with(text: str, digest: str, key: bytes) -> bool:
    """Whether a tag's digest was made with a role's key."""
    return hmac.compare_digest(digest.encode("utf-8", "replace"), _digest(text, key).encode())


def denied_key(value: str) -> str:
    """The name of a tag's row in the list of those that are denied."""
    return hashlib.sha256(value.encode()).hexdigest()
