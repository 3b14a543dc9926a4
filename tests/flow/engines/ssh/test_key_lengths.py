"""Which keys a role takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from strongroom.lib.errors import InvalidRequest
from tests.flow.engines.ssh.mounts import Authority, ssh_keygen

CASES: list[tuple[Any, str, str]] = [
    # allowed_user_key_lengths, the key (type and bits), the reason of a refusal; empty if it is signed
    ({}, "rsa 2048", ""),
    ({"rsa": 2048}, "rsa 2048", ""),
    ({"rsa": 3072}, "rsa 2048", "invalid size: 2048"),
    ({"rsa": "3072,2048"}, "rsa 2048", ""),
    ({"rsa": [3072, "2048"]}, "rsa 2048", ""),
    ({"ssh-rsa": 2048}, "rsa 2048", ""),
    ({"rsa": 0}, "rsa 2048", "invalid size: 2048"),
    ({"rsa": []}, "rsa 2048", "invalid size: 2048"),
    ({"ed25519": 0}, "rsa 2048", "key of type rsa is not allowed"),
    ({"ed25519": 0}, "ed25519 256", ""),
    ({"ssh-ed25519": 0}, "ed25519 256", ""),
    ({"ed25519": 256}, "ed25519 256", ""),
    ({"ec": 256}, "ecdsa 256", ""),
    ({"ecdsa": [384, 521]}, "ecdsa 256", "invalid size: 256"),
    ({"ecdsa": [384], "ecdsa-sha2-nistp256": 0}, "ecdsa 256", ""),
    ({"ecdsa-sha2-nistp384": 0}, "ecdsa 256", "key of type ecdsa is not allowed"),
    ({"ecdsa-sha2-nistp384": 0}, "ecdsa 384", ""),
    ({"dsa": 0}, "rsa 2048", "key of type rsa is not allowed"),
]


@pytest.mark.parametrize(("lengths", "key", "reason"), CASES)
async def test_lengths(lengths: Any, key: str, reason: str, tmp_path: Path) -> None:
    """A key is signed if its type and length are listed, or if nothing is."""
    type_, bits = key.split()
    ssh_keygen("-q", "-t", type_, "-b", bits, "-N", "", "-f", str(tmp_path / "key"))
    authority = await Authority.new()
    await authority.role(allowed_user_key_lengths=lengths)
    public_key = (tmp_path / "key.pub").read_text()
    if not reason:
        await authority.sign(public_key=public_key)
        return
    with pytest.raises(InvalidRequest) as refused:
        await authority.sign(public_key=public_key)
    assert reason in refused.value.text and 'allowed_user_key_lengths of the role "user"' in refused.value.text


@pytest.mark.parametrize("lengths", [{"rsa": "x"}, {"rsa": -1}, {"rsa": [2048, None, {}]}, {"rsa": 1.5}])
async def test_lengths_that_are_none(lengths: Any) -> None:
    """What is no length is refused when the role is written."""
    authority = await Authority.new()
    with pytest.raises(InvalidRequest, match="allowed_user_key_lengths"):
        await authority.role(allowed_user_key_lengths=lengths)


async def test_a_type_that_is_none_is_told() -> None:
    """A misspelt type allows nothing, and who writes the role is told so."""
    authority = await Authority.new()
    fields = {"key_type": "ca", "allow_user_certificates": True}
    [warning] = await authority.warnings("roles/r", **fields, allowed_user_key_lengths={"rsaa": 2048, "rsa": 2048})
    assert '"rsaa" is no type of key' in warning


@pytest.mark.parametrize(
    ("lengths", "fields"),
    [({"rsa": 4096}, {"key_type": "rsa", "key_bits": 2048}), ({"rsa": 4096}, {"key_type": "ec"})],
)
async def test_no_key_is_made_that_the_role_does_not_take(lengths: Any, fields: dict[str, Any]) -> None:
    """`issue` refuses before it makes a key."""
    authority = await Authority.new()
    await authority.role(allowed_user_key_lengths=lengths)
    with pytest.raises(InvalidRequest, match="key requirements"):
        await authority.write("issue/user", **fields)


@pytest.mark.parametrize(
    ("fields", "first"),
    [
        ({"key_type": "rsa", "key_bits": 2048}, "-----BEGIN RSA PRIVATE KEY-----"),
        ({"key_type": "ssh-rsa", "key_bits": 3072}, "-----BEGIN RSA PRIVATE KEY-----"),
        ({"key_type": "ec"}, "-----BEGIN EC PRIVATE KEY-----"),
        ({"key_type": "ec", "key_bits": 384}, "-----BEGIN EC PRIVATE KEY-----"),
        ({"key_type": "ecdsa-sha2-nistp521"}, "-----BEGIN EC PRIVATE KEY-----"),
        ({"key_type": "ed25519"}, "-----BEGIN OPENSSH PRIVATE KEY-----"),
    ],
)
async def test_issued_pairs_belong_together(fields: dict[str, Any], first: str, tmp_path: Path) -> None:
    """The certificate is for the private key that comes with it."""
    authority = await Authority.new()
    await authority.role()
    answer = await authority.write("issue/user", **fields)
    assert answer["private_key"].startswith(first) and answer["private_key_type"] == fields["key_type"]
    key = tmp_path / "key"
    key.touch(mode=0o600)
    key.write_text(answer["private_key"])
    (tmp_path / "derived.pub").write_text(ssh_keygen("-y", "-f", str(key)))
    (tmp_path / "signed.pub").write_text(answer["signed_key"])
    fingerprints = [ssh_keygen("-l", "-f", str(tmp_path / name)).split()[1] for name in ("derived.pub", "signed.pub")]
    assert fingerprints[0] == fingerprints[1]
