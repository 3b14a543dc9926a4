"""What is kept is bounded, and says nothing that a memory image should not."""

from __future__ import annotations

import math

import pytest

from strongroom.barrier.barrier import CACHE_BYTES
from strongroom.barrier.cache import Cache
from strongroom.barrier.derived import Basis, Derived
from tests.flow.core import repeats
from tests.flow.core.kept import Kept
from tests.flow.core.kept_answers.beside import count
from tests.flow.core.reach import reached


async def test_no_token_and_no_secret_in_clear() -> None:
    """Of all that is reached from what is kept; paths are there, as they are in the keys of rows."""
    kept = await Kept.start()
    node = await kept.node.audited()
    await node.ok("POST", "kv/a", {"value": "canary-secret"})
    token, other = await kept.token(), await kept.token()
    node.clock.advance(0.4)
    await repeats.kept(node, "GET", "kv/a", None, token)
    await repeats.kept(node, "POST", "auth/token/lookup", {"token": other})
    await repeats.kept(node, "GET", "sys/policy/reads", None)
    services = node.node.unsealed
    assert services is not None
    assert node.application.repeats is not None
    texts = b"\0".join(reached([services.barrier.cache.answers, node.application.repeats._came]))
    for canary in (b"canary-secret", token.encode(), other.encode(), node.root.encode(), b"capabilities ="):
        assert canary not in texts
    assert count(node) == 3


@pytest.mark.parametrize("shown", ["audit_non_hmac_request_keys", "audit_non_hmac_response_keys"])
async def test_no_field_in_clear_that_a_mount_shows_in_the_log(shown: str) -> None:
    """Of an answer whose entries would have one nothing is kept; another one of that mount is kept."""
    node = await (await Kept.start()).node.audited()
    await node.ok("POST", "kv/a", {"value": "canary-secret"})
    await node.ok("POST", "kv/b", {"other": "b"})
    await node.ok("POST", "sys/mounts/kv/tune", {shown: ["value"]})
    query = "?value=canary-parameter" if "request" in shown else ""
    for _ in range(4):
        assert not await repeats.is_repeated(node, "GET", f"kv/a{query}", None)
    services = node.node.unsealed
    assert services is not None
    assert b"canary-" not in b"\0".join(reached(services.barrier.cache.answers))
    await repeats.kept(node, "GET", "kv/b", None)


async def test_no_secret_of_an_entry_in_clear() -> None:
    """What devices keep for later entries has no value of a secret, no password and no parameter, however short."""
    kept = await Kept.start()
    node = await kept.node.audited()
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await node.ok("POST", "auth/userpass/users/ann", {"password": "canary-password"})
    await node.ok("POST", "auth/userpass/login/ann", {"password": "canary-password"}, "")
    await node.ok("POST", "kv/a", {"value": "canary-secret"})
    for _ in range(3):
        await node.ok("GET", "kv/a")
    services = node.node.unsealed
    assert services is not None
    channels = services.audit._channels.values()
    texts = b"\0".join(text for each in channels for text in reached(vars(each)))
    assert b"hmac-sha256:" in texts, "those of tokens are kept"
    assert b"canary-" not in texts


@pytest.mark.parametrize(("path", "token"), [("sys/seal-status", ""), ("kv/a", None)])
async def test_a_request_that_comes_once_evicts_nothing(path: str, token: str | None) -> None:
    """Whoever may ask: a stranger about the server itself, or a token.  The second request of a name is kept."""
    node = (await Kept.start()).node
    for number in range(5):
        await repeats.ask(node, "GET", f"{path}?n={number}", None, token)
    assert count(node) == 0
    await repeats.kept(node, "GET", f"{path}?n=0", None, token)
    assert count(node) == 1


async def test_one_client_evicts_no_decision() -> None:
    """70,000 answers are more than the bound: the oldest go, and nothing of another kind."""
    kept = await Kept.start()
    token = await kept.token()
    await kept.remembered(token)
    await repeats.kept(kept.node, "GET", "kv/a", None, token)
    services = kept.node.node.unsealed
    assert services is not None
    cache, before = services.barrier.cache, kept.names()
    for number in range(70_000):
        cache.keep_answer(number.to_bytes(32, "big"), Derived(b"", Basis({f"row {number}": 1}, frozenset())), 100)
    assert len(cache.answers) <= 65_536
    assert cache.answers._bytes <= CACHE_BYTES // 2
    assert kept.names() == before != []
    assert not await repeats.is_repeated(kept.node, "GET", "kv/a", None, token), "it was the oldest one"
    assert await repeats.is_repeated(kept.node, "GET", "kv/a", None, token)


def test_large_answers_are_counted_by_their_bytes() -> None:
    """What is known of each as its size counts, and what it was made from."""
    cache = Cache(4 * 1024 * 1024)
    for number in range(100):
        derived = Derived(b"", Basis({"row": 1}, frozenset()), until=math.inf)
        cache.keep_answer(number.to_bytes(32, "big"), derived, 60_000)
    assert len(cache.answers) == 2 * 1024 * 1024 // (60_000 + 403)
    cache.changed(1, ["row"])
    assert (len(cache.answers), cache.answers._bytes, cache.answers._by_key) == (0, 0, {})


async def test_large_answers_are_not_kept() -> None:
    """Those of a turn are in memory together."""
    kept = await Kept.start()
    await kept.node.ok("POST", "kv/a", {"value": "x" * 70_000})
    for _ in range(5):
        assert not await repeats.is_repeated(kept.node, "GET", "kv/a", None)
    assert count(kept.node) == 0


async def test_strangers_are_noted_first() -> None:
    """Who asks for something else each time without a token leaves nothing but a bounded number of digests."""
    kept = await Kept.start()
    node = kept.node
    await node.ok("POST", "sys/mounts/ssh", {"type": "ssh"})
    await node.ok("POST", "ssh/config/ca", {"generate_signing_key": True, "key_type": "ed25519"})
    for number in range(20):
        await repeats.ask(node, "GET", "ssh/public_key", None, "", headers={"x-number": str(number)})
    assert count(node) == 0
    assert node.application.repeats is not None
    assert len(node.application.repeats._came) == 20


@pytest.mark.parametrize("type_", ["ecdsa-p256", "ml-dsa", "ed25519"])
async def test_a_signature_is_given_again_only_if_it_is_a_function_of_key_and_input(type_: str) -> None:
    """One that is drawn at random is another one each time."""
    node = await (await Kept.start()).node.audited()
    await node.ok("POST", "sys/mounts/transit", {"type": "transit"})
    await node.ok("POST", "transit/keys/k", {"type": type_, **({"parameter_set": "44"} if type_ == "ml-dsa" else {})})
    asked = ("POST", "transit/sign/k", {"input": "dGV4dA=="})
    answers = [(await repeats.ask(node, *asked)).body["data"]["signature"] for _ in range(4)]
    assert await repeats.is_repeated(node, *asked) is (type_ == "ed25519")
    assert len(set(answers)) == (1 if type_ == "ed25519" else 4)
