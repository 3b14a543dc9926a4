"""The proxy on the wire, beside the reference program with the same configuration before the same server.

`DIFFERENT` holds what is not the same, each with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conformance.agent.proxy.proxies import AUTO_AUTH, LISTENER, Answer, RunningProxy, ask, proxy, token_of
from tests.conformance.servers import Server, ours, peer

__all__ = ["ours", "peer"]

CONFIG = LISTENER + AUTO_AUTH + "cache {}\n"


@dataclass(frozen=True)
class Pair:
    """Our proxy and the reference program's, before one server."""

    server: Server
    proxies: tuple[RunningProxy, RunningProxy]
    own: tuple[str, str]
    """The token that each has logged in with."""


@pytest.fixture(scope="module", params=["ours", "peer"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Before each of the two servers."""
    server: Server = request.getfixturevalue(request.param)
    directory = tmp_path_factory.mktemp("proxies")
    _prepare(server)
    tokens = (token_of(server), token_of(server))
    for name, token in zip(("ours", "peer"), tokens, strict=True):
        (directory / name).mkdir()
        (directory / name / "token").write_text(token)
    with (
        proxy(directory / "ours", server, CONFIG) as our,
        proxy(directory / "peer", server, CONFIG, peer=True) as theirs,
    ):
        for each in (our, theirs):
            _wait_for_login(each)
        yield Pair(server, (our, theirs), tokens)


def _wait_for_login(proxy_: RunningProxy) -> None:
    while proxy_.ask("/v1/auth/token/lookup-self").status != 200:
        continue


def _prepare(server: Server) -> None:
    """A secret, and roles to log in by."""

    def write(path: str, body: Any) -> None:
        answer = ask(server.address, f"/v1/{path}", "POST", body, server.token)
        assert answer.status in {200, 204, 400}, answer.body  # 400: another test has mounted it

    write("secret/data/wire", {"data": {"x": 1}})
    write("sys/auth/approle", {"type": "approle"})
    role = {"bind_secret_id": False, "secret_id_bound_cidrs": ["127.0.0.0/8"], "token_ttl": "1h", "role_id": "wire"}
    write("auth/approle/role/wire", {**role, "token_policies": ["default"]})


@dataclass(frozen=True)
class Case:
    """A request, made twice."""

    name: str
    path: str
    method: str = "GET"
    body: Any = None
    token: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    def of(self, proxy_: RunningProxy, own: str) -> Answer:
        """A proxy's answer."""
        body = json.loads(json.dumps(self.body).replace("{own}", own)) if self.body is not None else None
        return proxy_.ask(self.path, self.method, body, self.token, dict(self.headers))


LOGIN = {"role_id": "wire"}
CASES = [
    Case("a secret", "/v1/secret/data/wire"),
    Case("a listing", "/v1/secret/metadata", "LIST"),
    Case("a listing by its parameter", "/v1/secret/metadata?list=true"),
    Case("with the client's token", "/v1/secret/data/wire", token="root"),
    Case("with a bearer token", "/v1/secret/data/wire", headers=(("Authorization", "Bearer root"),)),
    Case("with an invalid bearer token", "/v1/secret/data/wire", headers=(("Authorization", "Bearer no"),)),
    Case("nothing there", "/v1/secret/data/none"),
    Case("an unknown path", "/v1/nowhere/at/all"),
    Case("an invalid token", "/v1/secret/data/wire", token="hvs.invalid"),
    Case("a write without an answer", "/v1/sys/policies/acl/wire", "POST", {"policy": 'path "a" {}'}),
    Case("a bad request", "/v1/sys/policies/acl/wire", "POST", {"policy": "{"}),
    Case("a login", "/v1/auth/approle/login", "PUT", LOGIN),
    Case("a login again", "/v1/auth/approle/login", "PUT", LOGIN),
    Case("a child token", "/v1/auth/token/create", "POST", {"policies": ["default"], "ttl": "1h"}),
    Case("a child token again", "/v1/auth/token/create", "POST", {"policies": ["default"], "ttl": "1h"}),
    Case("a batch token", "/v1/auth/token/create", "POST", {"type": "batch", "policies": ["default"], "ttl": "1h"}),
    Case("its own token", "/v1/auth/token/lookup-self"),
    Case("its own token, by its text", "/v1/auth/token/lookup", "POST", {"token": "{own}"}),
    Case("its own token, renewed", "/v1/auth/token/renew-self", "POST", {}),
    Case("its own token, renewed again", "/v1/auth/token/renew-self", "POST", {}),
    Case("another token", "/v1/auth/token/lookup", "POST", {"token": "root"}),
    Case("a wrapped answer", "/v1/secret/data/wire", headers=(("X-Vault-Wrap-TTL", "60"),)),
    Case("the health", "/v1/sys/health"),
    Case("the head of an answer", "/v1/sys/health", "HEAD"),
    Case("a clearing of nothing", "/proxy/v1/cache-clear", "POST", {"type": "lease", "value": "x"}),
    Case("a clearing of an unknown type", "/proxy/v1/cache-clear", "POST", {"type": "x"}),
    Case("a clearing without a type", "/proxy/v1/cache-clear", "POST", {}),
    Case("a clearing without a value", "/proxy/v1/cache-clear", "POST", {"type": "token"}),
    Case("a clearing by GET", "/proxy/v1/cache-clear"),
    Case("a clearing of everything", "/proxy/v1/cache-clear", "POST", {"type": "all"}),
    Case("an end that isn't enabled", "/proxy/v1/quit", "POST", {}),
    Case("a path in another spelling", "/v1//secret/./data/wire"),
]
_AS_WRITTEN = "what stays of the answer is as the server wrote it; the reference writes it anew, without its nulls"
_OWN = "the agent's own answers aren't to be stored by anybody"
DIFFERENT = {
    "with an invalid bearer token": "the reference ignores it, and acts for the client as the agent",
    "its own token": _AS_WRITTEN,
    "its own token, by its text": _AS_WRITTEN,
    "its own token, renewed": _AS_WRITTEN,
    "its own token, renewed again": _AS_WRITTEN,
    "a clearing of an unknown type": _OWN,
    "a clearing without a type": _OWN,
    "a clearing without a value": "400, not 500: the client's mistake",
    "a clearing by GET": "405, not 200 for what wasn't done",
    "an end that isn't enabled": "the API's form of an error instead of an empty body",
    "a path in another spelling": "the server decides on it, as without a proxy; the reference does it itself, as HTML",
}
_HOW = ("connection", "date", "content-length", "transfer-encoding", "x-strongroom-request-id")
_VARYING = ("age",)


def shown(answer: Answer) -> tuple[int, dict[str, str], Any]:
    """What two answers are compared by: no numbers and names that are new each time."""
    headers = {name: value for name, value in answer.headers.items() if name not in _HOW + _VARYING}
    try:
        body = _shape(json.loads(answer.body)) if answer.body else None
    except ValueError:
        body = answer.body.decode()
    return answer.status, headers, body


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shape(each) for name, each in sorted(value.items())}
    if isinstance(value, list):
        return [_shape(each) for each in value]
    return type(value).__name__ if isinstance(value, str | int | float) and not isinstance(value, bool) else value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_same_request_gets_the_same_answer(pair: Pair, case: Case) -> None:
    """Status, header fields and the shape of the body."""
    our, theirs = (shown(case.of(each, own)) for each, own in zip(pair.proxies, pair.own, strict=True))
    if case.name in DIFFERENT:
        assert our != theirs, "it isn't different any more"
    else:
        assert our == theirs


@pytest.mark.parametrize("case", [case for case in CASES if case.path.startswith("/v1/")][:10], ids=lambda c: c.name)
def test_the_answer_is_the_servers(pair: Pair, case: Case) -> None:
    """As if nobody stood between, but for what tells of the cache."""
    token = case.token or ("" if "Authorization" in dict(case.headers) else "root")
    direct = ask(pair.server.address, case.path, case.method, case.body, token, dict(case.headers))
    status, headers, body = shown(case.of(pair.proxies[0], pair.own[0]))
    headers.pop("x-cache", None)
    assert (status, headers, body) == shown(direct)
