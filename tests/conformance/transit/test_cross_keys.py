"""Keys move between this server and the reference server: by backup, by export and import, wrapped."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.transit.sides import CONTEXT, MESSAGE, Side

DERIVED = {"derived": True}
CONVERGENT = {"derived": True, "convergent_encryption": True}
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "aes128": ("aes128-gcm96", {}),
    "aes256": ("aes256-gcm96", {}),
    "aes256-derived": ("aes256-gcm96", DERIVED),
    "aes256-convergent": ("aes256-gcm96", CONVERGENT),
    "chacha": ("chacha20-poly1305", {}),
    "xchacha": ("xchacha20-poly1305", CONVERGENT),
    "p256": ("ecdsa-p256", {}),
    "p384": ("ecdsa-p384", {}),
    "p521": ("ecdsa-p521", {}),
    "ed25519": ("ed25519", {}),
    "ed25519-derived": ("ed25519", DERIVED),
    "rsa2048": ("rsa-2048", {}),
    "rsa3072": ("rsa-3072", {}),
    "hmac": ("hmac", {"key_size": 48}),
    "mldsa44": ("mldsa-44", {}),
    "mldsa65": ("mldsa-65", {}),
    "mldsa87": ("mldsa-87", {}),
}
WAYS = [("ours", "peer"), ("peer", "ours")]
MOVES = [
    (kind, here, there)
    for kind, (type_, _) in KINDS.items()
    for here, there in WAYS
    # The reference server restores ML-DSA keys, its own too, and panics when they are used.
    if there == "ours" or not type_.startswith("mldsa")
]
_SETTINGS_OF_THE_SERVER = {"allowed_operations", "next_rotation_time"}
_OPEN = {"exportable": True, "allow_plaintext_backup": True}


def _made(side: Side, name: str, type_: str, settings: dict[str, Any]) -> dict[str, Any]:
    """A key with three versions, of which the first decrypts no longer."""
    side.write(f"keys/{name}", type=type_, **_OPEN, **settings)
    side.write(f"keys/{name}/rotate")
    side.write(f"keys/{name}/rotate")
    side.write(f"keys/{name}/config", min_decryption_version=2, auto_rotate_period="24h")
    return _used(side, name, type_)


def _used(side: Side, name: str, type_: str) -> dict[str, Any]:
    """What the key makes of a message, by its second and third version."""
    out: dict[str, Any] = {}
    for version in (2, 3):
        if type_.startswith(("aes", "chacha", "xchacha", "rsa")):
            made = side.write(f"encrypt/{name}", plaintext=MESSAGE, context=CONTEXT, key_version=version)
            out[f"ciphertext {version}"] = made["ciphertext"]
        if type_.startswith(("ecdsa", "ed", "rsa", "mldsa")):
            made = side.write(f"sign/{name}", input=MESSAGE, context=CONTEXT, key_version=version)
            out[f"signature {version}"] = made["signature"]
        out[f"hmac {version}"] = side.write(f"hmac/{name}", input=MESSAGE, key_version=version)["hmac"]
    return out


def _check(side: Side, name: str, made: dict[str, Any]) -> None:
    """The key opens and verifies all of it."""
    for what, text in made.items():
        kind = what.split()[0]
        if kind == "ciphertext":
            assert side.write(f"decrypt/{name}", ciphertext=text, context=CONTEXT)["plaintext"] == MESSAGE
        else:
            answer = side.write(f"verify/{name}", input=MESSAGE, context=CONTEXT, **{kind: text})
            assert answer["valid"] is True, (what, text)


@pytest.mark.parametrize(("kind", "here", "there"), MOVES)
def test_a_key_moves_with_all_its_versions(sides: dict[str, Side], kind: str, here: str, there: str) -> None:
    """What one server backs up, the other restores: it opens and verifies all, and shows the same settings."""
    type_, settings = KINDS[kind]
    name = f"backup-{kind}-{here}"
    made = _made(sides[here], name, type_, settings)
    before = sides[here].read(f"keys/{name}")
    backup = sides[here].read(f"backup/{name}")["backup"]
    sides[there].write("restore", backup=backup)
    _check(sides[there], name, made)
    _check(sides[here], name, _used(sides[there], name, type_))
    after = sides[there].read(f"keys/{name}")
    for info in ("backup_info", "restore_info"):
        before.pop(info, None)
        assert after.pop(info)["version"] == 3
    ours = _SETTINGS_OF_THE_SERVER
    assert _rounded(after, ours) == _rounded(before, ours)


def _rounded(shown: dict[str, Any], without: set[str]) -> dict[str, Any]:
    """A key as it is read, with times to the second: no server reads more of another's."""
    out = {name: value for name, value in shown.items() if name not in without}
    versions = {}
    for number, version in out.get("keys", {}).items():
        versions[number] = (
            {**version, "creation_time": version["creation_time"][:19]} if isinstance(version, dict) else version
        )
    return {**out, "keys": versions}


