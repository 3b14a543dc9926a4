"""Which signed requests are refused, and with which problem."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import josepy
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from strongroom.sdk import Operation
from tests.flow.engines.pki.acme.clients import URL, Acme, Client, encoded, jws, new_key, registered


@pytest.mark.parametrize("operation, status", [(Operation.HEADER, 200), (Operation.READ, 204)])
async def test_nonces_come_in_a_header(operation: Operation, status: int) -> None:
    """HEAD and GET of new-nonce answer with their own status, a fresh nonce, and where the directory is."""
    server = await Acme.new()
    first, second = await server.get("acme/new-nonce", operation), await server.get("acme/new-nonce", operation)
    assert (first.status, first.content) == (status, b"")
    assert first.headers["Replay-Nonce"] != second.headers["Replay-Nonce"]
    assert first.links == [f'<{URL}/acme/directory>;rel="index"']


async def test_a_nonce_counts_once() -> None:
    """A request that is sent again is refused with a fresh nonce, which then counts."""
    client = await registered()
    body = await client.signed("orders", None)
    assert (await client.server.send("acme/orders", body)).status == 200
    again = await client.server.send("acme/orders", body)
    assert (again.status, again.problem) == (400, "badNonce")
    fresh = await client.signed("orders", None, header={"nonce": again.headers["Replay-Nonce"]})
    assert (await client.server.send("acme/orders", fresh)).status == 200


async def test_of_many_at_once_one_uses_the_nonce() -> None:
    """Of twenty requests with one nonce, sent at the same time, one is served."""
    client = await registered()
    bodies = [await client.signed("orders", None)] * 20
    answers = await asyncio.gather(*(client.server.send("acme/orders", body) for body in bodies))
    assert sorted(answer.status for answer in answers) == [200, *[400] * 19]


async def test_an_old_nonce_is_refused_and_forgotten() -> None:
    """After an hour a nonce doesn't count any more, and the rows of those that were used are removed."""
    client = await registered()
    mount = client.server.mount
    body = await client.signed("orders", None)
    assert any(row.startswith("acme/used/") for row in await mount.rows())
    mount.clock.advance(3700)
    assert (await client.server.send("acme/orders", body)).problem == "badNonce"


HEADERS: dict[str, tuple[dict[str, Any], str]] = {
    "no nonce": ({"nonce": None}, "badNonce"),
    "a nonce of another server": ({"nonce": encoded(b"x" * 32)}, "badNonce"),
    "a nonce that is no text": ({"nonce": 7}, "badNonce"),
    "another url": ({"url": f"{URL}/acme/new-order"}, "unauthorized"),
    "no url": ({"url": None}, "malformed"),
    "no algorithm": ({"alg": "none"}, "badSignatureAlgorithm"),
    "a shared key": ({"alg": "HS256"}, "badSignatureAlgorithm"),
    "another curve": ({"alg": "ES384"}, "badSignatureAlgorithm"),
    "an algorithm that is a list": ({"alg": ["ES256"]}, "badSignatureAlgorithm"),
    "both key and account": ({"jwk": new_key().public_key().to_json()}, "malformed"),
    "neither key nor account": ({"kid": None}, "malformed"),
    "an unknown account": ({"kid": f"{URL}/acme/account/nobody"}, "accountDoesNotExist"),
    "an account elsewhere": ({"kid": "https://other.example/acme/account/1"}, "accountDoesNotExist"),
    "demanded extensions": ({"crit": ["b64"], "b64": False}, "malformed"),
}


@pytest.mark.parametrize("changed, problem", HEADERS.values(), ids=HEADERS.keys())
async def test_protected_headers(changed: dict[str, Any], problem: str) -> None:
    """A protected header that says something else than it must is refused, and every refusal brings a nonce."""
    client = await registered()
    answer = await client.post("orders", None, header=changed)
    assert answer.problem == problem
    assert answer.headers["Replay-Nonce"]


