"""Questions to a server that answers what the test says: connections, repetition, what breaks off."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from strongroom.agent.serving.answers import WHOLE_BYTES, gathered
from strongroom.agent.serving.question import Question
from strongroom.agent.serving.server.client import ServerClient
from strongroom.agent.serving.server.faults import Lost, NotReached, Silent
from strongroom.client.settings import Settings
from tests.ports import free_port
from tests.unit.agent.serving.server.answering import OK, answering

QUESTION = Question(method="GET", path="/v1/a%2Fb", query="x=1&y", headers={"x-a": "1"}, body=b"", token="hvs.t")
BUSY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\n\r\n{}"
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nTransfer-Encoding: chunked\r\n\r\n"


def client(url: str, **settings: Any) -> ServerClient:
    """A client that repeats nothing unless the test says so."""
    return ServerClient(Settings(address=url, **{"max_retries": 0, **settings}), chance=lambda: 0.0)


async def test_a_question_comes_as_it_was_asked() -> None:
    """Method, path and query byte for byte, the header fields, the token and the body."""
    async with answering() as server:
        asked = msgspec.structs.replace(QUESTION, method="PUT", body=b"\x00\xff")
        response = await gathered(await client(server.url).send(asked))
        assert (response.status, response.body) == (200, b"{}")
        lines, _, body = server.requests[0].partition(b"\r\n\r\n")
        assert lines.split(b"\r\n")[0] == b"PUT /v1/a%2Fb?x=1&y HTTP/1.1"
        assert body == b"\x00\xff"
        for field in (b"x-a: 1", b"X-Vault-Token: hvs.t", b"Content-Length: 2"):
            assert field in lines.split(b"\r\n")


async def test_questions_share_a_connection() -> None:
    """A second question needs no second connection, and one that closes isn't used again."""
    closing = OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    async with answering(lambda number: closing if number == 2 else OK) as server:
        asking = client(server.url)
        for _ in range(4):
            await gathered(await asking.send(QUESTION))
        assert (len(server.requests), server.connections) == (4, 2)
        asking.close()


async def test_a_connection_that_the_server_has_closed_meanwhile_is_no_error() -> None:
    """The server restarts between two questions: the second one gets another connection."""
    async with answering() as server:
        asking = client(server.url)
        await gathered(await asking.send(QUESTION))
        server.drop()
        await asyncio.sleep(0.01)
        assert (await gathered(await asking.send(QUESTION))).status == 200
        assert server.connections == 2


async def test_bytes_that_nobody_asked_for_end_a_connection() -> None:
    """What comes after an answer is no answer to the next question, and isn't gathered."""
    async with answering() as server:
        asking = client(server.url)
        await gathered(await asking.send(QUESTION))
        with pytest.raises(ConnectionError):
            await server.say(OK * 100_000)
        assert (await gathered(await asking.send(QUESTION))).status == 200
        assert server.connections == 2


async def test_the_address_may_have_a_path() -> None:
    """A server behind a path of somebody else's is asked below that path."""
    async with answering() as server:
        await gathered(await client(f"{server.url}/vault/").send(QUESTION))
        assert server.requests[0].startswith(b"GET /vault/v1/a%2Fb?x=1&y ")


@pytest.mark.parametrize(
    ("method", "path", "answers", "asked", "status"),
    [
        ("GET", "/v1/a", [BUSY, BUSY, OK], 3, 200),
        ("LIST", "/v1/a", [None, OK], 2, 200),
        ("GET", "/v1/a", [BUSY] * 9, 4, 502),
        ("PUT", "/v1/a", [BUSY, OK], 1, 502),
        ("GET", "/v1/sys/health", [BUSY, OK], 1, 502),
    ],
)
async def test_what_may_be_asked_again_is(
    method: str, path: str, answers: list[bytes | None], asked: int, status: int
) -> None:
    """What only reads is asked again after a failure of the server; what may have changed something isn't."""
    question = msgspec.structs.replace(QUESTION, method=method, path=path)
    async with answering(lambda number: answers[number]) as server:
        response = await gathered(await client(server.url, max_retries=3).send(question))
        assert (len(server.requests), response.status) == (asked, status)


SAME = "/v1/a/b?x=1&y"
"""The path of `QUESTION` as servers spell it."""


def redirect(to: str) -> bytes:
    """An answer of a server in reserve."""
    return f"HTTP/1.1 307 Temporary Redirect\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()


