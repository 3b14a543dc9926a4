"""Exports, imports, backups, certificate requests: what is refused, and what is said then."""

from __future__ import annotations

import asyncio
import json
import threading
from base64 import b64decode, b64encode
from functools import cache
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from strongroom.barrier.transaction import Transaction, transact
from strongroom.crypto.asymmetric import formats, wrapping
from strongroom.crypto.asymmetric.ecdsa import EcdsaKey
from strongroom.crypto.asymmetric.ed25519 import Ed25519Key
from strongroom.crypto.asymmetric.rsa import RsaKey
from strongroom.engines.transit.keys.records import TransitConfig, WrappingKey
from strongroom.lib.errors import InvalidRequest, NotFound, RateLimited, UnsupportedPath
from strongroom.lib.generation import GENERATION
from strongroom.sdk import Operation, View
from tests.flow.engines.transit.mounts import Keys, base64

OPEN = {"exportable": True, "allow_plaintext_backup": True}


async def _exportable(**types: str) -> Keys:
    keys = await Keys.new()
    for name, type_ in types.items():
        await keys.make(name, type=type_, **OPEN)
    return keys


@cache
def _pair() -> RsaKey:
    """A wrapping key for all tests of a process: one of 4,096 bits takes a second to make."""
    return RsaKey.generate(2048)


async def _new() -> Keys:
    """A mount that has its wrapping key already."""
    keys = await Keys.new()
    pair = _pair()

    async def keep(txn: Transaction) -> None:
        row = WrappingKey(private=pair.private or b"", public=pair.public)
        View(txn, keys.mount.prefix).write("wrapping", row)

    await transact(keys.mount.barrier, keep)
    return keys


async def _wrapped(keys: Keys, material: bytes, hash_name: str = "SHA256") -> str:
    public = formats.public_of_pem((await keys.read("wrapping_key"))["public_key"])
    assert isinstance(public, RsaKey)
    return base64(wrapping.wrap(public, material, hash_name))


async def test_the_wrapping_key_is_made_once() -> None:
    """The first request makes a pair of 4,096 bits; all later ones are shown the same."""
    keys = await Keys.new()
    first = (await keys.read("wrapping_key"))["public_key"]
    assert (await keys.read("wrapping_key"))["public_key"] == first
    public = formats.public_of_pem(first)
    assert isinstance(public, RsaKey)
    assert public.bits == 4096


async def test_wrapping_keys_are_made_as_other_keys_are() -> None:
    """Who asks a new mount often, or new mounts, has no more keys made at once than by creating some."""
    keys, end = await Keys.new(), threading.Event()
    try:
        busy = [asyncio.ensure_future(GENERATION.make(end.wait)) for _ in range(GENERATION.most)]
        await asyncio.sleep(0)
        with pytest.raises(RateLimited, match="too many keys"):
            await keys.read("wrapping_key")
    finally:
        end.set()
    await asyncio.gather(*busy)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("export/foo/a", "invalid export type: foo"),
        ("export/encryption-key/a/x", "invalid key version"),
        ("export/encryption-key/a/²", "invalid key version"),
        ("export/encryption-key/a/0", "version does not exist"),
        ("export/encryption-key/a/2", "version does not exist"),
        ("export/encryption-key/a/99999999999", "invalid key version"),
        ("export/encryption-key/closed", "not exportable"),
        ("export/hmac-key/closed", "not exportable"),
        ("export/encryption-key/e", "encryption not supported for the key"),
        ("export/signing-key/a", "signing not supported for the key"),
        ("export/cmac-key/a", "CMAC not supported for the key"),
        ("export/public-key/a", "unknown key type aes256-gcm96 for export type public-key"),
        ("export/certificate-chain/a", "certificate chain not supported"),
        ("export/certificate-chain/e", "does not have a certificate chain imported"),
        ("backup/closed", "exporting is disallowed on the policy"),
        ("backup/halfway", "plaintext backup is disallowed on the policy"),
        ("backup/none", 'key "none" not found'),
        ("byok-export/a/e", "has to be an RSA key, and is of type aes256-gcm96"),
        ("byok-export/r/closed", "key is not exportable"),
        ("byok-export/none/e", "no such destination key to export to"),
        ("byok-export/r/none", "no such source key for export"),
    ],
)
async def test_what_is_not_exported(path: str, text: str) -> None:
    """Each refusal says why."""
    keys = await _exportable(a="aes256-gcm96", e="ecdsa-p256", r="rsa-2048")
    await keys.make("closed")
    await keys.make("halfway", exportable=True)
    with pytest.raises(InvalidRequest, match=text):
        await keys.read(path)


