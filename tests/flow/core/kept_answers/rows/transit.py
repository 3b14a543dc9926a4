"""Keys of transit, and what they compute without chance."""

from __future__ import annotations

from tests.flow.core.kept_answers.rows.world import Call, Row, Subject, World

_INPUT = {"input": "dGV4dA=="}


async def prepare(world: World) -> None:
    """Keys, and what they have made."""
    for mount in ("transit", "hash1", "hash2"):
        await world.ok("POST", f"sys/mounts/{mount}", {"type": "transit"})
    for name, type_ in (("k", ""), ("a", ""), ("b", ""), ("c", ""), ("mac", "aes256-cmac"), ("ed", "ed25519")):
        await world.ok("POST", f"transit/keys/{name}", {"type": type_} if type_ else {})
    await world.ok("GET", "transit/wrapping_key")
    encrypted = await world.ok("POST", "transit/encrypt/a", {"plaintext": "dGV4dA=="})
    world.names["encrypted"] = encrypted.body["data"]["ciphertext"]
    for name in ("b", "c"):
        world.names[name] = (await world.ok("POST", f"transit/hmac/{name}", _INPUT)).body["data"]["hmac"]
    for name in "abc":
        await world.ok(*_rotated(name))


def _rotated(name: str) -> Call:
    return "POST", f"transit/keys/{name}/rotate", {}


def _forgotten(name: str) -> Call:
    """The first version may be used no more."""
    return "POST", f"transit/keys/{name}/config", {"min_decryption_version": 2}


SUBJECT = Subject(
    prepare,
    {
        "transit list keys": Row("transit/keys", ("POST", "transit/keys/other", {})),
        "transit read keys/{name}": Row("transit/keys/k", _rotated("k")),
        "transit update hmac/{name}": Row("transit/hmac/k", _rotated("k"), _INPUT),
        "transit update hmac/{name}/{urlalgorithm*}": Row("transit/hmac/k/sha2-512", _rotated("k"), _INPUT),
        "transit update cmac/{name}": Row("transit/cmac/mac", _rotated("mac"), _INPUT),
        "transit update cmac/{name}/{url_mac_length}": Row("transit/cmac/mac/8", _rotated("mac"), _INPUT),
        "transit update sign/{name}": Row("transit/sign/ed", _rotated("ed"), _INPUT),
        "transit update sign/{name}/{urlalgorithm*}": Row("transit/sign/ed/sha2-512", _rotated("ed"), _INPUT),
        "transit update hash": Row("hash1/hash", ("DELETE", "sys/mounts/hash1", None), _INPUT),
        "transit update hash/{urlalgorithm*}": Row("hash2/hash/sha2-512", ("DELETE", "sys/mounts/hash2", None), _INPUT),
        "transit update decrypt/{name}": Row("transit/decrypt/a", _forgotten("a"), {"ciphertext": "{encrypted}"}),
        "transit update verify/{name}": Row("transit/verify/b", _forgotten("b"), _INPUT | {"hmac": "{b}"}),
        "transit update verify/{name}/{urlalgorithm*}": Row(
            "transit/verify/c/sha2-256", _forgotten("c"), _INPUT | {"hmac": "{c}"}
        ),
        "transit read wrapping_key": Row("transit/wrapping_key", ("DELETE", "sys/mounts/transit", None)),
    },
)