async def test_a_redirect_is_followed_to_the_server_that_it_names() -> None:
    """It gets the same request with the same token; the client may have no way to it, and no token.  Once only."""
    async with answering() as active, answering(lambda _: redirect(f"{active.url}{SAME}")) as standby:
        asking = client(standby.url)
        asked = msgspec.structs.replace(QUESTION, method="PUT", body=b"{1}")
        assert (await gathered(await asking.send(asked))).status == 200
        lines, _, body = active.requests[0].partition(b"\r\n\r\n")
        assert lines.split(b"\r\n")[0] == b"PUT /v1/a%2Fb?x=1&y HTTP/1.1"
        assert b"X-Vault-Token: hvs.t" in lines.split(b"\r\n")
        assert body == b"{1}"
        asking.close()
    async with answering(lambda _: redirect(SAME)) as loop:
        assert (await gathered(await client(loop.url).send(QUESTION))).status == 307
        assert [each.split(b" ")[1] for each in loop.requests] == [b"/v1/a%2Fb?x=1&y"] * 2
    async with answering(lambda _: redirect("/v1/b")) as another:
        assert (await gathered(await client(another.url).send(QUESTION))).status == 307
        assert len(another.requests) == 1
    async with answering(lambda _: redirect(f"{active.url}{SAME}")) as refusing:
        assert (await gathered(await client(refusing.url, redirects=False).send(QUESTION))).status == 307
        assert len(refusing.requests) == 1


async def test_a_server_that_is_away_is_told() -> None:
    """Nobody listens: the error names the place, and says that nothing was asked."""
    port = free_port()
    with pytest.raises(NotReached, match=f"127.0.0.1:{port}: connect: connection refused"):
        await client(f"http://127.0.0.1:{port}").send(QUESTION)


async def test_a_write_whose_answer_is_lost_is_not_repeated() -> None:
    """Whether it took effect isn't known, so the client decides."""
    async with answering(lambda _: None) as server:
        with pytest.raises(Lost):
            await client(server.url, max_retries=3).send(msgspec.structs.replace(QUESTION, method="POST"))
        assert len(server.requests) == 1


async def test_a_silent_server_is_left() -> None:
    """The client isn't kept waiting for ever."""
    async with answering(lambda _: b"") as server:
        with pytest.raises(Silent, match=r"within 0\.05 seconds"):
            await client(server.url, timeout_s=0.05).send(QUESTION)


@pytest.mark.parametrize(
    "wire",
    [
        b"SSH-2.0\r\n",
        OK.replace(b"2\r\n\r\n", b"9\r\n\r\n"),
        b"\xff" * 300_000,
        OK.replace(b"\r\n\r\n", b"\r\nX-A: b\r\n Set-Cookie: c\r\n\r\n"),
        OK.replace(b"\r\n\r\n", b"\r\nX-A: b\rSet-Cookie: c\r\n\r\n"),
        OK.replace(b"\r\n\r\n", b"\r\nX-A : b\r\n\r\n"),
    ],
)
async def test_what_is_no_answer_is_an_error(wire: bytes) -> None:
    """Another protocol, a cut body, endless bytes, fields that hold others: an error, and never half an answer."""
    async with answering(lambda _: wire) as server:

        async def ask() -> None:
            response = await client(server.url, timeout_s=5).send(QUESTION)
            server.drop()
            await gathered(response)

        with pytest.raises(Lost):
            await ask()


@pytest.mark.parametrize(
    ("type_", "size", "streams"),
    [
        (b"application/json", 100, False),
        (b"application/json; charset=utf-8", WHOLE_BYTES, False),
        (b"application/json", WHOLE_BYTES + 100_000, True),
        (b"text/plain", 100, True),
    ],
)
async def test_large_bodies_and_streams_pass_through(type_: bytes, size: int, streams: bool) -> None:
    """A JSON document is read whole if it isn't large; anything else goes on as it comes, and loses nothing."""
    content = bytes(number % 251 for number in range(size))
    chunks = b"".join(
        b"%x\r\n%b\r\n" % (len(part), part) for part in (content[at : at + 50_000] for at in range(0, size, 50_000))
    )
    async with answering(lambda _: CHUNKED % type_ + chunks + b"0\r\n\r\n") as server:
        asking = client(server.url)
        response = await gathered(await asking.send(QUESTION))
        assert (response.stream is not None) == streams
        body = bytearray(response.body)
        if response.stream is not None:
            async for piece in response.stream:
                body += piece
        assert bytes(body) == content
        await gathered(await asking.send(msgspec.structs.replace(QUESTION, method="HEAD")))


async def test_a_stream_of_documents_is_not_waited_for() -> None:
    """A JSON body without an end goes on after a moment, and ends when the client wants no more of it."""
    async with answering(lambda _: CHUNKED % b"application/json" + b"3\r\n{}\n\r\n") as server:
        response = await gathered(await client(server.url).send(QUESTION), patience_s=0.02)
        assert response.body == b"{}\n"
        assert response.stream is not None
        await response.stream.aclose()  # type: ignore[attr-defined]


async def test_many_questions_at_once() -> None:
    """More questions than connections: each gets its answer."""
    async with answering() as server:
        asking = client(server.url)

        async def one() -> int:
            return (await gathered(await asking.send(QUESTION))).status

        assert set(await asyncio.gather(*(one() for _ in range(300)))) == {200}
        assert server.connections <= 128
        asking.close()


def test_a_question_shows_no_secret() -> None:
    """Its text is for logs."""
    assert "hvs.t" not in repr(QUESTION)