async def test_soft_deleted_keys_are_not_exported() -> None:
    """A key that is marked as deleted leaves the mount in no way, and none is wrapped for it."""
    keys = await _exportable(a="aes256-gcm96", r="rsa-2048", other="rsa-2048")
    await keys.mount.ask(Operation.DELETE, "keys/a/soft-delete", {})
    await keys.mount.ask(Operation.DELETE, "keys/other/soft-delete", {})
    for path in ("export/encryption-key/a", "export/hmac-key/a/1", "byok-export/r/a", "byok-export/other/r"):
        with pytest.raises(InvalidRequest, match="refusing to use soft-deleted key"):
            await keys.read(path)
    for path in ("keys/other/csr", "keys/other/set-certificate"):
        with pytest.raises(InvalidRequest, match="refusing to use soft-deleted key"):
            await keys.write(path)


@pytest.mark.parametrize("form", ["jwk", "PEM", "der", "pem"])
async def test_forms_that_a_symmetric_key_has_not(form: str) -> None:
    """Only `raw` and the empty form are a symmetric key's."""
    keys = await _exportable(a="aes256-gcm96")
    with pytest.raises(InvalidRequest, match="format"):
        await keys.read("export/encryption-key/a", format=form)


async def test_unknown_keys_are_not_found() -> None:
    """An export of a key that doesn't exist is 404; names that no key has are no path."""
    keys = await Keys.new()
    with pytest.raises(NotFound):
        await keys.read("export/encryption-key/none")
    with pytest.raises(UnsupportedPath):
        await keys.read("export/encryption-key/.a")


async def test_exports_follow_the_minimum() -> None:
    """Versions that may not decrypt any more aren't exported; `latest` is the newest."""
    keys = await _exportable(a="aes256-gcm96")
    for _ in range(3):
        await keys.write("keys/a/rotate")
    await keys.write("keys/a/config", min_decryption_version=3)
    assert list((await keys.read("export/encryption-key/a"))["keys"]) == ["3", "4"]
    assert list((await keys.read("export/encryption-key/a/latest"))["keys"]) == ["4"]
    with pytest.raises(InvalidRequest, match="version does not exist"):
        await keys.read("export/encryption-key/a/2")


async def test_a_public_key_needs_no_permission() -> None:
    """The public half of a key that may not be exported is shown; the private one isn't."""
    keys = await Keys.new(e="ed25519")
    assert len(b64decode((await keys.read("export/public-key/e"))["keys"]["1"])) == 32
    with pytest.raises(InvalidRequest, match="not exportable"):
        await keys.read("export/signing-key/e")


