"""Policies about a mount: no other path, and no other spelling of a parameter, passes a rule."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.engines.transit import Transit
from strongroom.testing.server import PluginServer
from tests.flow.engines.transit.mounts import base64

INPUT = base64("x")
MAY = 'capabilities = ["update", "read"]'


async def _served() -> PluginServer:
    server = await PluginServer.start(Transit)
    for name, type_ in (("rsa", "rsa-2048"), ("mac", "aes128-cmac"), ("aes", "aes256-gcm96")):
        await server.ok("POST", f"transit/keys/{name}", {"type": type_, "exportable": True})
    return server


@pytest.mark.parametrize(
    ("denied", "method", "path"),
    [
        ("sign/rsa", "POST", "sign/rsa/sha2-256"),
        ("hmac/rsa", "POST", "hmac/rsa/sha2-256"),
        ("cmac/mac", "POST", "cmac/mac/8"),
        ("datakey/plaintext/aes", "POST", "datakeys/plaintext/aes"),
        ("export/encryption-key/aes", "GET", "export/encryption-key/aes/1"),
        ("export/+/aes", "GET", "export/encryption-key/aes/latest"),
        ("byok-export/rsa/aes", "GET", "byok-export/rsa/aes/1"),
    ],
)
async def test_a_denied_path_is_not_passed_by_another_path_of_the_key(denied: str, method: str, path: str) -> None:
    """Who may use all keys but one has no path on which the rule about that one doesn't count."""
    server = await _served()
    head = path.partition("/")[0]
    open_ = await server.token(f'path "transit/{head}/*" {{ {MAY} }}')
    body = {"input": INPUT, "count": 1} if method == "POST" else None
    assert (await server.ask(method, f"transit/{path}", body, token=open_)).status == 200
    rules = f"""path "transit/{head}/*" {{ {MAY} }}
        path "transit/{denied}" {{ capabilities = ["deny"] }}"""
    closed = await server.token(rules)
    assert (await server.ask(method, f"transit/{path}", body, token=closed)).status == 403


@pytest.mark.parametrize(
    ("constraint", "path", "body", "status"),
    [
        ('denied_parameters = { hash_algorithm = ["sha1"] }', "sign/rsa", {"hash_algorithm": "sha1"}, 403),
        ('denied_parameters = { hash_algorithm = ["sha1"] }', "sign/rsa", {"algorithm": "sha1"}, 403),
        ('denied_parameters = { hash_algorithm = ["sha1"] }', "sign/rsa/sha1", {}, 403),
        ('denied_parameters = { algorithm = ["sha1"] }', "sign/rsa/sha1", {}, 403),
        ("denied_parameters = { hash_algorithm = [] }", "sign/rsa/sha2-256", {}, 403),
        ('denied_parameters = { hash_algorithm = ["sha1"] }', "sign/rsa/sha2-256", {}, 200),
        ('denied_parameters = { hash_algorithm = ["sha1"] }', "sign/rsa", {}, 200),
        ("denied_parameters = { key_version = [] }", "sign/rsa/sha1", {}, 200),
        ('allowed_parameters = { hash_algorithm = ["sha2-*"], input = [] }', "sign/rsa/sha1", {}, 403),
        ('allowed_parameters = { hash_algorithm = ["sha2-*"], input = [] }', "sign/rsa", {"algorithm": "sha1"}, 403),
        ('allowed_parameters = { hash_algorithm = ["sha2-*"], input = [] }', "sign/rsa/sha2-512", {}, 200),
        ("allowed_parameters = { input = [] }", "sign/rsa/sha1", {}, 200),
        ('denied_parameters = { algorithm = ["sha1"] }', "hmac/rsa/sha1", {}, 403),
        ('denied_parameters = { algorithm = ["sha2-224"] }', "hash/sha2-224", {}, 403),
        ('denied_parameters = { mac_length = ["4"] }', "cmac/mac/4", {}, 403),
        ("denied_parameters = { mac_length = [4] }", "cmac/mac/0x4", {}, 403),
        ("denied_parameters = { mac_length = [4] }", "cmac/mac/5", {}, 200),
        ('denied_parameters = { hash_algorithm = ["sha1"] }', "encrypt/rsa", {"oaep_hash": "sha1"}, 403),
        ('denied_parameters = { hash_algorithm = ["sha1"] }', "datakey/wrapped/rsa", {"oaep_hash": "sha1"}, 403),
    ],
)
async def test_a_rule_about_a_parameter_holds_for_each_of_its_names(
    constraint: str, path: str, body: dict[str, Any], status: int
) -> None:
    """It holds for the older name of a parameter and for the path that states it, which counts more than the body."""
    server = await _served()
    head = path.partition("/")[0]
    token = await server.token(f'path "transit/{head}/*" {{ {MAY}\n {constraint} }}')
    sent = body if head in {"encrypt", "datakey"} else {"input": INPUT} | body
    plain = {"plaintext": INPUT} if head == "encrypt" else {}
    assert (await server.ask("POST", f"transit/{path}", sent | plain, token=token)).status == status
