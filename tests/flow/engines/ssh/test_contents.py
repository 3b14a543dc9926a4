"""What else a certificate says: options, extensions, key id, times, keys, algorithms."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    SSHCertificate,
    load_ssh_public_identity,
)

from strongroom.crypto.ssh.wire import string
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Client
from tests.flow.engines.ssh.mounts import USER_KEY, Authority, inspected, ssh_keygen


def loaded(text: str) -> SSHCertificate:
    """A certificate as another library reads it, its signature checked."""
    certificate = load_ssh_public_identity(text.encode())
    assert isinstance(certificate, SSHCertificate)
    certificate.verify_cert_signature()
    return certificate


OPTIONS: list[tuple[dict[str, Any], dict[str, Any], dict[str, str] | str]] = [
    # the role, what is asked for, and the critical options or the reason of a refusal
    ({}, {"force-command": "id"}, {"force-command": "id"}),
    ({}, {"unknown": "x"}, {"unknown": "x"}),
    (
        {"allowed_critical_options": "source-address"},
        {"source-address": "10.0.0.0/8"},
        {"source-address": "10.0.0.0/8"},
    ),
    ({"allowed_critical_options": "source-address"}, {"force-command": "id"}, "allowed_critical_options of the role"),
    ({"allowed_critical_options": "x", "default_critical_options": {"y": "1"}}, {}, {"y": "1"}),
    ({"default_critical_options": {"y": "1"}}, {"z": "2"}, {"z": "2"}),
    ({"allowed_critical_options": "z", "default_critical_options": {"y": "1"}}, {"z": "2"}, {"y": "1", "z": "2"}),
    ({"allowed_critical_options": "z,y", "default_critical_options": {"y": "1"}}, {"z": "2"}, {"z": "2"}),
    ({"allowed_critical_options": "z,y", "default_critical_options": {"y": "1"}}, {"y": "2"}, {"y": "2"}),
    ({"allowed_critical_options": "z", "default_critical_options": {"y": "1"}}, {"y": "2"}, "[y]"),
    ({}, {"source-address": "nonsense"}, "source-address is a list"),
    ({}, {"source-address": ""}, "source-address is a list"),
    ({}, {"": "x"}, "a name that is empty"),
    ({}, {"a\nb": "x"}, "control characters"),
    ({}, {"a": {}}, "is no text"),
    ({}, {"a": "x" * 20_000}, "more than 16384 bytes"),
]


@pytest.mark.parametrize(("role", "asked", "expected"), OPTIONS)
async def test_critical_options(role: dict[str, Any], asked: dict[str, Any], expected: dict[str, str] | str) -> None:
    """An empty list allows any; defaults count where none is asked for, and always if the list doesn't name them."""
    authority = await Authority.new()
    await authority.role(**role)
    if isinstance(expected, str):
        with pytest.raises(InvalidRequest) as refused:
            await authority.sign(critical_options=asked)
        assert expected in refused.value.text
        return
    certificate = loaded((await authority.sign(critical_options=asked))["signed_key"])
    assert {name.decode(): value.decode() for name, value in certificate.critical_options.items()} == expected


async def test_what_is_left_out_by_default_is_told() -> None:
    """To who writes a role whose defaults aren't certain, and to who gets a certificate without them."""
    authority = await Authority.new()
    fields = {"key_type": "ca", "allow_user_certificates": True, "allowed_users": "*", "default_user": "root"}
    forced = {"force-command": "id"}
    [warning] = await authority.warnings("roles/user", **fields, default_critical_options=forced)
    assert "allowed_critical_options is empty" in warning
    [warning] = await authority.warnings("sign/user", public_key=USER_KEY, critical_options={"verify-required": ""})
    assert "doesn't have [force-command] of default_critical_options" in warning
    assert await authority.warnings("sign/user", public_key=USER_KEY) == []
    listed = {"default_critical_options": forced, "allowed_critical_options": "source-address"}
    assert await authority.warnings("roles/user", **fields, **listed) == []
    asked = {"source-address": "10.0.0.0/8"}
    assert await authority.warnings("sign/user", public_key=USER_KEY, critical_options=asked) == []


EXTENSIONS: list[tuple[dict[str, Any], dict[str, Any], dict[str, str] | str]] = [
    ({}, {"permit-pty": ""}, "allowed_extensions of the role"),
    (
        {"allowed_extensions": "*"},
        {"permit-pty": "", "login@github.com": "ann"},
        {"login@github.com": "ann", "permit-pty": ""},
    ),
    ({"allowed_extensions": "permit-pty"}, {"permit-pty": ""}, {"permit-pty": ""}),
    ({"allowed_extensions": "permit-pty"}, {"permit-pty": "", "permit-X11-forwarding": ""}, "[permit-X11-forwarding]"),
    ({"default_extensions": {"permit-pty": ""}}, {}, {"permit-pty": ""}),
    ({"default_extensions": {"a": ""}, "allowed_extensions": "b"}, {"b": ""}, {"b": ""}),
    ({"default_extensions": {"a": ""}, "allowed_extensions": "b"}, {"a": ""}, "[a]"),
]


