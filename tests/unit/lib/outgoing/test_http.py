"""Requests to other systems: whom they trust, and that none of them takes longer or brings more than it may."""

from __future__ import annotations

import asyncio
import datetime
import gzip
import ipaddress
import socket
import threading
import tracemalloc
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.sim.tls_server import Asked, Reply, as_json, serving

from strongroom.lib.errors import InvalidRequest, Unreachable, UpstreamFailed
from strongroom.lib.outgoing import Http, check_ca, check_url, http, names


async def test_one_request(tmp_path: Path) -> None:
    """Verb, path, headers and body arrive; status, headers and body come back."""

    def answer(asked: Asked) -> Reply:
        return Reply(asked.body + b"!", 201, {"X-Of": asked.headers["x-by"]})

    with serving(tmp_path, answer) as server:
        http = Http("the stand-in", context=server.context)
        reply = await http.ask("POST", f"https://{server.host}/a?b=c", headers={"X-By": "me"}, content=b"hello")
    assert (reply.status, reply.headers["x-of"], reply.body) == (201, "me", b"hello!")
    [asked] = server.asked
    assert (asked.verb, asked.path, asked.query) == ("POST", "/a", "b=c")
    assert "hello" not in repr(reply)


async def test_only_the_named_authorities_count(tmp_path: Path) -> None:
    """Those that the caller names instead of the system's, and no others."""
    with serving(tmp_path, lambda _: as_json({})) as server:
        http, url = Http("the stand-in"), f"https://{server.host}/"
        with pytest.raises(UpstreamFailed, match="the stand-in cannot be reached"):
            await http.ask("GET", url)
        assert not server.asked
        assert await http.ask_json("GET", url, ca_pem=server.certificate.read_text()) == (200, {})


