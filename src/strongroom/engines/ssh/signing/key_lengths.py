"""Which types and lengths of keys a role takes (p)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from strongroom.crypto.ssh.public_keys import ECDSA, ED25519, RSA, SshPublicKey
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import FieldError
from strongroom.sdk.coercion import to_int_list

_GROUPS: Final = {RSA: ("rsa", "ssh-rsa"), ECDSA: ("ecdsa", "ec"), ED25519: ("ed25519", "ssh-ed25519")}
"""Names of a whole algorithm.  OpenSSH's name of a key's own type counts, too."""
NAMES: Final = frozenset(name for names in _GROUPS.values() for name in names) | {
    *(f"ecdsa-sha2-nistp{bits}" for bits in (256, 384, 521)),
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
}
"""All names of types."""


def parse(given: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """The lengths by type, each given as a number, a text with commas, or a list.  Raises `InvalidRequest`."""
    out = {}
    for name, value in given.items():
        try:
            sizes = tuple(to_int_list(value))
        except FieldError as error:
            raise InvalidRequest(f'error processing allowed_user_key_lengths: "{name}": {error}') from error
        if any(size < 0 for size in sizes):
            raise InvalidRequest(f'error processing allowed_user_key_lengths: "{name}": a length is negative')
        out[name] = sizes
    return out


def check_new(allowed: Mapping[str, tuple[int, ...]], kind: str, bits: int, role: str) -> None:
    """Raise `InvalidRequest` for a key to be made that the role doesn't take, before it costs anything.

    Args:
        kind: `rsa`, `ec` or `ed25519`. bits: of RSA or the curve.
    """
    algorithm = {"ec": ECDSA}.get(kind, kind)
    type_ = {RSA: "ssh-rsa", ECDSA: f"ecdsa-sha2-nistp{bits}", ED25519: "ssh-ed25519"}[algorithm]
    check(allowed, SshPublicKey(type_, b"", algorithm, bits), role)


def check(allowed: Mapping[str, tuple[int, ...]], key: SshPublicKey, role: str) -> None:
    """Raise `InvalidRequest` for a key that the role doesn't take.  An empty map takes any."""
    if not allowed:
        return
    names = (*_GROUPS[key.algorithm], key.type)
    sizes = [allowed[name] for name in dict.fromkeys(names) if name in allowed]
    where = f'allowed_user_key_lengths of the role "{role}"'
    if not sizes:
        raise InvalidRequest(
            f"public_key failed to meet the key requirements: key of type {key.algorithm} is not allowed by {where}"
        )
    # A type of only one length is taken whatever number stands there.
    fixed = key.algorithm == ED25519 or (key.type in allowed and 0 in allowed[key.type] and key.algorithm == ECDSA)
    if not fixed and not any(key.bits in each for each in sizes):
        raise InvalidRequest(
            f"public_key failed to meet the key requirements: key is of an invalid size: {key.bits}; see {where}"
        )