BODIES: dict[str, Any] = {
    "nothing": {},
    "texts that are none": {"protected": "", "payload": "", "signature": ""},
    "no base64url": {"protected": "e30=", "payload": "", "signature": "AA"},
    "a header that is a list": {"protected": encoded(b"[]"), "payload": "", "signature": "AA"},
    "a name twice": {"protected": encoded(b'{"alg":"ES256","alg":"none"}'), "payload": "", "signature": "AA"},
    "members that are none": {"protected": {}, "payload": [], "signature": 5},
    "deep nesting": {"protected": encoded(b'{"a":' * 99 + b"1" + b"}" * 99), "payload": "", "signature": "AA"},
    "too long": {"protected": "A" * 10_000, "payload": "", "signature": "AA"},
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
async def test_bodies_that_are_no_signature(body: dict[str, Any]) -> None:
    """What is no JWS is malformed."""
    client = await registered()
    assert (await client.server.send("acme/orders", body)).problem == "malformed"


@pytest.mark.parametrize("member", ["header", "signatures"])
async def test_members_that_a_flattened_signature_must_not_have(member: str) -> None:
    """Unprotected headers and several signatures are refused."""
    client = await registered()
    body = await client.signed("orders", None)
    assert (await client.server.send("acme/orders", {**body, member: [{}]})).problem == "malformed"


async def test_another_key_than_that_of_the_account() -> None:
    """A request in the name of an account, signed by another key, is refused and uses no nonce."""
    client = await registered()
    nonce = await client.server.nonce()
    assert (await client.post("orders", None, key=new_key(), header={"nonce": nonce})).problem == "malformed"
    assert (await client.post("orders", None, header={"nonce": nonce})).status == 200


async def test_an_altered_payload() -> None:
    """A payload that isn't the one that was signed is refused."""
    client = await registered()
    body = await client.signed("new-order", {"identifiers": [{"type": "dns", "value": "a.example"}]})
    other = encoded(json.dumps({"identifiers": [{"type": "dns", "value": "b.example"}]}).encode())
    assert (await client.server.send("acme/new-order", {**body, "payload": other})).problem == "malformed"


KEYS: dict[str, tuple[Any, josepy.jwa.JWASignature, str]] = {
    "P-256": (josepy.JWKEC(key=ec.generate_private_key(ec.SECP256R1())), josepy.ES256, ""),
    "P-384": (josepy.JWKEC(key=ec.generate_private_key(ec.SECP384R1())), josepy.ES384, ""),
    "P-521": (josepy.JWKEC(key=ec.generate_private_key(ec.SECP521R1())), josepy.ES512, ""),
    "RSA": (josepy.JWKRSA(key=rsa.generate_private_key(65537, 2048)), josepy.RS256, ""),
    "short RSA": (josepy.JWKRSA(key=rsa.generate_private_key(65537, 1024)), josepy.RS256, "badPublicKey"),
}


@pytest.mark.parametrize("key, algorithm, problem", KEYS.values(), ids=KEYS.keys())
async def test_keys_of_accounts(key: Any, algorithm: josepy.jwa.JWASignature, problem: str) -> None:
    """Accounts have keys of the accepted types, and of no weak ones."""
    client = Client(await Acme.new(), key=key)
    answer = await client.post("new-account", {}, algorithm=algorithm)
    assert (answer.status, answer.problem) == (400, problem) if problem else answer.status == 201


async def test_ed25519() -> None:
    """Accounts may have keys of Ed25519."""
    server, key = await Acme.new(), ed25519.Ed25519PrivateKey.generate()
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": encoded(key.public_key().public_bytes_raw())}
    header = {"alg": "EdDSA", "jwk": jwk, "url": f"{URL}/acme/new-account", "nonce": await server.nonce()}
    protected, payload = encoded(json.dumps(header).encode()), encoded(b"{}")
    signature = encoded(key.sign(f"{protected}.{payload}".encode()))
    answer = await server.send("acme/new-account", {"protected": protected, "payload": payload, "signature": signature})
    assert answer.status == 201


async def test_a_private_key_is_refused() -> None:
    """A client that shows its private key gets no account."""
    client = Client(await Acme.new())
    answer = await client.post("new-account", {}, header={"jwk": client.key.to_json()})
    assert answer.problem == "badPublicKey"


async def test_resources_are_only_read_by_signed_requests() -> None:
    """An order has no GET, so that nobody reads what others have ordered."""
    client = await registered()
    order = await client.order("a.example")
    from strongroom.lib.errors import UnsupportedOperation

    with pytest.raises(UnsupportedOperation):
        await client.server.get(order.headers["Location"].removeprefix(f"{URL}/"))


def test_the_client_of_these_tests_signs() -> None:
    """What the tests' client makes is what josepy verifies."""
    key = new_key()
    body = jws(key, {"alg": "ES256"}, {"a": 1}, josepy.ES256)
    message = f"{body['protected']}.{body['payload']}".encode()
    signature = josepy.b64.b64decode(body["signature"])
    assert josepy.ES256.verify(key.public_key().key, message, signature)
