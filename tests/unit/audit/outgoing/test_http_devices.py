"""The device `http`: each entry in a request of its own, again until it is taken; what is refused for good, aside."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest

from tests.sim.tls_server import Asked, Reply, TlsServer, serving
from tests.unit.audit.outgoing.sending import bare, numbered, put, sending
from tests.unit.audit.test_spool import until

OK = Reply(b"")


def uri(server: TlsServer, path: str = "/in") -> str:
    """Where it listens."""
    return f"https://{server.host}{path}"


def ca(server: TlsServer) -> str:
    """What to trust."""
    text = server.certificate.read_text()
    return text[text.index("-----BEGIN CERT") :]


def test_each_entry_is_the_body_of_a_request(tmp_path: Path) -> None:
    """In their order, by POST, with the headers, of which a name may have several values."""
    with serving(tmp_path, lambda asked: OK) as server, sending(tmp_path) as sent:
        headers = json.dumps({"X-Team": ["a", "b"], "Authorization": ["Bearer x"], "X-None": []})
        device = sent.device("http", uri=uri(server, "/in?a=b"), headers=headers, tls_ca_cert=ca(server))
        put(device, numbered(0, 20))
        until(lambda: len(server.asked) == 20)
    assert [asked.body for asked in server.asked] == bare(numbered(0, 20))
    assert {(asked.verb, asked.path, asked.query) for asked in server.asked} == {("POST", "/in", "a=b")}
    first = server.asked[0].headers
    assert first["authorization"] == "Bearer x"
    assert first["host"] == server.host
    assert "x-none" not in first


def test_several_entries_in_a_request(tmp_path: Path) -> None:
    """If the options say so, up to that number, a line each."""
    with serving(tmp_path, lambda asked: OK) as server, sending(tmp_path) as sent:
        device = sent.device("http", uri=uri(server), tls_ca_cert=ca(server), lines_per_request="50")
        put(device, numbered(0, 120))
        until(lambda: sum(asked.body.count(b"\n") for asked in server.asked) == 120)
    assert b"".join(asked.body for asked in server.asked) == b"".join(numbered(0, 120))
    assert max(asked.body.count(b"\n") for asked in server.asked) <= 50


@pytest.mark.parametrize("status", [302, 401, 404, 429, 500, 503])
def test_a_status_that_is_not_success_means_again(tmp_path: Path, status: int) -> None:
    """The entry waits, and is sent until it is taken.  A redirect isn't followed."""
    answers = [Reply(b"", status, {"Location": "/elsewhere"}), Reply(b"", status), OK]

    with serving(tmp_path, lambda asked: answers.pop(0) if answers else OK) as server, sending(tmp_path) as sent:
        device = sent.device("http", uri=uri(server), tls_ca_cert=ca(server))
        put(device, numbered(0, 2))
        until(lambda: len(server.asked) == 4)
    assert [asked.body for asked in server.asked] == bare(numbered(0, 1) * 3 + numbered(1, 2))
    assert {asked.path for asked in server.asked} == {"/in"}


@pytest.mark.parametrize("lines", ["1", "10"])
def test_what_is_refused_for_what_it_is_stops_no_other(tmp_path: Path, lines: str) -> None:
    """It is set aside, alone, also if it came with others."""

    def answer(asked: Asked) -> Reply:
        return Reply(b"", 413) if b'"n":3,' in asked.body else OK

    with serving(tmp_path, answer) as server, sending(tmp_path) as sent:
        device = sent.device("http", uri=uri(server), tls_ca_cert=ca(server), lines_per_request=lines)
        put(device, numbered(0, 8))
        until(lambda: sent.spool.backlog_bytes("one") == 0)
        assert (tmp_path / "spool" / "one.undeliverable").read_bytes() == numbered(3, 4)[0]
    taken = b"".join(asked.body for asked in server.asked if b'"n":3,' not in asked.body).replace(b"\n", b"")
    assert taken == b"".join(bare(numbered(0, 3) + numbered(4, 8)))