async def test_allowed_operations_hold_keys_back() -> None:
    """A key whose operations don't include `export` or `backup` is neither exported, nor wrapped, nor backed up."""
    keys = await _exportable(a="aes256-gcm96", r="rsa-2048")
    await keys.write("keys/a/config", allowed_operations=["encrypt", "decrypt"])
    for path in ("export/encryption-key/a", "byok-export/r/a", "backup/a"):
        with pytest.raises(InvalidRequest, match="allowed_operations"):
            await keys.read(path)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "either a `ciphertext`"),
        ({"ciphertext": "!"}, "not in standard base64"),
        ({"ciphertext": "aaaa"}, "256"),
        ({"ciphertext": base64(bytes(256 + 40))}, "OAEP"),
        ({"ciphertext": "a" * 30_000}, "at most 24576 characters"),
        ({"ciphertext": "aaaa", "hash_function": "MD5"}, "unknown hash function: MD5"),
        ({"ciphertext": "aaaa", "parameter_set": "44"}, "parameter_set is not valid for key type aes256-gcm96"),
        ({"ciphertext": "aaaa", "type": "mldsa-44", "parameter_set": "65"}, "contradicts parameter_set 65"),
        ({"ciphertext": "aaaa", "type": "aes512"}, "unknown key type aes512; it is one of aes128-gcm96, "),
        ({"ciphertext": "aaaa", "type": "managed_key"}, "live in other hardware"),
        ({"ciphertext": "aaaa", "parameter_set": "65"}, "parameter_set is not valid for key type aes256-gcm96"),
        ({"ciphertext": "aaaa", "type": "ml-dsa"}, 'invalid parameter set "" for key type ml-dsa'),
        ({"ciphertext": "aaaa", "type": "mldsa-44", "parameter_set": "65"}, "contradicts parameter_set 65"),
        ({"ciphertext": "aaaa", "type": "rsa-2048", "derived": True}, "derivation is not supported"),
        ({"ciphertext": "aaaa", "auto_rotate_period": "1h"}, "allow_rotation must be set to true"),
        ({"ciphertext": "aaaa", "auto_rotate_period": "1m", "allow_rotation": True}, "at least an hour"),
        ({"public_key": "aaaa"}, "does not support public_key import"),
        ({"public_key": "aaaa", "type": "rsa-2048"}, "not a public key in PEM"),
        ({"public_key": "x", "type": "slh-dsa", "parameter_set": "slh-dsa-sha2-128f"}, "public_key import"),
    ],
)
async def test_what_is_not_imported(fields: dict[str, Any], text: str) -> None:
    """Each refusal names the step that failed, and no key is left behind."""
    keys = await _new()
    with pytest.raises(InvalidRequest, match=text):
        await keys.write("keys/new/import", **fields)
    with pytest.raises(NotFound):
        await keys.read("keys/new")


@pytest.mark.parametrize(
    ("type_", "material", "text"),
    [
        ("aes256-gcm96", bytes(24), "invalid key size 24 bytes"),
        ("aes128-gcm96", bytes(32), "invalid key size 32 bytes"),
        ("hmac", bytes(31), "invalid key size 31 bytes"),
        ("hmac", bytes(513), "invalid key size 513 bytes"),
        ("ecdsa-p256", bytes(32), "not PKCS#8 DER"),
        ("ecdsa-p384", EcdsaKey.generate().private or b"", "ecdsa-p384"),
        ("ed25519", EcdsaKey.generate().private or b"", "ed25519"),
        ("ed25519", (Ed25519Key.generate().private or b"") + b"\0", "not PKCS#8 DER"),
        ("ecdsa-p256", formats.private_pem(EcdsaKey.generate()).encode(), "PEM"),
    ],
    ids=range(9),
)
async def test_material_that_no_key_has(type_: str, material: bytes, text: str) -> None:
    """A key of another size, kind or form is refused, and it is said what was found."""
    keys = await _new()
    wrapped = await _wrapped(keys, material)
    with pytest.raises(InvalidRequest, match=text):
        await keys.write("keys/new/import", ciphertext=wrapped, type=type_)


async def test_another_hash_does_not_open() -> None:
    """A key that was wrapped with SHA-1 isn't opened as one of SHA-256; the text says at which step."""
    keys = await _new()
    wrapped = await _wrapped(keys, bytes(32), "SHA1")
    with pytest.raises(InvalidRequest, match="OAEP failed with SHA256"):
        await keys.write("keys/new/import", ciphertext=wrapped)
    await keys.write("keys/new/import", ciphertext=wrapped, hash_function="sha1")
    assert (await keys.read("keys/new"))["imported_key"] is True


