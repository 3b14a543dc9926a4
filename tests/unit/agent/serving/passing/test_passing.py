"""Whose token a request goes on with, and what happens when it is refused."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import pytest

from strongroom.agent.config.config import AgentConfig, check, merge
from strongroom.agent.config.reading import parse_config
from strongroom.agent.serving.passing.authorization import TokenUse, use_of
from strongroom.agent.serving.passing.own_tokens import OwnTokens
from strongroom.agent.serving.passing.passing import Passing
from strongroom.agent.serving.question import Question
from strongroom.http.message import HttpRequest, HttpResponse, Peer
from strongroom.server.config.reader import ConfigError
from tests.sim.clock import SetClock
from tests.unit.agent.serving.sessions import GivenSession

DENIED = HttpResponse(403, (), b'{"errors":["permission denied"]}')
PEER = Peer(address="127.0.0.1", port=1, listener="127.0.0.1:8100")
AUTO = 'auto_auth { method "token_file" { config = { token_file_path = "/t" } } }\n'


def request(path: str = "/v1/secret/a", headers: dict[str, str] | None = None) -> HttpRequest:
    """A client's request."""
    return HttpRequest(method="POST", path=path, query="", headers=headers or {}, body=b"", peer=PEER)


def passing_on(
    answer: Callable[[Question], HttpResponse], session: GivenSession | None, use: TokenUse
) -> tuple[Passing, list[Question]]:
    """What passes requests on to a server that answers so, and the list of what it was asked."""
    asked: list[Question] = []

    async def ask(question: Question) -> HttpResponse:
        asked.append(question)
        await asyncio.sleep(0)
        return answer(question)

    async def ended(token: str) -> None:
        assert session is not None
        assert token in session.ended

    own = OwnTokens(session)
    return Passing(ask, "Agent", session, own=own, clock=SetClock(), use=use, ended=ended, login_wait_s=0.05), asked


@pytest.mark.parametrize(
    ("use", "headers", "token"),
    [
        (TokenUse.NEVER, {}, ""),
        (TokenUse.NEVER, {"x-vault-token": "mine"}, "mine"),
        (TokenUse.IF_NONE, {}, "own"),
        (TokenUse.IF_NONE, {"x-vault-token": "mine"}, "mine"),
        (TokenUse.IF_NONE, {"authorization": "Bearer mine"}, "mine"),
        (TokenUse.IF_NONE, {"authorization": "Negotiate xyz"}, "own"),
        (TokenUse.IF_NONE, {"x-vault-token": ""}, "own"),
        (TokenUse.ALWAYS, {"x-vault-token": "mine"}, "own"),
        (TokenUse.ALWAYS, {"authorization": "Bearer mine"}, "own"),
    ],
)
async def test_whose_token_is_used(use: TokenUse, headers: dict[str, str], token: str) -> None:
    """The client's where it has one, unless the agent's is forced on it; nothing of the other one goes on."""
    session = GivenSession("own")
    passing_, asked = passing_on(lambda _: HttpResponse(200), session, use)
    await passing_(request(headers=headers))
    assert [question.token for question in asked] == [token]
    if use is TokenUse.ALWAYS:
        assert "mine" not in str(asked[0].headers)


@pytest.mark.parametrize(
    ("text", "use"),
    [
        ("", TokenUse.NEVER),
        ("api_proxy {}", TokenUse.NEVER),
        ("api_proxy { use_auto_auth_token = true }", TokenUse.IF_NONE),
        ('api_proxy { use_auto_auth_token = "force" }', TokenUse.ALWAYS),
        ("cache { use_auto_auth_token = true }", TokenUse.IF_NONE),
    ],
)
def test_the_configuration_decides(text: str, use: TokenUse) -> None:
    """Under either stanza that may say it."""
    assert use_of(merge([parse_config(AUTO + text, "a.hcl")])) is use


@pytest.mark.parametrize(
    "text", [AUTO + 'api_proxy { use_auto_auth_token = "maybe" }', "api_proxy { use_auto_auth_token = true }"]
)
def test_a_token_that_there_will_not_be_is_refused(text: str) -> None:
    """A word that means nothing, and a login that nobody makes, are errors at the start."""
    config: AgentConfig = merge([parse_config(text + '\nlistener "tcp" { tls_disable = true }', "a.hcl")])
    check(config)
    with pytest.raises(ConfigError):
        use_of(config)


async def test_a_request_with_a_token_that_has_ended_is_tried_once_more() -> None:
    """Five requests at once: each is answered with the next login's token, which one refusal was enough for."""
    session = GivenSession("first", "second")
    session.ended = {"first"}
    passing_, asked = passing_on(
        lambda q: DENIED if q.token == "first" else HttpResponse(200), session, TokenUse.IF_NONE
    )
    responses = await asyncio.gather(*(passing_(request()) for _ in range(5)))
    assert {response.status for response in responses} == {200}
    assert (session.refusals, len(asked)) == (["first"], 10)


