"""Which keys a role allows: those made here, and those of certificate requests (p)."""

from __future__ import annotations

import msgspec

from strongroom.crypto.issuing.private_keys import DEFAULT_BITS, RSA_BITS, check_size
from strongroom.engines.pki.issuing.rules.asked import Asked, Requested
from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.lib.errors import InvalidRequest

ANY = "any"
"""The type of a role that leaves the choice to its clients."""


class KeyChoice(msgspec.Struct, frozen=True, kw_only=True):
    """The key to make."""

    type: str
    bits: int
    warnings: tuple[str, ...] = ()


def key_for(role: RoleRecord, asked: Asked) -> KeyChoice:
    """The key that is made for a client.

    Raises: `InvalidRequest` if the role leaves the choice to the client, who makes none that there can be.
    """
    if role.key_type == ANY:
        if not asked.key_type:
            raise InvalidRequest(
                f'role key type "{ANY}" not allowed for issuing certificates without providing key_type and/or '
                "key_bits request parameters"
            )
        return KeyChoice(type=asked.key_type, bits=check_size(asked.key_type, asked.key_bits))
    told = ("parameters key_type and key_bits ignored as role had specific values",)
    bits = check_size(role.key_type, role.key_bits)
    return KeyChoice(type=role.key_type, bits=bits, warnings=told if asked.key_type or asked.key_bits else ())


def check_length(key_type: str, bits: int) -> None:
    """Raise `InvalidRequest` for the key of a certificate request that is too short, whatever a role says."""
    if key_type == "rsa" and bits < min(RSA_BITS):
        raise InvalidRequest(f"RSA keys < {min(RSA_BITS)} bits are unsafe and not supported")


def check_key(role: RoleRecord, requested: Requested) -> None:
    """Raise `InvalidRequest` for a certificate request whose key the role doesn't allow."""
    if role.key_type not in {ANY, requested.key_type}:
        raise InvalidRequest(f"role requires keys of type {role.key_type}")
    if role.key_type == ANY:
        check_length(requested.key_type, requested.key_bits)
    least = 0 if role.key_type == ANY else role.key_bits or DEFAULT_BITS[role.key_type]
    if requested.key_bits < least and requested.key_type != "ed25519":
        raise InvalidRequest(
            f"role requires a minimum of a {least}-bit key, but CSR's key is {requested.key_bits} bits"
        )