async def test_versions_are_imported() -> None:
    """An imported key gets more versions; old ciphertexts still open; keys that were made here get none."""
    keys = await _new()
    await keys.make("own")
    await keys.write("keys/new/import", ciphertext=await _wrapped(keys, b"1" * 32), exportable=True)
    sealed = (await keys.write("encrypt/new", plaintext=base64("x")))["ciphertext"]
    with pytest.raises(InvalidRequest, match="cannot be used with an existing key"):
        await keys.write("keys/new/import", ciphertext=await _wrapped(keys, b"2" * 32))
    await keys.write("keys/new/import_version", ciphertext=await _wrapped(keys, b"2" * 32))
    exported = (await keys.read("export/encryption-key/new"))["keys"]
    assert exported == {"1": base64(b"1" * 32), "2": base64(b"2" * 32)}
    assert await keys.write("decrypt/new", ciphertext=sealed) == {"plaintext": base64("x")}
    for name, text in (("own", "only be used with an imported key"), ("none", "no key found with name none")):
        with pytest.raises(InvalidRequest, match=text):
            await keys.write(f"keys/{name}/import_version", ciphertext=await _wrapped(keys, b"2" * 32))


async def test_an_imported_key_is_rotated_only_if_it_may_be() -> None:
    """Without `allow_rotation` a rotation is refused; after one, no version is imported any more."""
    keys = await _new()
    await keys.write("keys/a/import", ciphertext=await _wrapped(keys, b"1" * 32))
    with pytest.raises(InvalidRequest, match="rotat"):
        await keys.write("keys/a/rotate")
    await keys.write("keys/b/import", ciphertext=await _wrapped(keys, b"1" * 32), allow_rotation=True)
    await keys.write("keys/b/rotate")
    with pytest.raises(InvalidRequest, match="imported key"):
        await keys.write("keys/b/import_version", ciphertext=await _wrapped(keys, b"2" * 32))


async def test_a_latest_public_key_is_completed_without_its_number() -> None:
    """The private half of the latest version completes it; another pair becomes the next version."""
    keys = await _new()
    first, second = EcdsaKey.generate(), EcdsaKey.generate()
    await keys.write("keys/e/import", public_key=formats.public_pem(first), type="ecdsa-p256")
    await keys.write("keys/e/import_version", ciphertext=await _wrapped(keys, first.private or b""))
    assert (await keys.read("keys/e"))["latest_version"] == 1
    await keys.write("keys/e/import_version", ciphertext=await _wrapped(keys, second.private or b""))
    assert (await keys.read("keys/e"))["latest_version"] == 2


async def test_an_ml_dsa_key_asks_for_a_certificate() -> None:
    """The request is signed by the key itself, and verifies with it."""
    keys = await Keys.new()
    await keys.make("m", type="mldsa-44")
    made = await keys.write("keys/m/csr")
    assert made["type"] == "mldsa-44"
    request = x509.load_pem_x509_csr(made["csr"].encode())
    assert request.is_signature_valid


async def test_a_public_key_is_completed() -> None:
    """A public key verifies and doesn't sign, until its private half comes; another one's half is refused."""
    keys = await _new()
    pair, other = EcdsaKey.generate(), EcdsaKey.generate()
    await keys.write("keys/e/import", public_key=formats.public_pem(pair), type="ecdsa-p256")
    signature = "vault:v1:" + base64(pair.sign(b"hello", "sha2-256", prehashed=False, marshaling="asn1"))
    assert (await keys.write("verify/e", input=base64("hello"), signature=signature))["valid"] is True
    with pytest.raises(InvalidRequest):
        await keys.write("sign/e", input=base64("hello"))
    wrong = await _wrapped(keys, other.private or b"")
    with pytest.raises(InvalidRequest, match="doesn't belong to the public part"):
        await keys.write("keys/e/import_version", ciphertext=wrong, version=1)
    with pytest.raises(InvalidRequest, match="no version 2"):
        await keys.write("keys/e/import_version", ciphertext=wrong, version=2)
    right = await _wrapped(keys, pair.private or b"")
    await keys.write("keys/e/import_version", ciphertext=right, version=1)
    made = (await keys.write("sign/e", input=base64("hello")))["signature"]
    assert (await keys.write("verify/e", input=base64("hello"), signature=made))["valid"] is True
    with pytest.raises(InvalidRequest, match="has its private part already"):
        await keys.write("keys/e/import_version", ciphertext=right, version=1)