def _chain(directory: Path, *, address: str = "127.0.0.1") -> tuple[str, Path]:
    """An authority below another, in PEM, and a file with a server's key and certificate by it.

    As clusters of Kubernetes have them: without identifiers of the keys.
    """
    now = datetime.datetime.now(datetime.UTC)

    def signed(name: str, issuer: str, by: ec.EllipticCurvePrivateKey, key: ec.EllipticCurvePrivateKey) -> Any:
        builder = x509.CertificateBuilder(
            subject_name=x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]),
            issuer_name=x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)]),
            public_key=key.public_key(),
            serial_number=x509.random_serial_number(),
            not_valid_before=now - datetime.timedelta(hours=1),
            not_valid_after=now + datetime.timedelta(hours=1),
        )
        if name == "leaf":
            alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
            builder = builder.add_extension(alternative, critical=False)
        else:
            builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        return builder.sign(by, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    top, below, leaf = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file = directory / "leaf.pem"
    file.write_bytes(leaf.private_bytes(*pem) + signed("leaf", "below", below, leaf))
    return signed("below", "top", top, below).decode(), file


async def test_an_authority_below_another(tmp_path: Path) -> None:
    """It is trusted by itself, also where certificates lack the identifiers of their keys."""
    authority, file = _chain(tmp_path)
    with serving(tmp_path, lambda _: as_json({}), file) as server:
        reply = await Http("the stand-in").ask_json("GET", f"https://{server.host}/", ca_pem=authority)
        assert reply == (200, {})


async def test_the_certificate_is_the_hosts(tmp_path: Path) -> None:
    """One of another host is refused, whoever vouches for it."""
    authority, file = _chain(tmp_path, address="127.0.0.2")
    with serving(tmp_path, lambda _: as_json({}), file) as server:
        with pytest.raises(UpstreamFailed):
            await Http("the stand-in").ask("GET", f"https://{server.host}/", ca_pem=authority)
        assert not server.asked


async def test_a_redirect_is_an_answer(tmp_path: Path) -> None:
    """It isn't followed: what was sent is for this address alone."""
    with serving(tmp_path, lambda _: Reply(b"", 302, {"Location": "/elsewhere"})) as server:
        reply = await Http("the stand-in", context=server.context).ask("GET", f"https://{server.host}/")
    assert reply.status == 302
    assert len(server.asked) == 1


async def test_an_answer_has_a_bounded_length(tmp_path: Path) -> None:
    """One more byte is too many."""
    sizes = iter([100, 101])
    with serving(tmp_path, lambda _: Reply(b"x" * next(sizes))) as server:
        http = Http("the stand-in", context=server.context, most_bytes=100)
        assert len((await http.ask("GET", f"https://{server.host}/")).body) == 100
        with pytest.raises(UpstreamFailed, match="gave no usable answer"):
            await http.ask("GET", f"https://{server.host}/")


@pytest.mark.parametrize("host", ["a..b", ".a", "a" * 64 + ".example"])
async def test_what_can_be_no_name_cannot_be_reached(host: str) -> None:
    """Python itself refuses such a name, with another error than for one without an address."""
    with pytest.raises(Unreachable):
        await Http("the system").ask("GET", f"http://{host}/")


async def test_an_answer_comes_in_time(tmp_path: Path) -> None:
    """Others of the loop go on meanwhile."""
    over = threading.Event()

    def hang(_: Asked) -> Reply:
        over.wait(30)
        return Reply(b"")

    with serving(tmp_path, hang) as server:
        http = Http("the stand-in", context=server.context, total_s=0.3)
        asking = asyncio.create_task(http.ask("GET", f"https://{server.host}/"))
        beats = 0
        while not asking.done():
            await asyncio.sleep(0.01)
            beats += 1
        over.set()
        assert beats >= 5
        with pytest.raises(Unreachable, match="the stand-in did not answer in time"):
            await asking


async def test_what_is_no_json(tmp_path: Path) -> None:
    """Nothing of it is shown."""
    with serving(tmp_path, lambda _: Reply(b"<html>canary")) as server:
        http = Http("the stand-in", context=server.context)
        with pytest.raises(UpstreamFailed) as raised:
            await http.ask_json("GET", f"https://{server.host}/")
    assert "canary" not in raised.value.text + raised.value.detail


@pytest.mark.parametrize("url", ["", "example.com", "ftp://a", "https://", "https://a:b", "https://a:0", "file:///etc"])
def test_what_is_no_url(url: str) -> None:
    """The field is named."""
    with pytest.raises(InvalidRequest, match="jwks_url"):
        check_url(url, "jwks_url")
    check_url("https://a.example:8443/x?y", "jwks_url")
    for odd in (
        "https://a.example/\n",
        " https://a.example/",
        "https://a.example/ b",
        "\thttps://a.example",
        "https://a\x7f",
    ):
        with pytest.raises(InvalidRequest, match="jwks_url must not hold spaces"):
            check_url(odd, "jwks_url")
    with pytest.raises(InvalidRequest, match="password"):
        check_url("https://me:secret@a.example/", "jwks_url")


def test_what_is_no_authority(tmp_path: Path) -> None:
    """The field is named; an empty one means the system's authorities."""
    check_ca("", "ca_pem")
    with serving(tmp_path, lambda _: as_json({})) as server:
        check_ca(server.certificate.read_text(), "ca_pem")
        check_ca(f"# Autoridad de Certificación\n{server.certificate.read_text()}", "ca_pem")
    for text in ("x", "ünï", "\ud800", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----"):
        with pytest.raises(InvalidRequest, match="ca_pem"):
            check_ca(text, "ca_pem")


def _always(reply: Reply, _: Asked) -> Reply:
    return reply


def test_authorities_that_are_refused_leave_nothing(tmp_path: Path) -> None:
    """A megabyte of them takes most of a second, and the check of what a request names keeps nothing."""
    kept = http._context_of.cache_info().currsize
    with serving(tmp_path, lambda _: Reply(b"")) as server:
        text = server.certificate.read_text()
    check_ca(text + "\n" * (http.MOST_CA_CHARACTERS - len(text)), "ca_pem")
    with pytest.raises(InvalidRequest, match="ca_pem is longer than 262144 characters"):
        check_ca(text + "\n" * http.MOST_CA_CHARACTERS, "ca_pem")
    assert http._context_of.cache_info().currsize == kept


async def test_nothing_is_unpacked(tmp_path: Path) -> None:
    """A response can't be small on its way and large in memory, and those that obey aren't compressed at all."""
    small = gzip.compress(gzip.compress(bytes(64 << 20)))
    assert len(small) < 4096
    for encoding in ("gzip", "gzip, gzip", "GZIP", "x-unknown"):
        packed = Reply(small, 200, {"Content-Encoding": encoding})
        with serving(tmp_path, partial(_always, packed)) as server:
            http = Http("the stand-in", context=server.context)
            tracemalloc.start()
            try:
                with pytest.raises(UpstreamFailed) as refused:
                    await http.ask("GET", f"https://{server.host}/", headers={"Accept-Encoding": "gzip"})
                assert tracemalloc.get_traced_memory()[1] < 8 << 20
            finally:
                tracemalloc.stop()
        assert refused.value.detail.startswith("compressed")
        assert server.asked[0].headers["accept-encoding"] == "identity"
    with serving(tmp_path, lambda _: Reply(b"{}", 200, {"Content-Encoding": "identity"})) as server:
        assert (await Http("x", context=server.context).ask("GET", f"https://{server.host}/")).body == b"{}"


async def test_a_direct_request_goes_by_no_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's proxy is passed by."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    with serving(tmp_path, lambda _: as_json({})) as server:
        http = Http("the stand-in", context=server.context)
        with pytest.raises(Unreachable, match="cannot be reached"):
            await http.ask("GET", f"https://{server.host}/")
        assert (await http.ask("GET", f"https://{server.host}/", direct=True)).status == 200


async def test_a_name_whose_servers_hang_delays_nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many ask for it: each name has threads of its own."""
    released, real = threading.Event(), socket.getaddrinfo

    def resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host == "hangs.example":
            released.wait(30)
            raise socket.gaierror
        return real("127.0.0.1" if host == "idp.example" else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    http = Http("the stand-in", total_s=20)
    waiting = [asyncio.create_task(http.ask("GET", f"http://hangs.example/{number}")) for number in range(100)]
    await asyncio.sleep(0)
    try:
        with serving(tmp_path, lambda _: as_json({}), names=("idp.example",)) as server:
            port = server.host.rpartition(":")[2]
            ca_pem = server.certificate.read_text()
            assert await http.ask_json("GET", f"https://idp.example:{port}/", ca_pem=ca_pem) == (200, {})
            assert server.asked[-1].headers["host"] == f"idp.example:{port}"
            with pytest.raises(UpstreamFailed, match="cannot be reached"):
                await http.ask_json("GET", f"https://localhost:{port}/", ca_pem=ca_pem)
        assert not any(task.done() for task in waiting)
    finally:
        released.set()
        results = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(each) for each in results} == {Unreachable}


async def test_every_address_of_a_name_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In their order, until one can be reached."""
    with serving(tmp_path, lambda _: as_json({}), names=("idp.example",)) as server:
        port = server.host.rpartition(":")[2]
        places = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, 0)) for host in ("127.77.0.1", "127.0.0.1")]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: places)
        http = Http("the stand-in")
        answer = await http.ask_json("GET", f"https://idp.example:{port}/", ca_pem=server.certificate.read_text())
        assert answer == (200, {})
        places.pop()
        with pytest.raises(UpstreamFailed, match="cannot be reached"):
            await http.ask("GET", f"https://idp.example:{port}/")


@pytest.mark.parametrize(
    ("url", "address", "expected"),
    [
        ("https://idp.example/a?b=c", "192.0.2.1", "https://192.0.2.1/a?b=c"),
        ("https://idp.example:8443/", "2001:db8::1", "https://[2001:db8::1]:8443/"),
    ],
)
def test_an_address_in_the_place_of_a_name(url: str, address: str, expected: str) -> None:
    """Everything else stays."""
    assert names.with_address(url, address) == expected
