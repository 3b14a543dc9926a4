"""What failed requests leave in memory: nothing, without the garbage collector.

That one runs after many thousand new objects.  A request has few, and up to 32 MB.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest

from strongroom.engines.transit import Transit
from strongroom.testing.server import PluginServer

_TEXT = "QUJD" * 100
_BAD = _TEXT + "*"


async def started() -> PluginServer:
    """A server with a transit mount and keys."""
    server = await PluginServer.start(Transit)
    for type_ in ("aes256-gcm96", "ecdsa-p256", "rsa-2048"):
        await server.ok("POST", f"transit/keys/{type_}", {"type": type_})
    return server


@pytest.fixture
def no_collections() -> Iterator[None]:
    """No garbage collection but those that the test asks for."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collections")
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "nowhere/x", {"value": _TEXT}),
        ("GET", "secret/none", None),
        ("PUT", "sys/policies/acl/x", {"policy": "}"}),
        ("POST", "auth/token/lookup", {"token": "none"}),
        ("POST", "sys/wrapping/unwrap", {"token": "none"}),
        ("POST", "transit/hmac/none", {"input": _TEXT}),
        ("POST", "transit/hash", {"input": _BAD}),
        ("POST", "transit/encrypt/aes256-gcm96", {"plaintext": _BAD}),
        ("POST", "transit/decrypt/aes256-gcm96", {"ciphertext": "vault:v1:" + _TEXT}),
        ("POST", "transit/encrypt/rsa-2048", {"plaintext": _TEXT}),
        ("POST", "transit/restore", {"backup": _TEXT}),
        ("POST", "transit/keys/new/import", {"ciphertext": _TEXT}),
        ("POST", "transit/encrypt/aes256-gcm96", {"batch_input": [{"plaintext": _BAD}, {"plaintext": _TEXT}]}),
        ("POST", "transit/decrypt/aes256-gcm96", {"batch_input": [{"ciphertext": "vault:v1:" + _TEXT}]}),
        ("POST", "transit/verify/ecdsa-p256", {"batch_input": [{"input": _TEXT, "signature": "vault:v1:" + _TEXT}]}),
        ("POST", "transit/hmac/aes256-gcm96", {"batch_input": [{"input": _BAD}, {"input": _TEXT}]}),
    ],
)
async def test_failed_requests_are_forgotten(method: str, path: str, body: Any) -> None:
    """Their errors hold nothing that holds them."""
    server = await started()
    await server.ask(method, path, body)  # loads modules, and fills caches
    gc.collect()
    await server.ask(method, path, body)
    assert gc.collect() == 0


@pytest.mark.usefixtures("no_collections")
@pytest.mark.parametrize("token", ["", "hvs.none"])
async def test_refused_requests_are_forgotten(token: str) -> None:
    """So that a stranger can't fill the memory either."""
    server = await started()
    for _ in range(2):
        gc.collect()
        reply = await server.ask("POST", "transit/hash", {"input": _TEXT}, token=token)
        assert reply.status == 403
    assert gc.collect() == 0
