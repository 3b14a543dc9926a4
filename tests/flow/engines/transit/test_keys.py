"""Keys are made, read and listed."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import pytest

from strongroom.crypto.asymmetric import formats
from strongroom.crypto.asymmetric.ed25519 import Ed25519Key
from strongroom.crypto.post_quantum import has_slh_dsa
from strongroom.engines.transit import Transit
from strongroom.testing.server import PluginServer
from tests.flow.engines.transit.mounts import base64

ENCRYPTS = {"supports_encryption": True, "supports_decryption": True}
SIGNS = {"supports_encryption": False, "supports_decryption": False, "supports_signing": True}
NOTHING = {"supports_encryption": False, "supports_decryption": False, "supports_derivation": False}
NO_DERIVATION = {"supports_derivation": False}
FRESH = {
    "name": "k",
    "latest_version": 1,
    "min_available_version": 0,
    "min_decryption_version": 1,
    "min_encryption_version": 0,
    "derived": False,
    "exportable": False,
    "allow_plaintext_backup": False,
    "deletion_allowed": False,
    "soft_deleted": False,
    "auto_rotate_period": 0,
    "imported_key": False,
    "supports_encryption": True,
    "supports_decryption": True,
    "supports_signing": False,
    "supports_derivation": True,
}
"""What the reference server says of a new key; each row below names what differs."""

SYMMETRIC = ["aes128-gcm96", "aes256-gcm96", "chacha20-poly1305", "xchacha20-poly1305", "aes128-cbc", "aes256-cbc"]
ASYMMETRIC: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("rsa-2048", {}, "rsa-2048", {"supports_signing": True, **NO_DERIVATION}),
    ("rsa-3072", {}, "rsa-3072", {"supports_signing": True, **NO_DERIVATION}),
    ("rsa-4096", {}, "rsa-4096", {"supports_signing": True, **NO_DERIVATION}),
    ("ecdsa-p256", {}, "P-256", {**SIGNS, **NO_DERIVATION}),
    ("ecdsa-p384", {}, "P-384", {**SIGNS, **NO_DERIVATION}),
    ("ecdsa-p521", {}, "P-521", {**SIGNS, **NO_DERIVATION}),
    ("ed25519", {}, "ed25519", SIGNS),
    ("mldsa-44", {}, "mldsa-44", {**SIGNS, **NO_DERIVATION}),
    ("mldsa-65", {"parameter_set": "65"}, "mldsa-65", {**SIGNS, **NO_DERIVATION}),
    ("ml-dsa", {"parameter_set": "87"}, "ml-dsa-87", {**SIGNS, **NO_DERIVATION, "parameter_set": "87"}),
]


async def served() -> PluginServer:
    """A server with a mount of the engine."""
    return await PluginServer.start(Transit)


@pytest.mark.parametrize("name", SYMMETRIC)
async def test_a_symmetric_key_is_read_as_it_was_made(name: str) -> None:
    """Creating answers what a read does: the settings, and when each version was made, in seconds."""
    server = await served()
    made = await server.ok("POST", "transit/keys/k", {"type": name})
    assert made.data == {**FRESH, "type": name, "keys": {"1": int(server.clock.now())}}
    assert (await server.ok("GET", "transit/keys/k")).data == made.data


@pytest.mark.parametrize(("name", "settings", "version_name", "differs"), ASYMMETRIC)
async def test_an_asymmetric_key_shows_its_public_part(
    name: str, settings: dict[str, Any], version_name: str, differs: dict[str, Any]
) -> None:
    """A read shows the public key: RSA and ECDSA in PEM, the others raw in base64.  The type is spelt as it was."""
    server = await served()
    made = await server.ok("POST", "transit/keys/k", {"type": name, **settings})
    version = made.data["keys"].pop("1")
    assert made.data == {**FRESH, "type": name, **differs, "keys": {}}
    assert version.keys() == {"name", "public_key", "creation_time", "certificate_chain"}
    assert version["name"] == version_name
    assert version["certificate_chain"] == ""
    if name.startswith(("rsa", "ecdsa")):
        assert version["public_key"].startswith("-----BEGIN PUBLIC KEY-----\n")
        assert version["public_key"].endswith("\n-----END PUBLIC KEY-----\n")
    else:
        sizes = {"ed25519": 32, "mldsa-44": 1312, "mldsa-65": 1952, "ml-dsa": 2592}
        assert len(b64decode(version["public_key"])) == sizes[name]


@pytest.mark.skipif(not has_slh_dsa(), reason="the package pqcrypto isn't installed")
async def test_an_slh_dsa_key_is_named_by_its_parameter_set() -> None:
    """A key of type `slh-dsa` has its parameter set, and shows its raw public key."""
    server = await served()
    made = await server.ok("POST", "transit/keys/k", {"type": "slh-dsa", "parameter_set": "slh-dsa-sha2-128f"})
    version = made.data["keys"].pop("1")
    differs = {**SIGNS, **NO_DERIVATION, "parameter_set": "slh-dsa-sha2-128f"}
    assert made.data == {**FRESH, "type": "slh-dsa", **differs, "keys": {}}
    assert version["name"] == "slh-dsa-sha2-128f"
    assert len(b64decode(version["public_key"])) == 32


@pytest.mark.parametrize("curve", ["ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "ed25519"])
async def test_a_hybrid_key_shows_both_of_its_public_parts(curve: str) -> None:
    """A key of type `hybrid` names its halves, and shows the public key of each."""
    server = await served()
    settings = {"parameter_set": "65", "hybrid_key_type_pqc": "ml-dsa", "hybrid_key_type_ec": curve}
    made = await server.ok("POST", "transit/keys/k", {"type": "hybrid", **settings})
    version = made.data["keys"].pop("1")
    assert made.data == {**FRESH, "type": "hybrid", **SIGNS, **NO_DERIVATION, **settings, "keys": {}}
    assert version["name"] == f"ml-dsa-65+{curve}"
    assert len(b64decode(version["public_key"])) == 1952
    assert version["hybrid_public_key"].startswith("-----BEGIN" if curve != "ed25519" else "")


@pytest.mark.parametrize(("settings", "size"), [({"key_size": 64}, 64), ({}, 32), ({"key_size": 0}, 32)])
async def test_an_hmac_key_shows_its_size_and_no_versions(settings: dict[str, int], size: int) -> None:
    """A key of type `hmac` has 32 bytes unless told otherwise."""
    server = await served()
    made = await server.ok("POST", "transit/keys/k", {"type": "hmac", **settings})
    assert made.data == {**FRESH, "type": "hmac", **NOTHING, "key_size": size}


@pytest.mark.parametrize("name", ["aes128-cmac", "aes192-cmac", "aes256-cmac"])
async def test_a_cmac_key_supports_none_of_the_rest(name: str) -> None:
    """A key for CMAC neither encrypts nor signs."""
    server = await served()
    made = await server.ok("POST", "transit/keys/k", {"type": name})
    assert made.data == {**FRESH, "type": name, **NOTHING, "keys": {"1": int(server.clock.now())}}


@pytest.mark.parametrize("convergent", [False, True])
async def test_a_derived_key_says_how_it_is_derived(convergent: bool) -> None:
    """A derived key names the function, and a convergent one the version of its scheme."""
    server = await served()
    made = await server.ok("POST", "transit/keys/k", {"derived": True, "convergent_encryption": convergent})
    expected = {"derived": True, "kdf": "hkdf_sha256", "convergent_encryption": convergent}
    if convergent:
        expected["convergent_encryption_version"] = -1
    keys = {"1": int(server.clock.now())}
    assert made.data == {**FRESH, "type": "aes256-gcm96", "keys": keys, **expected}


async def test_a_derived_public_key_is_shown_for_a_context() -> None:
    """Each context has a public key of its own, always the same; without a context none is shown."""
    server = await served()
    await server.ok("POST", "transit/keys/k", {"type": "ed25519", "derived": True})

    async def public(query: str) -> str:
        reply = await server.ok("GET", f"transit/keys/k{query}")
        return str(reply.data["keys"]["1"]["public_key"])

    one, other = f"?context={base64('one')}", f"?context={base64('other')}"
    assert await public("") == ""
    assert await public(one) == await public(one)
    assert await public(one) != await public(other)
    refused = await server.ask("GET", "transit/keys/k?context=!")
    assert (refused.status, refused.error) == (400, "failed to base64-decode context")


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"type": "nope"}, "unknown key type nope"),
    ({"type": ""}, "unknown key type "),
    ({"type": "aes192-gcm96"}, "unknown key type aes192-gcm96"),
    ({"type": "managed_key", "managed_key_name": "x"}, "managed and external keys live in other hardware"),
    ({"type": "managed_key"}, "keys of type managed_key live in other hardware"),
    ({"type": "external-key"}, "keys of type external-key live in other hardware"),
    ({"external_key_ref": "a:b"}, "managed and external keys live in other hardware"),
    ({"managed_key_id": "x"}, "managed and external keys live in other hardware"),
    ({"convergent_encryption": True}, "convergent encryption requires derivation to be enabled"),
    (
        {"type": "rsa-2048", "derived": True},
        "key derivation and convergent encryption not supported for keys of type rsa-2048",
    ),
    ({"type": "hmac", "derived": True}, "not supported for keys of type hmac"),
    (
        {"type": "ed25519", "derived": True, "convergent_encryption": True},
        "convergent encryption not supported for keys of type ed25519",
    ),
    ({"type": "hmac", "key_size": 31}, "invalid key_size 31"),
    ({"type": "hmac", "key_size": 513}, "invalid key_size 513"),
    ({"type": "hmac", "key_size": -1}, "invalid key_size -1"),
    ({"key_size": 32}, "key_size is not valid for algorithm aes256-gcm96"),
    ({"auto_rotate_period": "59m59s"}, "auto rotate period must be 0 to disable or at least an hour"),
    ({"auto_rotate_period": -3600}, "cannot provide negative value '-3600'"),
    ({"auto_rotate_period": "soon"}, 'invalid duration "soon"'),
    ({"type": "ml-dsa"}, 'invalid parameter set "" for key type ml-dsa'),
    ({"type": "ml-dsa", "parameter_set": "45"}, 'invalid parameter set "45" for key type ml-dsa'),
    ({"type": "mldsa-44", "parameter_set": "65"}, "key type mldsa-44 contradicts parameter_set 65"),
    ({"type": "slh-dsa", "parameter_set": "slh-dsa-shake-128"}, 'invalid parameter set "slh-dsa-shake-128"'),
    ({"type": "ed25519", "parameter_set": "44"}, "parameter_set is not valid for key type ed25519"),
    ({"type": "hybrid", "parameter_set": "44"}, 'invalid hybrid_key_type_pqc ""'),
    (
        {
            "type": "hybrid",
            "parameter_set": "44",
            "hybrid_key_type_pqc": "ml-dsa",
            "hybrid_key_type_ec": "rsa-2048",
        },
        'invalid hybrid_key_type_ec "rsa-2048"',
    ),
    ({"hybrid_key_type_ec": "ed25519"}, "hybrid_key_type_ec are not valid for key type aes256-gcm96"),
    ({"allowed_operations": []}, "allowed_operations is empty"),
    ({"allowed_operations": "encrypt,fly"}, "allowed_operations has no fly"),
]


@pytest.mark.parametrize(("settings", "text"), REFUSED)
async def test_settings_that_no_key_has_are_refused(settings: dict[str, Any], text: str) -> None:
    """Each is a 400 that says what is wrong, and leaves no key behind."""
    server = await served()
    reply = await server.ask("POST", "transit/keys/k", settings)
    assert reply.status == 400
    assert text in reply.error
    assert (await server.ask("GET", "transit/keys/k")).status == 404


@pytest.mark.parametrize("name", ["-a", "a-", "a.", ".a", "a@b", "a b", "ü", "a" * 513])
async def test_a_name_that_no_key_can_have_is_no_path(name: str) -> None:
    """As at the reference server, such a name is a 404."""
    server = await served()
    for method in ("GET", "POST", "DELETE"):
        assert (await server.ask(method, f"transit/keys/{name}", {} if method == "POST" else None)).status == 404


async def test_a_key_that_exists_stays_as_it_is() -> None:
    """Creating it again answers the key, and warns about settings that it has otherwise."""
    server = await served()
    made = await server.ok("POST", "transit/keys/k", {"type": "ed25519"})
    again = await server.ok("POST", "transit/keys/k", {"type": "ed25519"})
    assert (again.data, again.body["warnings"]) == (made.data, None)
    other = await server.ok("POST", "transit/keys/k", {"type": "rsa-2048", "exportable": True, "derived": False})
    assert other.data == made.data
    assert other.body["warnings"] == [
        'key "k" exists already and stays as it is: type, exportable of this request had no effect'
    ]


async def test_keys_are_listed_in_order_and_by_pages() -> None:
    """Names are sorted by their bytes; a page begins after any name; nothing left is a 404."""
    server = await served()
    assert (await server.ask("LIST", "transit/keys")).status == 404
    for name in ("b", "A", "_x", "a"):
        await server.ok("POST", f"transit/keys/{name}", {})
    await server.ok("DELETE", "transit/keys/b/soft-delete")
    assert (await server.ok("LIST", "transit/keys")).data == {"keys": ["A", "_x", "a", "b"]}
    assert (await server.ok("GET", "transit/keys?list=true&after=B&limit=2")).data == {"keys": ["_x", "a"]}
    assert (await server.ok("GET", "transit/keys?list=true&limit=-1")).data == {"keys": ["A", "_x", "a", "b"]}
    assert (await server.ask("GET", "transit/keys?list=true&after=b")).status == 404


async def test_a_policy_of_updates_makes_keys() -> None:
    """As at the reference server, `update` is what every path of a key needs, also for a new one."""
    server = await served()
    token = await server.token('path "transit/keys/*" { capabilities = ["update"] }')
    assert (await server.ask("POST", "transit/keys/k", {}, token=token)).status == 200
    assert (await server.ask("POST", "transit/keys/k/rotate", {}, token=token)).status == 200
    assert (await server.ask("GET", "transit/keys/k", token=token)).status == 403


@pytest.mark.parametrize("endpoint", ["", "/import"])
async def test_a_policy_of_creations_makes_new_keys_alone(endpoint: str) -> None:
    """`create` is enough for a key that there isn't, and for no other, nor for anything that is done with one."""
    server = await served()
    public = formats.public_pem(Ed25519Key.generate())
    body = {"type": "ed25519", **({"public_key": public} if endpoint else {})}
    token = await server.token('path "transit/*" { capabilities = ["create"] }')
    made = await server.ask("POST", f"transit/keys/k{endpoint}", body, token=token)
    assert made.status in (200, 204), made.body
    for path in ("keys/k", "keys/k/import", "keys/k/import_version", "keys/k/config", "keys/k/rotate", "sign/k"):
        assert (await server.ask("POST", f"transit/{path}", body, token=token)).status == 403, path
    denied = await server.token(
        'path "transit/keys/*" { capabilities = ["create"] } path "transit/keys/hidden" { capabilities = ["deny"] }'
    )
    assert (await server.ask("POST", "transit/keys/hidden", {}, token=denied)).status == 403
    bounded = await server.token(
        'path "transit/keys/*" { capabilities = ["create", "update"] denied_parameters = { "exportable" = ["true"] } }'
    )
    assert (await server.ask("POST", "transit/keys/x", {"exportable": True}, token=bounded)).status == 403


