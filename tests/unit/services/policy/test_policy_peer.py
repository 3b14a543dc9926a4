"""The same random policies and paths put to OpenBao: every answer agrees."""

from __future__ import annotations

import http.client
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conformance.program import PEER
from tests.conformance.servers import start_peer

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.hcl import format_policy
from strongroom.services.policy.acl import Acl
from strongroom.services.policy.parse import parse_policy

sys.path.insert(0, str(Path(__file__).parent))
from policy_strategies import document

_VECTORS = Path(__file__).parents[3] / "vectors" / "policies" / "good"
_CAPABILITIES = ["create", "read", "update", "patch", "delete", "list", "sudo", "scan"]
_SEGMENTS = ["a", "b", "ab", "abc", "", "+b", "a+", "a*b"]


class Peer:
    """A development server of OpenBao."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def call(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, object]]:
        """One request as root."""
        self._connection.request(method, f"/v1/{path}", json.dumps(body), {"X-Vault-Token": "root"})
        with self._connection.getresponse() as answer:
            text = answer.read()
        return answer.status, json.loads(text) if text else {}


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    """A running peer, ended afterwards."""
    with start_peer(tmp_path_factory.mktemp("peer")) as server:
        connected = Peer(int(server.address.rpartition(":")[2]))
        yield connected
        connected.close()


def _pattern(rng: random.Random) -> str:
    text = "/".join(rng.choice([*_SEGMENTS, *"++++"]) for _ in range(rng.randint(1, 4))).lstrip("/")
    return text + "*" if rng.random() < 0.5 and not text.endswith("+") else text


def _path(rng: random.Random) -> str:
    return "/".join(rng.choice([*_SEGMENTS, "+"]) for _ in range(rng.randint(1, 5))).lstrip("/") or "a"


def _rules(rng: random.Random) -> list[tuple[str, set[str]]]:
    def capabilities() -> set[str]:
        return {"deny"} if rng.random() < 0.15 else set(rng.sample(_CAPABILITIES, rng.randint(0, 3)))

    return [(_pattern(rng), capabilities()) for _ in range(rng.randint(1, 8))]


@pytest.mark.parametrize("seed", range(4))
def test_capabilities_agree(peer: Peer, seed: int) -> None:
    """Two policies per token, 20 paths each: `sys/capabilities` and `Acl.capabilities` say the same."""
    rng = random.Random(seed)
    for _ in range(15):
        texts = [document(_rules(rng)) for _ in range(2)]
        for index, text in enumerate(texts):
            assert peer.call("PUT", f"sys/policies/acl/p{index}", {"policy": text})[0] == 204
        body = {"policies": ["p0", "p1"], "no_default_policy": True}
        auth = peer.call("POST", "auth/token/create", body)[1]["auth"]
        paths = sorted({_path(rng) for _ in range(20)})
        answer = peer.call("POST", "sys/capabilities", {"token": auth["client_token"], "paths": paths})[1]["data"]
        acl = Acl([parse_policy(text) for text in texts], 0.0)
        assert {path: acl.capabilities(path) for path in paths} == {path: answer[path] for path in paths}, texts


_STRICTER = [
    'path { policy = "read" }',
    'path "a" "b" { policy = "read" }',
    '{"path": ',
    "{} x",
    'path "a" { capabilities = ["read"] capabilities = ["sudo"] }',
    'path "a" { min_wrapping_ttl = -1 }',
    'path "a" { capabilities = [,] }',
]
_SAME = [
    *('path "a" {}', "path", 'path "a"', "bogus = 1", 'path "a" { bogus = 1 }', 'path a { policy = "write" }'),
    *('path = { "a" = { policy = "read" } }', 'path "a" { capabilities = "read" }', 'path "a" { policy = "list" }'),
    *('path "a" { capabilities = ["Read"] }', 'path "a" { capabilities = ["read" "list"] }', 'path "a" = {}'),
    *('{"path": {"a": {"policy": "read"}}}', '{"path": {"a": "x"}}', '{"path": "x"}', "[]", '"x"', "null", "}"),
    *('path "+*" {}', 'path "a/+b" {}', 'path "a**" {}', 'path "" {}', 'path "a/{{x" {}', 'path "a/{{x}}" {}'),
    *('path "a" { allowed_parameters = ["x"] }', 'path "a" { allowed_parameters { x = [1, "b"] } }'),
    *('path "a" { required_parameters = "x" }', 'path "a" { required_parameters = [1] }'),
    *('path "a" { pagination_limit = "x" }', 'path "a" { pagination_limit = -1 }', 'path "a" { comment = 1 }'),
    *('path "a" { expiration = "1h" }', 'path "a" { expiration = "2030-01-01" }', 'path "a" { expiration = 5 }'),
    *('path "a" { min_wrapping_ttl = "1d" }', 'path "a" { min_wrapping_ttl = true }', 'path "a" { policy = 5 }'),
    *("path 'a' {}", 'path "a" { comment: 1 }', 'path "a\nb" {}', 'path "a" {};', "/* x", "# x", "{}", '{"a": 1}'),
    *('{"path": {"a": {"capabilities": ["read",],},},}', 'path "a" { capabilities = ["read",], }'),
]


@pytest.mark.parametrize("text", _SAME)
def test_acceptance_agrees(peer: Peer, text: str) -> None:
    """What the peer takes for a policy is one here, and what it refuses is refused."""
    status, _ = peer.call("PUT", "sys/policies/acl/x", {"policy": text})
    assert _accepted(text) is (status == 204)


@pytest.mark.parametrize("text", _STRICTER)
def test_stricter_on_purpose(peer: Peer, text: str) -> None:
    """What the peer lets pass though it can't mean what it says is refused here."""
    assert peer.call("PUT", "sys/policies/acl/x", {"policy": text})[0] == 204
    assert not _accepted(text)


def _accepted(text: str) -> bool:
    try:
        parse_policy(text)
    except InvalidRequest:
        return False
    return True


@pytest.mark.parametrize("path", sorted(_VECTORS.glob("*.hcl")), ids=lambda path: path.name)
def test_layout_agrees(tmp_path: Path, path: Path) -> None:
    """`policy fmt` of the peer writes the same bytes."""
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    subprocess.run([str(PEER), "policy", "fmt", str(copy)], check=True, capture_output=True, timeout=60)
    assert format_policy(path.read_bytes().decode()) == copy.read_bytes().decode()