def _changed(backup: str, **policy: Any) -> str:
    document = json.loads(b64decode(backup))
    document["policy"] |= policy
    return b64encode(json.dumps(document).encode()).decode()


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"type": 99}, "a type of key that this server does not have"),
        ({"type": "x"}, "no backup of a key"),
        ({"keys": []}, "no backup of a key"),
        ({"latest_version": 3}, "version 3 is missing"),
        ({"latest_version": 0}, "contradict each other"),
        ({"latest_version": 10**9}, "more than 3000 versions"),
        ({"min_decryption_version": 5}, "contradict each other"),
        ({"min_encryption_version": 7}, "contradict each other"),
        ({"min_available_version": -1}, "contradict each other"),
        ({"convergent_encryption": True}, "convergent key that isn't derived"),
        ({"derived": True, "kdf": 0}, "a function that this server does not have"),
        ({"derived": True, "kdf": 1, "convergent_encryption": True, "convergent_version": 2}, "version before 3"),
        ({"auto_rotate_period": -(10**9) * 60}, "negative auto_rotate_period"),
        ({"auto_rotate_period": 10**9}, "at least an hour"),
        ({"auto_rotate_period": 10**30}, "a time in seconds"),
        (dict.fromkeys(("latest_version", "min_decryption_version", "min_available_version"), 10**18), "contradict"),
        ({"backup_info": {"version": 2**64}}, "contradict each other"),
        ({"strongroom_other_name": "mldsa-44"}, "means another type"),
        ({"backup_info": {"time": "yesterday"}}, "time in the backup"),
        ({"allowed_operations": ["fly"]}, "allowed_operations"),
        ({"name": "../x"}, "restore it as restore/<name>"),
        ({"name": ""}, "restore it as restore/<name>"),
    ],
)
async def test_backups_that_are_none(changes: dict[str, Any], text: str) -> None:
    """A backup that contradicts itself is refused with the reason, and no key is made or lost."""
    keys = await _exportable(a="aes256-gcm96")
    await keys.write("keys/a/rotate")
    backup = (await keys.read("backup/a"))["backup"]
    with pytest.raises(InvalidRequest, match=text):
        await keys.write("restore", backup=_changed(backup, **({"name": "b"} | changes)))
    for name in ("b", "x"):
        with pytest.raises(NotFound):
            await keys.read(f"keys/{name}")


def _backup(type_: int, version: dict[str, Any], **policy: Any) -> str:
    return base64(json.dumps({"policy": {"latest_version": 1, "type": type_, "keys": {"1": version}, **policy}}))