@pytest.mark.parametrize(("role", "asked", "expected"), EXTENSIONS)
async def test_extensions(role: dict[str, Any], asked: dict[str, Any], expected: dict[str, str] | str) -> None:
    """An empty list allows no extension; defaults count only where none is asked for, and nothing limits them."""
    authority = await Authority.new()
    await authority.role(**role)
    if isinstance(expected, str):
        with pytest.raises(InvalidRequest) as refused:
            await authority.sign(extensions=asked)
        assert expected in refused.value.text
        return
    certificate = loaded((await authority.sign(extensions=asked))["signed_key"])
    assert {name.decode(): value.decode() for name, value in certificate.extensions.items()} == expected


async def test_templates_of_extensions() -> None:
    """A value by a template is the client's; one that has none for want of an entity is left out, with a warning."""
    authority = await Authority.new()
    fields = {"default_extensions": {"login@github.com": "{{identity.entity.name}}", "permit-pty": ""}}
    await authority.role(default_extensions_template=True, **fields)
    warnings = await authority.warnings("sign/user", public_key=USER_KEY)
    assert len(warnings) == 1 and "skipped" in warnings[0]
    assert await authority.warnings("issue/user", key_type="ed25519") == warnings
    certificate = loaded((await authority.sign())["signed_key"])
    assert certificate.extensions == {b"permit-pty": b""}
    authority.client, authority.identity = Client(entity_id="e"), {"identity.entity.name": "ann"}
    certificate = loaded((await authority.sign())["signed_key"])
    assert certificate.extensions == {b"login@github.com": b"ann", b"permit-pty": b""}


DIGEST = hashlib.sha256(base64.b64decode(USER_KEY.split()[1])).hexdigest()
KEY_IDS = [
    ({}, "", "userpass-ann", f"vault-userpass-ann-{DIGEST}"),
    ({}, "", "", f"vault-{DIGEST}"),
    ({"key_id_format": "{{role_name}}/{{token_display_name}}"}, "", "ann", "user/ann"),
    ({"key_id_format": "{{public_key_hash}} {{other}}"}, "", "ann", DIGEST + " {{other}}"),
    ({"allow_user_key_ids": True, "key_id_format": "fixed"}, "mine", "ann", "mine"),
    ({"allow_user_key_ids": True, "key_id_format": "fixed"}, "", "ann", "fixed"),
    ({"key_id_format": "{{token_display_name}}"}, "", "{{role_name}}", "{{role_name}}"),
]


@pytest.mark.parametrize(("role", "asked", "display_name", "expected"), KEY_IDS)
async def test_key_ids(role: dict[str, Any], asked: str, display_name: str, expected: str) -> None:
    """The key id is what the role says, or the client where it may; a display name is no template."""
    authority = await Authority.new()
    authority.client = Client(display_name=display_name)
    await authority.role(**role)
    assert loaded((await authority.sign(key_id=asked))["signed_key"]).key_id == expected.encode()


@pytest.mark.parametrize(
    ("role", "asked", "display_name"),
    [
        ({}, "mine", "ann"),
        ({"allow_user_key_ids": True}, "a\nsshd[1]: Accepted", "ann"),
        ({"allow_user_key_ids": True}, "x" * 1025, "ann"),
        ({}, "", "a\r\nb"),
    ],
)
async def test_refused_key_ids(role: dict[str, Any], asked: str, display_name: str) -> None:
    """A key id that isn't the client's to choose, or that would forge lines of a log, is refused."""
    authority = await Authority.new()
    authority.client = Client(display_name=display_name)
    await authority.role(**role)
    with pytest.raises(InvalidRequest, match=r"key_id|key id"):
        await authority.sign(key_id=asked)


DAY = 24 * 3600
MOUNT_DEFAULT = 32 * DAY
TIMES: list[tuple[dict[str, Any], Any, int, int]] = [
    # the role, what is asked for, seconds before and after now
    ({}, 0, 30, MOUNT_DEFAULT),
    ({}, "10m", 30, 600),
    ({"ttl": "1h"}, "", 30, 3600),
    ({"ttl": "1h"}, "2h", 30, 7200),
    ({"max_ttl": "1h"}, 0, 30, 3600),
    ({"ttl": "1h", "max_ttl": "2h"}, "2h", 30, 7200),
    ({"not_before_duration": "5m"}, "1m", 300, 60),
    ({"not_before_duration": 0}, "1m", 0, 60),
    ({"ttl": "90d"}, 0, 30, MOUNT_DEFAULT),
    ({"ttl": "90d", "max_ttl": "400d"}, 0, 30, 90 * DAY),
    ({"max_ttl": "3650d"}, "400d", 30, 400 * DAY),  # as hosts have: no lease ends it, so the role's word counts
    ({"max_ttl": "3650d"}, 0, 30, MOUNT_DEFAULT),
]


