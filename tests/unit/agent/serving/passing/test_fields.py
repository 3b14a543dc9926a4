"""What of a client's header fields goes on to the server."""

from __future__ import annotations

import pytest

from strongroom.agent.serving.passing.fields import passed_on
from strongroom.agent.serving.question import NAMESPACE, Question, below


@pytest.mark.parametrize(
    "name",
    [
        *("connection", "keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer"),
        *("transfer-encoding", "upgrade", "content-length", "expect", "host", "x-vault-token", "accept-encoding"),
        "x-for-this-hop",
    ],
)
def test_what_belongs_to_the_connection_stays(name: str) -> None:
    """The token is set apart, and fields of the client's own connection mean nothing for the next one."""
    assert set(passed_on({"connection": "X-For-This-Hop, keep-alive", name: "x"}, "Agent")) == {"user-agent"}


def test_everything_else_goes_on() -> None:
    """Fields that are known, and those that nobody knows, with their values as they are."""
    given = {
        "x-vault-wrap-ttl": "5m",
        "x-vault-index": "dmV=",
        "x-vault-inconsistent": "forward-active-node",
        "x-forwarded-for": "192.0.2.1",
        "authorization": "Negotiate abc",
        "x-unknown": "a,  b",
        NAMESPACE: "team/",
    }
    assert passed_on(given, "Agent").items() >= given.items()


@pytest.mark.parametrize(("client", "ending"), [("curl/8", "; curl/8"), ("", "")])
def test_the_program_names_itself_before_the_client(client: str, ending: str) -> None:
    """The server's log shows both."""
    agent = passed_on({"user-agent": client} if client else {}, "Proxy")["user-agent"]
    assert agent.startswith("Strongroom Proxy API Proxy/")
    assert agent.endswith(ending)


@pytest.mark.parametrize(
    ("configured", "given", "sent"),
    [("", "", None), ("", "a/", "a/"), ("x", "", "x/"), ("x/y", "a/b/", "x/y/a/b/"), ("x", "/a", "x/a/")],
)
def test_namespaces_are_below_the_configured_one(configured: str, given: str, sent: str | None) -> None:
    """`prepend_configured_namespace` confines clients to the namespace of the configuration."""
    assert passed_on({NAMESPACE: given} if given else {}, "Proxy", configured).get(NAMESPACE) == sent


@pytest.mark.parametrize(
    ("path", "name", "rest"),
    [
        ("/v1/auth/token/revoke", "auth/token/revoke", ""),
        ("/v1/team/auth/token/revoke", "auth/token/revoke", ""),
        ("/v1//auth/./token/revoke/", "auth/token/revoke", ""),
        ("/v1/auth/token/revo%6Be", "auth/token/revoke", ""),
        ("/v1/auth/token/revoke-self", "auth/token/revoke", None),
        ("/v1/sys/leases/revoke-prefix/database/creds", "sys/leases/revoke-prefix", "database/creds"),
        ("/v1/xauth/token/revoke", "auth/token/revoke", None),
    ],
)
def test_a_path_is_known_in_any_spelling_and_namespace(path: str, name: str, rest: str | None) -> None:
    """What the server takes for a path is taken for it here."""
    question = Question(method="PUT", path=path, query="", headers={}, body=b"", token="")
    assert below(question.place, name) == rest