@pytest.mark.parametrize(
    ("backup", "text"),
    [
        ("", "'backup' must be supplied"),
        ("!!!", "not in base64"),
        ("aGVsbG8=", "not JSON in base64"),
        ("e30=", "no backup of a key"),
        ("W10=", "no backup of a key"),
        (base64('{"policy": {}}'), "contradict each other"),
        (base64('{"policy": null}'), "no backup of a key"),
        (_backup(3, {"rsa_key": {"N": 15, "E": 3}}), "4 bits"),
        (_backup(1, {"ec_x": 1, "ec_y": 2, "ec_d": 3}), "P-256"),
        (_backup(1, {"ec_x": -1, "ec_y": 2, "ec_d": 3}), "P-256"),
        (_backup(1, {}), "no point on its curve"),
        (_backup(2, {"key": "AAAA"}), "seed of 32 bytes"),
        (_backup(0, {"key": "AAAA"}), "invalid key size 3 bytes"),
        (_backup(0, {"key": "?"}), "not in base64"),
        (_backup(0, {"key": base64(bytes(32)), "certificate_chain": ["?"]}), "not in base64"),
        (_backup(10, {"key": "AAAA"}, key_size=32), "invalid key size 3 bytes"),
        (_backup(10, {"key": base64(bytes(32))}, key_size=10**13), "invalid key_size"),
        (_backup(10, {"key": base64(bytes(32))}, key_size=-1), "invalid key_size"),
        ("ü", "not in base64"),
        (_backup(2, {"public_key": base64(bytes(32))}), "no valid Ed25519 public key"),
        (_backup(3, {"rsa_public_key": {"N": 2**2047, "E": 3}}), "modulus of the RSA key is even"),
        (_backup(3, {"rsa_public_key": {"N": 2**2047 + 1, "E": 2**40 + 1}}), "public exponent"),
        (_backup(12, {"key": "AAAA"}), "no key of ML-DSA-44"),
        (_backup(13, {"key": base64(bytes(32))}), "no public key of ML-DSA"),
        (_backup(11, {"key": base64(bytes(32))}, key_size=32), "an HMAC key of Vault"),
        (_backup(0, {"external_key_ref": "x"}), "in other hardware"),
        (_backup(-1, {}, strongroom_type="slh-dsa", parameter_set="x"), "parameter set"),
        (_backup(-1, {}, strongroom_type="hybrid", parameter_set="44"), "of which two types"),
        (_backup(-1, {"key": "AAAA"}, strongroom_type="hybrid", parameter_set="44"), "of which two types"),
    ],
)
async def test_texts_that_are_no_backup(backup: str, text: str) -> None:
    """Any text is refused with 400, never with a fault of the server."""
    keys = await Keys.new()
    with pytest.raises(InvalidRequest, match=text):
        await keys.write("restore/new", backup=backup)


@pytest.mark.parametrize(
    "version",
    [
        {"creation_time": 10**400},
        {"creation_time": -(10**18)},
        {"time": "9999-12-31T23:59:59-23:00"},
        {"time": "0001-01-01T00:00:00+23:00"},
    ],
)
async def test_a_restored_key_can_be_read_whatever_its_times_are(version: dict[str, Any]) -> None:
    """A time that no date has is brought to the nearest: a key that no answer can show would be useless."""
    keys = await Keys.new()
    seed = {"key": base64(bytes(32))}
    info = {"time": version.get("time", "9999-12-31T23:59:59-23:00"), "version": 1}
    await keys.write("restore/new", backup=_backup(2, seed | version, backup_info=info))
    assert (await keys.read("keys/new"))["keys"]["1"]["creation_time"][:5] in {"1970-", "9999-"}
    assert (await keys.write("keys/new/config", deletion_allowed=True))["deletion_allowed"]


async def test_settings_that_a_type_does_not_have_are_not_restored() -> None:
    """What means nothing to the type of a key is not kept: neither shown nor as long as a backup may be."""
    keys = await _exportable(a="aes256-gcm96")
    backup = (await keys.read("backup/a"))["backup"]
    more = {"parameter_set": "x" * 100_000, "hybrid_key_type_ec": "y" * 100_000, "key_size": 64}
    await keys.write("restore/b", backup=_changed(backup, **more))
    assert all(len(row) < 2_000 for row in (await keys.mount.rows()).values())
    assert "parameter_set" not in await keys.read("keys/b")


async def test_others_are_served_while_many_versions_move() -> None:
    """A key with hundreds of versions is restored, backed up and exported with pauses."""
    keys = await _exportable(e="ecdsa-p521")
    policy = json.loads(b64decode((await keys.read("backup/e"))["backup"]))["policy"]
    versions = {str(number): policy["keys"]["1"] for number in range(1, 301)}
    backup = base64(json.dumps({"policy": policy | {"keys": versions, "latest_version": 300}}))
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    beside = asyncio.create_task(other())
    served = []
    for work in (
        keys.write("restore/many", backup=backup),
        keys.read("backup/many"),
        keys.read("export/signing-key/many"),
    ):
        before = turns
        await work
        served.append(turns - before)
    beside.cancel()
    assert min(served) > 1


