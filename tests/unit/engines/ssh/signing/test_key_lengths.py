"""Which types and lengths of keys a role takes, of keys that clients have and of keys that are to be made."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.crypto.ssh.public_keys import ECDSA, ED25519, RSA, SshPublicKey
from strongroom.engines.ssh.signing.key_lengths import check, check_new, parse
from strongroom.lib.errors import InvalidRequest

TYPES = {("rsa", 2048): "ssh-rsa", ("ec", 256): "ecdsa-sha2-nistp256", ("ed25519", 0): "ssh-ed25519"}
CASES: list[tuple[dict[str, Any], tuple[str, int], bool]] = [
    ({}, ("rsa", 2048), True),
    ({}, ("ec", 256), True),
    ({}, ("ed25519", 0), True),
    ({"rsa": 2048}, ("rsa", 2048), True),
    ({"ssh-rsa": "2048,4096"}, ("rsa", 2048), True),
    ({"rsa": 4096, "ssh-rsa": 2048}, ("rsa", 2048), True),
    ({"rsa": 4096}, ("rsa", 2048), False),
    ({"rsa": 0}, ("rsa", 2048), False),
    ({"rsa": 2048}, ("ec", 256), False),
    ({"ec": [256]}, ("ec", 256), True),
    ({"ecdsa": [256, 384]}, ("ec", 256), True),
    ({"ec": 384}, ("ec", 256), False),
    ({"ec": 0}, ("ec", 256), False),
    ({"ecdsa-sha2-nistp256": 0}, ("ec", 256), True),
    ({"ecdsa-sha2-nistp384": 0}, ("ec", 256), False),
    ({"ed25519": 0}, ("ed25519", 0), True),
    ({"ssh-ed25519": 256}, ("ed25519", 0), True),
    ({"ec": 256}, ("ed25519", 0), False),
]


@pytest.mark.parametrize(("allowed", "key", "is_taken"), CASES)
def test_what_a_role_takes(allowed: dict[str, Any], key: tuple[str, int], is_taken: bool) -> None:
    """A key to be made is judged as the same key of a client: before it costs anything."""
    sizes, (kind, bits) = parse(allowed), key
    shown = SshPublicKey(TYPES[key], b"", {"rsa": RSA, "ec": ECDSA, "ed25519": ED25519}[kind], bits)
    if is_taken:
        check(sizes, shown, "web")
        check_new(sizes, kind, bits, "web")
        return
    with pytest.raises(InvalidRequest, match='allowed_user_key_lengths of the role "web"'):
        check(sizes, shown, "web")
    with pytest.raises(InvalidRequest, match='allowed_user_key_lengths of the role "web"'):
        check_new(sizes, kind, bits, "web")


@pytest.mark.parametrize("value", [-1, [2048, -1], "many", {}, 1.5])
def test_lengths_that_are_none(value: Any) -> None:
    """The error names the type whose length it is."""
    with pytest.raises(InvalidRequest, match='allowed_user_key_lengths: "rsa"'):
        parse({"rsa": value})