async def test_an_unknown_field_is_told() -> None:
    """A misspelt setting is warned about."""
    server = await served()
    reply = await server.ok("POST", "transit/keys/k", {"exportible": True})
    assert "Endpoint ignored these unrecognized parameters: [exportible]" in reply.body["warnings"]


async def test_only_allowed_types_are_made() -> None:
    """`allowed_key_types` of `config/keys` refuses keys of other types; `*` allows all again."""
    server = await served()
    allowed = {"allowed_key_types": ["ed25519", "aes256-gcm96"]}
    reply = await server.ok("POST", "transit/config/keys", allowed)
    assert reply.data == {"disable_upsert": False, "allowed_key_types": ["aes256-gcm96", "ed25519"]}
    refused = await server.ask("POST", "transit/keys/k", {"type": "rsa-2048"})
    assert refused.status == 400
    assert 'keys of type "rsa-2048" may not be made here' in refused.error
    await server.ok("POST", "transit/keys/k", {"type": "ed25519"})
    assert (await server.ok("POST", "transit/config/keys", {"allowed_key_types": "*"})).data == {
        "disable_upsert": False
    }
    await server.ok("POST", "transit/keys/r", {"type": "rsa-2048"})
    for wrong in ([], ["nope"]):
        assert (await server.ask("POST", "transit/config/keys", {"allowed_key_types": wrong})).status == 400


async def test_settings_of_the_mount_stay_unless_given() -> None:
    """`config/keys` and `cache-config` answer what they keep, and refuse a cache of 1 to 9."""
    server = await served()
    assert (await server.ok("GET", "transit/config/keys")).data == {"disable_upsert": False}
    assert (await server.ok("POST", "transit/config/keys", {"disable_upsert": True})).data == {"disable_upsert": True}
    for body in ({}, {"disable_upsert": None}, {"allowed_key_types": None}):
        assert (await server.ok("POST", "transit/config/keys", body)).data == {"disable_upsert": True}
    assert (await server.ok("GET", "transit/config/keys")).data == {"disable_upsert": True}
    assert (await server.ok("GET", "transit/cache-config")).data == {"size": 0}
    assert (await server.ok("POST", "transit/cache-config", {"size": 10})).data == {"size": 10}
    for size in (1, 9, -1):
        assert (await server.ask("POST", "transit/cache-config", {"size": size})).status == 400
    assert (await server.ok("GET", "transit/cache-config")).data == {"size": 10}
    assert (await server.ok("GET", "transit/config/keys")).data == {"disable_upsert": True}