async def test_a_restored_key_opens_what_it_sealed() -> None:
    """A key that was deleted comes back with all versions; a key that exists is replaced by force alone."""
    keys = await _exportable(a="aes256-gcm96", b="aes256-gcm96")
    sealed = [(await keys.write("encrypt/a", plaintext=base64("1")))["ciphertext"]]
    await keys.write("keys/a/rotate")
    sealed.append((await keys.write("encrypt/a", plaintext=base64("1")))["ciphertext"])
    backup = (await keys.read("backup/a"))["backup"]
    with pytest.raises(InvalidRequest, match='key "a" already exists'):
        await keys.write("restore", backup=backup)
    with pytest.raises(InvalidRequest, match='key "b" already exists'):
        await keys.write("restore/b", backup=backup)
    await keys.write("restore/b", backup=backup, force=True)
    await keys.write("restore/c", backup=backup)
    for name in ("a", "b", "c"):
        for ciphertext in sealed:
            assert await keys.write(f"decrypt/{name}", ciphertext=ciphertext) == {"plaintext": base64("1")}
    shown = await keys.read("keys/c")
    assert shown["restore_info"]["version"] == shown["backup_info"]["version"] == 2


@pytest.mark.parametrize(
    ("path", "fields", "text"),
    [
        ("keys/none/csr", {}, "key with provided name 'none' not found"),
        ("keys/a/csr", {}, "key type 'aes256-gcm96' does not support signing"),
        ("keys/e/csr", {"version": 4}, "no such key version"),
        ("keys/e/csr", {"version": 0}, "no such key version"),
        ("keys/e/csr", {"csr": "xx"}, "could not decode PEM CSR"),
        ("keys/derived/csr", {}, "not supported for keys with derivation enabled"),
        ("keys/hybrid/csr", {}, "can't sign certificate requests"),
        ("keys/none/set-certificate", {}, "not found"),
        ("keys/a/set-certificate", {}, "does not support signing"),
        ("keys/e/set-certificate", {}, "did not contain any valid PEM encoded certificate"),
        ("keys/e/set-certificate", {"certificate_chain": "xx"}, "valid PEM encoded certificate"),
    ],
)
async def test_certificates_that_are_not_made(path: str, fields: dict[str, Any], text: str) -> None:
    """Each refusal says why."""
    keys = await Keys.new(a="aes256-gcm96", e="ecdsa-p256")
    await keys.make("derived", type="ed25519", derived=True)
    await keys.make(
        "hybrid", type="hybrid", parameter_set="44", hybrid_key_type_pqc="ml-dsa", hybrid_key_type_ec="ed25519"
    )
    with pytest.raises(InvalidRequest, match=text):
        await keys.write(path, **fields)


async def test_a_certificate_request_is_a_signature() -> None:
    """A key that may not sign makes none, nor does a version that may make nothing new."""
    keys = await Keys.new(e="ecdsa-p256")
    await keys.make("quiet", type="ecdsa-p256", allowed_operations="verify")
    with pytest.raises(InvalidRequest, match='don\'t include "sign"'):
        await keys.write("keys/quiet/csr")
    await keys.write("keys/e/rotate")
    assert (await keys.write("keys/e/csr", version=1))["csr"]
    await keys.write("keys/e/config", min_encryption_version=2)
    with pytest.raises(InvalidRequest, match="less than the minimum encryption key version"):
        await keys.write("keys/e/csr", version=1)


async def test_a_certificate_request_is_for_the_version_that_the_last_attempt_finds() -> None:
    """A key that is rotated meanwhile makes no request for a version that the answer doesn't mean."""
    keys = await Keys.new(e="ecdsa-p256")
    found: list[str] = []

    async def body(txn: Transaction) -> None:
        response = await keys.mount.run(txn, Operation.UPDATE, "keys/e/csr", {})
        assert response is not None
        found.append((response.data or {})["csr"])
        if len(found) == 1:
            await keys.write("keys/e/rotate")
            View(txn, keys.mount.prefix).write("config", TransitConfig())  # a commit sees what has changed

    await transact(keys.mount.barrier, body)
    public = x509.load_pem_x509_csr(found[-1].encode()).public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    shown = (await keys.read("keys/e"))["keys"]
    assert len(found) == 2
    assert pem.strip() == shown["2"]["public_key"].strip()