@pytest.mark.parametrize(("role", "asked", "before", "after"), TIMES)
async def test_times(role: dict[str, Any], asked: Any, before: int, after: int) -> None:
    """A certificate lasts as long as client and role say, or else the mount, and begins a little before now."""
    authority = await Authority.new()
    await authority.role(**role)
    certificate = loaded((await authority.sign(ttl=asked))["signed_key"])
    now = int(authority.clock.now())
    assert (now - certificate.valid_after, certificate.valid_before - now) == (before, after)


@pytest.mark.parametrize(("role", "asked"), [({}, "33d"), ({"max_ttl": "1h"}, "61m"), ({"ttl": 5, "max_ttl": 10}, 11)])
async def test_too_long_a_time_is_refused(role: dict[str, Any], asked: Any) -> None:
    """Who asks for more than the most is refused, instead of getting less."""
    authority = await Authority.new()
    await authority.role(**role)
    with pytest.raises(InvalidRequest, match="ttl is larger than maximum allowed"):
        await authority.sign(ttl=asked)


@pytest.mark.parametrize("algorithm", ["", "default", "rsa-sha2-256", "rsa-sha2-512"])
async def test_rsa_signs_by_sha_2(algorithm: str, tmp_path: Path) -> None:
    """An RSA issuer signs by the algorithm of the role, and by SHA-256 where it names none; OpenSSH agrees."""
    authority = await Authority.new(key_type="rsa", key_bits=2048)
    await authority.role(algorithm_signer=algorithm)
    lines = inspected(tmp_path, (await authority.sign())["signed_key"])
    expected = algorithm if algorithm.startswith("rsa") else "rsa-sha2-256"
    assert lines[2].endswith(f"(using {expected})")


async def test_sha_1_only_by_name_and_with_a_warning() -> None:
    """`ssh-rsa` has to be asked for by a role, which is told that hosts refuse it."""
    authority = await Authority.new(key_type="rsa", key_bits=2048)
    fields = {"key_type": "ca", "allow_user_certificates": True, "allowed_users": "*"}
    [warning] = await authority.warnings("roles/old", **fields, algorithm_signer="ssh-rsa")
    assert "SHA-1" in warning


async def test_an_algorithm_of_another_type_is_refused() -> None:
    """A role that demands RSA has nothing signed by an issuer of another type."""
    authority = await Authority.new(key_type="ec")
    await authority.role(algorithm_signer="rsa-sha2-512")
    with pytest.raises(InvalidRequest, match="ecdsa-sha2-nistp256, which can't sign by rsa-sha2-512"):
        await authority.sign()


def hardware_keys() -> list[str]:
    """Public keys as security keys have them."""
    ed25519 = base64.b64decode(USER_KEY.split()[1])[-32:]
    point = (
        ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    )
    application = string(b"ssh:")
    one = string(b"sk-ssh-ed25519@openssh.com") + string(ed25519) + application
    other = string(b"sk-ecdsa-sha2-nistp256@openssh.com") + string(b"nistp256") + string(point) + application
    return [
        f"sk-ssh-ed25519@openssh.com {base64.b64encode(one).decode()}",
        f"sk-ecdsa-sha2-nistp256@openssh.com {base64.b64encode(other).decode()}",
    ]


@pytest.mark.parametrize("key", hardware_keys(), ids=lambda key: key.split("@")[0])
async def test_keys_in_hardware(key: str, tmp_path: Path) -> None:
    """The certificate of a security key has the type of such keys, so that the key can be used with it."""
    authority = await Authority.new()
    await authority.role()
    lines = inspected(tmp_path, (await authority.sign(public_key=key))["signed_key"])
    type_ = key.split("@", maxsplit=1)[0]
    assert lines[0] == f"Type: {type_}-cert-v01@openssh.com user certificate"
    (tmp_path / "key.pub").write_text(key)
    assert ssh_keygen("-l", "-f", str(tmp_path / "key.pub")).split()[1] in lines[1]


async def test_no_two_certificates_have_one_number() -> None:
    """Serial numbers are random and long, and none is 0."""
    authority = await Authority.new()
    await authority.role()
    serials = {int((await authority.sign())["serial_number"], 16) for _ in range(20)}
    assert len(serials) == 20 and max(serials) > 2**56 and 0 not in serials