def test_a_connection_that_the_receiver_has_closed_is_opened_again(tmp_path: Path) -> None:
    """Each entry once, though the receiver closes after each answer."""
    closing = Reply(b"", 200, {"Connection": "close"})
    with serving(tmp_path, lambda asked: closing) as server, sending(tmp_path) as sent:
        device = sent.device("http", uri=uri(server), tls_ca_cert=ca(server))
        put(device, numbered(0, 5))
        until(lambda: len(server.asked) == 5)
    assert [asked.body for asked in server.asked] == bare(numbered(0, 5))


def test_what_follows_a_closed_connection_is_encrypted_too(tmp_path: Path) -> None:
    """A receiver that closes after each answer gets no byte in clear: each connection begins with a TLS handshake."""
    closing = Reply(b"", 200, {"Connection": "close"})
    with (
        serving(tmp_path, lambda asked: closing) as server,
        overhearing(server.host) as (port, begun),
        sending(tmp_path) as sent,
    ):
        device = sent.device(
            "http",
            uri=f"https://127.0.0.1:{port}/in",
            headers=json.dumps({"Authorization": ["Bearer canary"]}),
            tls_ca_cert=ca(server),
        )
        put(device, numbered(0, 3))
        until(lambda: len(server.asked) == 3)
    assert {data[:1] for data in begun} == {b"\x16"}
    assert len(begun) == 3


@contextmanager
def overhearing(host: str) -> Iterator[tuple[int, list[bytes]]]:
    """A port that leads to a server, and what each connection to it began with."""
    name, _, number = host.rpartition(":")
    begun: list[bytes] = []

    def forward(source: socket.socket, target: socket.socket, told: list[bytes] | None = None) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if told is not None:
                    told.append(data)
                    told = None
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)

    def serve(client: socket.socket) -> None:
        with client, socket.create_connection((name, int(number))) as server:
            back = Thread(target=forward, args=(server, client))
            back.start()
            forward(client, server, begun)
            back.join()

    def accept() -> None:
        with suppress(OSError):
            while True:
                threads.append(Thread(target=serve, args=(listening.accept()[0],)))
                threads[-1].start()

    threads: list[Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        accepting = Thread(target=accept)
        accepting.start()
        yield listening.getsockname()[1], begun
        listening.shutdown(socket.SHUT_RDWR)
        for thread in [accepting, *threads]:
            thread.join()


def test_the_configuration_may_refer_to_files_and_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are read for each connection; a file that isn't there means that the entry waits."""
    with serving(tmp_path, lambda asked: OK) as server, sending(tmp_path) as sent:
        monkeypatch.setenv("WHERE", uri(server))
        token = tmp_path / "token"
        device = sent.device(
            "http",
            configured=True,
            uri="env://WHERE",
            headers=json.dumps({"X-Token": [f"file://{token}"]}),
            tls_ca_file=str(server.certificate),
        )
        put(device, numbered(0, 1))
        token.write_text("from a file\n")
        until(lambda: len(server.asked) == 1)
    assert server.asked[0].headers["x-token"] == "from a file"


@pytest.mark.parametrize("trust", [lambda server: "", ca])
def test_a_receiver_with_another_name_or_authority_gets_nothing(
    tmp_path: Path, trust: Callable[[TlsServer], str]
) -> None:
    """Its certificate has to be of an authority that the device trusts, and for the host."""
    with serving(tmp_path, lambda asked: OK) as server, sending(tmp_path) as sent:
        port = server.host.rpartition(":")[2]
        device = sent.device("http", uri=f"https://localhost:{port}/", tls_ca_cert=trust(server))
        put(device, numbered(0, 1))
        until(lambda: (sent.spool.backlog_bytes("one") or 0) > 0)
        with pytest.raises(OSError, match="certificate verify failed"):
            device.reach(numbered(0, 1)[0])
    assert server.asked == []