IMPORTED = [
    "aes128-gcm96",
    "aes256-gcm96",
    "chacha20-poly1305",
    "xchacha20-poly1305",
    "ecdsa-p256",
    "ecdsa-p384",
    "ecdsa-p521",
    "ed25519",
    "rsa-2048",
    "rsa-3072",
    "hmac",
]


@pytest.mark.parametrize(("here", "there"), WAYS)
@pytest.mark.parametrize("type_", IMPORTED)
def test_a_wrapped_key_is_imported(sides: dict[str, Side], type_: str, here: str, there: str) -> None:
    """A key that one server exports wrapped for the other's wrapping key is imported there, and does the same."""
    source, target = sides[here], sides[there]
    name = f"wrapped-{type_}-{here}"
    wrapper = f"wrapper-{there}"
    public = target.read("wrapping_key")["public_key"]
    source.ask("POST", f"transit/keys/{wrapper}/import", {"public_key": public, "type": "rsa-4096"})
    source.write(f"keys/{name}", type=type_, **_OPEN, **({"key_size": 32} if type_ == "hmac" else {}))
    for hash_name in ("SHA1", "SHA256", "SHA512"):
        wrapped = source.read(f"byok-export/{wrapper}/{name}?hash={hash_name}")["keys"]["1"]
        copy = f"{name}-{hash_name}"
        target.write(f"keys/{copy}/import", ciphertext=wrapped, type=type_, hash_function=hash_name, exportable=True)
        kind = "encryption-key" if type_.startswith(("aes", "chacha", "xchacha")) else "signing-key"
        kind = "hmac-key" if type_ == "hmac" else kind
        assert target.read(f"export/{kind}/{copy}")["keys"] == source.read(f"export/{kind}/{name}")["keys"]


FORMS = [
    (type_, kind, form)
    for type_ in ("aes256-gcm96", "ecdsa-p256", "ecdsa-p521", "ed25519", "rsa-2048", "hmac", "mldsa-44")
    for kind in ("encryption-key", "signing-key", "hmac-key", "public-key")
    for form in ("", "raw", "der", "pem")
]


@pytest.mark.parametrize(("type_", "kind", "form"), FORMS)
def test_an_export_is_the_same_in_every_form(sides: dict[str, Side], type_: str, kind: str, form: str) -> None:
    """Of one key, both servers export the same text, or both refuse."""
    name = f"form-{type_}"
    ours, peer = sides["ours"], sides["peer"]
    if ours.ask("GET", f"transit/keys/{name}")[0] == 404:
        here, there = (peer, ours) if type_ == "mldsa-44" else (ours, peer)
        here.write(f"keys/{name}", type=type_, **_OPEN, **({"key_size": 32} if type_ == "hmac" else {}))
        there.write("restore", backup=here.read(f"backup/{name}")["backup"])
    path = f"transit/export/{kind}/{name}?format={form}"
    (status, answer), (other_status, other) = ours.ask("GET", path), peer.ask("GET", path)
    assert (status == 200) == (other_status == 200), (answer, other)
    if status == 200:
        assert answer["data"] == other["data"]
    else:
        assert status == 400, answer