async def test_a_token_that_is_refused_again_is_not_tried_for_ever() -> None:
    """The second refusal goes to the client."""
    session = GivenSession("first", "second", "third")
    session.ended = {"first", "second"}
    passing_, asked = passing_on(lambda _: DENIED, session, TokenUse.IF_NONE)
    assert (await passing_(request())).status == 403
    assert len(asked) == 2


@pytest.mark.parametrize("headers", [{"x-vault-token": "mine"}, {}])
async def test_other_refusals_go_to_the_client(headers: dict[str, str]) -> None:
    """A client's own token, and what policies don't allow, are no reason to log in again."""
    session = GivenSession("own", "next")
    passing_, asked = passing_on(lambda _: DENIED, session, TokenUse.IF_NONE)
    assert (await passing_(request(headers=headers))).status == 403
    assert (len(asked), session.refusals) == (1, [])


async def test_denied_requests_ask_for_the_token_once_a_second() -> None:
    """A client whose policies don't allow what it does doesn't double its requests."""
    session = GivenSession("own")
    passing_, _ = passing_on(lambda _: DENIED, session, TokenUse.IF_NONE)
    for _ in range(10):
        await passing_(request())
    assert session.looks == ["own"]


async def test_a_request_waits_for_the_first_login() -> None:
    """For a while; then it is told that there is none, and nothing was asked without a token."""
    session = GivenSession()
    passing_, asked = passing_on(lambda _: HttpResponse(200), session, TokenUse.IF_NONE)
    waiting = asyncio.create_task(passing_(request()))
    await asyncio.sleep(0)
    session.log_in("own")
    assert (await waiting).status == 200
    session.refused(await session.after(0))
    response = await passing_(request())
    assert (response.status, dict(response.headers)["Retry-After"]) == (503, "1")
    assert len(asked) == 1


LOOKUP = {"data": {"id": "own", "accessor": "a", "ttl": 12345678901234567890123}, "auth": None}
RENEWED = {"data": None, "auth": {"client_token": "own", "accessor": "a", "lease_duration": 60}}


@pytest.mark.parametrize(
    ("path", "document", "headers"),
    [
        ("/v1/auth/token/lookup-self", LOOKUP, {}),
        ("/v1/auth/token/renew-self", RENEWED, {}),
        ("/v1/auth/token/lookup", LOOKUP, {}),
        ("/v1/auth/token/lookup", LOOKUP, {"x-vault-token": "of-an-administrator"}),
        ("/v1/team/auth//token/lookup-self/", LOOKUP, {}),
    ],
)
async def test_the_agents_token_is_not_shown(path: str, document: object, headers: dict[str, str]) -> None:
    """Clients may use it and not know it, however they ask; the rest of the answer stays as it is."""
    answer = HttpResponse(200, (("Content-Type", "application/json"),), json.dumps(document).encode())
    passing_, _ = passing_on(lambda _: answer, GivenSession("own"), TokenUse.IF_NONE)
    shown = (await passing_(request(path, headers))).body
    assert b'"own"' not in shown
    assert b'"a"' not in shown
    assert (b"12345678901234567890123" in shown) == (document is LOOKUP)


async def test_the_agents_token_is_not_shown_in_pieces() -> None:
    """An answer that goes on to the client as it comes could hold it anywhere."""
    ended = []

    async def pieces() -> AsyncIterator[bytes]:
        try:
            yield json.dumps(LOOKUP).encode()
        finally:
            ended.append(True)

    stream = pieces()
    first = await anext(stream)
    passing_, _ = passing_on(lambda _: HttpResponse(200, (), first, stream), GivenSession("own"), TokenUse.IF_NONE)
    response = await passing_(request("/v1/auth/token/lookup-self"))
    assert (response.status, response.stream, ended) == (502, None, [True])
    assert b'"own"' not in response.body


@pytest.mark.parametrize("path", ["/../other", "/v1/../../other", "/v1/%2e%2E/%2e./other", "/v1%2f..%2f..%2fother/.."])
async def test_the_agents_token_goes_to_nobody_else(path: str) -> None:
    """A server's address may have a path: no client leads the token to what else is there."""
    passing_, asked = passing_on(lambda _: HttpResponse(200), GivenSession("own"), TokenUse.IF_NONE)
    assert ((await passing_(request(path))).status, asked) == (400, [])
    assert (await passing_(request("/v1/secret/data/..x/y.."))).status == 200


async def test_the_agents_token_is_not_wrapped_either() -> None:
    """Whoever unwraps an answer sees all of it."""
    passing_, asked = passing_on(lambda _: HttpResponse(200), GivenSession("own"), TokenUse.IF_NONE)
    response = await passing_(request("/v1/auth/token/lookup-self", {"x-vault-wrap-ttl": "60"}))
    assert (response.status, asked) == (400, [])


@pytest.mark.parametrize("body", [b"", b"no JSON", b"[]", b'{"data": null}', b'{"data": {"id": "other"}}'])
async def test_what_does_not_hold_it_passes(body: bytes) -> None:
    """Byte for byte."""
    passing_, _ = passing_on(lambda _: HttpResponse(200, (), body), GivenSession("own"), TokenUse.IF_NONE)
    assert (await passing_(request("/v1/auth/token/lookup-self"))).body == body
