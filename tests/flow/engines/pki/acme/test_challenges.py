"""What proves a name, and from where."""

from __future__ import annotations

import asyncio
import datetime
import ssl
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from strongroom.crypto.mac import sha256
from strongroom.engines.pki.acme.challenges import http_01, names
from strongroom.engines.pki.acme.challenges.ports import Ports
from strongroom.engines.pki.acme.challenges.ranges import refusal
from strongroom.engines.pki.acme.records import AcmeConfig
from tests.flow.engines.pki.acme.clients import Client, encoded, registered
from tests.flow.engines.pki.acme.hosts import WebHost
from tests.flow.engines.pki.acme.proved import World, world
from tests.flow.engines.pki.mounts import openssl

LOOPBACK = ("127.0.0.0/8",)
ADDRESSES: dict[str, tuple[tuple[str, ...], tuple[str, ...], bool]] = {
    "192.0.2.1": ((), (), True),
    "10.1.2.3": ((), (), True),
    "192.168.1.1": ((), (), True),
    "fd00::1": ((), (), True),
    "127.0.0.1": ((), (), False),
    "127.9.9.9": ((), (), False),
    "::1": ((), (), False),
    "169.254.169.254": ((), (), False),
    "fe80::1": ((), (), False),
    "224.0.0.1": ((), (), False),
    "ff02::1": ((), (), False),
    "0.0.0.0": ((), (), False),
    "0.1.2.3": ((), (), False),
    "::": ((), (), False),
    "255.255.255.255": ((), (), False),
    "::ffff:127.0.0.1": ((), (), False),
    "64:ff9b::7f00:1": ((), (), False),
    "2002:7f00:1::": ((), (), False),
    "fd00:ec2::254": ((), (), False),
    "fd00:ec2::23": ((), (), False),
    "fd20:ce::254": ((), (), False),
    "fd00:42::42": ((), (), False),
    "64:ff9b:1::7f00:1": ((), (), False),
    "64:ff9b:1::a01:203": ((), (), True),
    "::ffff:0:7f00:1": ((), (), False),
    "100.100.100.200": ((), (), False),
    "168.63.129.16": ((), (), False),
    "64:ff9b::a83f:8110": ((), (), False),
    "127.0.0.2": (LOOPBACK, (), True),
    "127.0.0.3": (LOOPBACK, ("127.0.0.3",), False),
    "10.0.0.1": (LOOPBACK, (), False),
    "10.0.0.2": ((), ("10.0.0.0/8",), False),
}


@pytest.mark.parametrize("address, case", ADDRESSES.items(), ids=ADDRESSES.keys())
def test_addresses(address: str, case: tuple[tuple[str, ...], tuple[str, ...], bool]) -> None:
    """Private addresses are asked; the server's own, those of its link and groups only if they are permitted."""
    permitted, excluded, asked = case
    config = AcmeConfig(challenge_permitted_ip_ranges=permitted, challenge_excluded_ip_ranges=excluded)
    assert (refusal(address, config) == "") == asked


async def tried(it: World, client: Client, name: str, kind: str = "http-01", content: str = "") -> dict[str, Any]:
    """What becomes of a challenge."""
    order = await client.order(name)
    challenge = await it.challenge(client, order.json["authorizations"][0], kind)
    if kind == "http-01" and content:
        it.web.serve(challenge["token"], content.replace("{token}", challenge["token"]))
    return (await client.at(challenge["url"], {})).json


async def test_a_wrong_file_is_told_with_both_values() -> None:
    """The problem says what was found and what was expected; the order is invalid at once."""
    async with world() as it:
        client = await it.client()
        order = await client.order("www.example.com")
        challenge = await it.challenge(client, order.json["authorizations"][0])
        it.web.serve(challenge["token"], "something else")
        answer = await client.at(challenge["url"], {})
        detail = answer.json["error"]["detail"]
        assert answer.json["status"] == "invalid"
        assert '"something else"' in detail
        assert f"{challenge['token']}.{encoded(client.key.thumbprint())}" in detail
        assert (await client.at(order.headers["Location"])).json["status"] == "invalid"


async def test_a_loopback_address_is_not_asked() -> None:
    """A name that leads to the server itself is refused, and nothing is connected to."""
    async with world(challenge_permitted_ip_ranges="") as it:
        answer = await tried(it, await it.client(), "www.example.com", content="x")
        assert answer["status"] == "invalid"
        assert "127.0.0.1" in answer["error"]["detail"]
        assert it.web.asked == []


REDIRECTS = {
    "to another file": ("http://www.example.com:{port}/elsewhere", "valid"),
    "to a path alone": ("/elsewhere", "valid"),
    "to an address that isn't permitted": ("http://internal.example:{port}/elsewhere", "processing"),
    "to an address as it is": ("http://169.254.169.254/latest", "processing"),
    "to another port": ("http://www.example.com:9/elsewhere", "invalid"),
    "to another scheme": ("file:///etc/passwd", "invalid"),
    "with a password": ("http://a:b@www.example.com:{port}/elsewhere", "invalid"),
    "in a ring": (".", "processing"),
}


@pytest.mark.parametrize("location, status", REDIRECTS.values(), ids=REDIRECTS.keys())
async def test_redirects(location: str, status: str) -> None:
    """A redirect is followed, and each place that it leads to is judged like the first."""
    async with world() as it:
        it.names.addresses["internal.example"] = "10.255.255.1"
        client = await it.client()
        order = await client.order("www.example.com")
        challenge = await it.challenge(client, order.json["authorizations"][0])
        path = f"/.well-known/acme-challenge/{challenge['token']}"
        it.web.redirects[path] = location.replace("{port}", str(it.web.port)) if location != "." else path
        it.web.files["/elsewhere"] = f"{challenge['token']}.{encoded(client.key.thumbprint())}"
        assert (await client.at(challenge["url"], {})).json["status"] == status


async def test_what_a_redirect_leads_to_is_not_shown() -> None:
    """A client could otherwise learn of hosts that only the server reaches: what they serve, or whether they are there.

    Wherever it leads, the client is told the same.
    """
    async with world() as it:
        it.names.addresses["forbidden.example"] = "10.255.255.1"
        it.web.files["/internal"] = "canary of the intranet"
        it.web.redirects["/again"] = "/canary"
        here = f"http://www.example.com:{it.web.port}"
        told = set()
        for target in ("/internal", "/missing", "/again", "https://www.example.com/", "http://forbidden.example/"):
            client = await it.client()
            order = await client.order("www.example.com")
            challenge = await it.challenge(client, order.json["authorizations"][0])
            path = f"/.well-known/acme-challenge/{challenge['token']}"
            it.web.redirects[path] = target
            answer = (await client.at(challenge["url"], {})).json
            expected = f"{challenge['token']}.{encoded(client.key.thumbprint())}"
            whole = target if "//" in target else here + target
            text = answer["error"]["detail"]
            for said, name in ((expected, "EXPECTED"), (here + path, "FIRST"), (whole, "TARGET")):
                text = text.replace(said, name)
            told.add((answer["status"], answer["error"]["type"], text))
        assert told == {
            (
                "processing",
                "urn:ietf:params:acme:error:unauthorized",
                'FIRST redirects to TARGET, which didn\'t lead to the file with "EXPECTED"',
            )
        }


async def test_a_host_that_is_away_is_tried_again() -> None:
    """A host that doesn't answer leaves the challenge open; it is tried again when the client asks."""
    async with world() as it:
        client = await it.client()
        order = await client.order("www.example.com")
        authorization = order.json["authorizations"][0]
        challenge = await it.challenge(client, authorization)
        assert "Retry-After" not in (await client.at(authorization)).headers
        first = await client.at(challenge["url"], {})
        assert (first.json["status"], int(first.headers["Retry-After"]) > 0) == ("processing", True)
        assert "404" in first.json["error"]["detail"]
        waiting = await client.at(authorization)
        assert (waiting.json["status"], int(waiting.headers["Retry-After"]) > 0) == ("pending", True)
        assert len(it.web.asked) == 1  # too early for another attempt
        it.server.mount.clock.advance(60)
        it.publish(client, challenge)
        for done in (await client.at(authorization), await client.at(challenge["url"], {})):
            assert (done.json["status"], "Retry-After" in done.headers) == ("valid", False)


@pytest.mark.parametrize("kind", ["http-01", "tls-alpn-01", "dns-01"])
async def test_a_name_that_there_is_not(kind: str) -> None:
    """The client is told that the name doesn't exist, and the challenge stays open: it may yet be published."""
    async with world() as it:
        it.names.absent |= {"www.example.com", "_acme-challenge.www.example.com"}
        answer = await tried(it, await it.client(), "www.example.com", kind)
        name = "_acme-challenge.www.example.com" if kind == "dns-01" else "www.example.com"
        assert answer["error"] == {"type": "urn:ietf:params:acme:error:dns", "detail": f"{name} does not exist"}
        assert answer["status"] == "processing"


@pytest.mark.parametrize("ended", ["deactivated", "expired"])
async def test_what_is_over_is_not_tried(ended: str) -> None:
    """No host is asked for an authorization that its client has deactivated, or that has expired."""
    async with world() as it:
        client = await it.client()
        order = await client.order("www.example.com")
        authorization = order.json["authorizations"][0]
        challenge = await it.challenge(client, authorization)
        it.publish(client, challenge)
        if ended == "deactivated":
            await client.at(authorization, {"status": "deactivated"})
        else:
            it.server.mount.clock.advance(24 * 3600)
        assert (await client.at(challenge["url"], {})).json["status"] == "pending"
        assert (await client.at(authorization)).json["status"] == ended
        assert (it.web.asked, it.names.asked) == ([], [])


async def test_what_ends_during_an_attempt_stays_ended() -> None:
    """An authorization that is deactivated while its host is asked isn't made valid by what the host answers."""
    async with world() as it:
        client, loop = await it.client(), asyncio.get_running_loop()
        order = await client.order("www.example.com")
        authorization = order.json["authorizations"][0]
        challenge = await it.challenge(client, authorization)
        it.publish(client, challenge)
        answer = it.names.answer

        def deactivating(data: bytes) -> bytes:
            if not it.web.asked and not it.names.asked:
                over = client.at(authorization, {"status": "deactivated"})
                asyncio.run_coroutine_threadsafe(over, loop).result(10)
            return answer(data)

        it.names.answer = deactivating  # type: ignore[method-assign]
        assert (await client.at(challenge["url"], {})).json["status"] == "processing"
        assert len(it.web.asked) == 1
        assert (await client.at(authorization)).json["status"] == "deactivated"
        assert (await client.at(order.headers["Location"])).json["status"] == "invalid"


async def test_a_server_that_can_not_look_up_names_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client is told that the fault is the server's, and the challenge stays open."""
    names._library.cache_clear()
    monkeypatch.setitem(sys.modules, "dns.asyncresolver", None)
    async with world() as it:
        answer = await tried(it, await it.client(), "www.example.com")
        assert answer["error"]["type"] == "urn:ietf:params:acme:error:serverInternal"
        assert answer["status"] == "processing"


async def test_after_five_attempts_it_is_over() -> None:
    """The fifth attempt that fails makes the authorization invalid."""
    async with world() as it:
        client = await it.client()
        order = await client.order("www.example.com")
        authorization = order.json["authorizations"][0]
        challenge = await it.challenge(client, authorization)
        states = [(await client.at(challenge["url"], {})).json["status"]]
        for _ in range(4):
            it.server.mount.clock.advance(60)
            states.append((await client.at(authorization)).json["status"])
        assert states == ["processing", "pending", "pending", "pending", "invalid"]


async def test_a_request_that_is_sent_many_times_asks_once() -> None:
    """Of ten equal requests at the same time, one has the host asked."""
    async with world() as it:
        client = await it.client()
        order = await client.order("www.example.com")
        challenge = await it.challenge(client, order.json["authorizations"][0])
        body = await client.signed(f"challenge/{challenge['url'].split('/challenge/')[1]}", {})
        path = f"acme/challenge/{challenge['url'].split('/challenge/')[1]}"
        answers = await asyncio.gather(*(client.server.send(path, body) for _ in range(10)))
        assert len(it.web.asked) == 1
        assert sorted(answer.problem for answer in answers) == ["", *["badNonce"] * 9]


async def test_dns_01() -> None:
    """A record with the digest proves a name, beside other records; without it the challenge stays open."""
    async with world() as it:
        client = await it.client()
        order = await client.order("*.example.com")
        challenge = await it.challenge(client, order.json["authorizations"][0], "dns-01")
        it.names.texts["_acme-challenge.example.com"] = ["an older one"]
        early = (await client.at(challenge["url"], {})).json
        assert (early["status"], "an older one" in early["error"]["detail"]) == ("processing", True)
        digest = encoded(sha256(f"{challenge['token']}.{encoded(client.key.thumbprint())}".encode()))
        it.names.texts["_acme-challenge.example.com"].append(digest)
        it.server.mount.clock.advance(60)
        assert (await client.at(challenge["url"], {})).json["status"] == "valid"


def proof(names: list[x509.GeneralName], digest: bytes, *, critical: bool = True) -> tuple[bytes, bytes]:
    """Key and certificate of a host that proves a name."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([])
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(
            x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.31"), b"\x04\x20" + digest), critical
        )
    )
    certificate = builder.sign(key, hashes.SHA256())
    return (
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        certificate.public_bytes(serialization.Encoding.PEM),
    )


PROOFS: dict[str, tuple[list[x509.GeneralName], bool, str, str]] = {
    "the name": ([x509.DNSName("www.example.com")], True, "acme-tls/1", "valid"),
    "the name in capital letters": ([x509.DNSName("WWW.example.COM")], True, "acme-tls/1", "valid"),
    "two names": ([x509.DNSName("www.example.com"), x509.DNSName("b.example")], True, "acme-tls/1", "invalid"),
    "another name": ([x509.DNSName("b.example")], True, "acme-tls/1", "invalid"),
    "an extension that isn't critical": ([x509.DNSName("www.example.com")], False, "acme-tls/1", "invalid"),
    "another protocol": ([x509.DNSName("www.example.com")], True, "http/1.1", "processing"),
}


@pytest.mark.parametrize("names, critical, protocol, status", PROOFS.values(), ids=PROOFS.keys())
async def test_tls_alpn_01(
    tmp_path: Path, names: list[x509.GeneralName], critical: bool, protocol: str, status: str
) -> None:
    """A certificate for one name, in any case, with the digest in a critical extension, proves that name."""
    async with world() as it:
        client = await it.client()
        order = await client.order("www.example.com")
        challenge = await it.challenge(client, order.json["authorizations"][0], "tls-alpn-01")
        digest = sha256(f"{challenge['token']}.{encoded(client.key.thumbprint())}".encode())
        key, certificate = proof(names, digest, critical=critical)
        (tmp_path / "proof.pem").write_bytes(key + certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "proof.pem")
        context.set_alpn_protocols([protocol])
        asked: list[str | None] = []
        context.sni_callback = lambda _, name, __: asked.append(name)

        async def close(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.close()

        listening = await asyncio.start_server(close, "127.0.0.1", 0, ssl=context)
        async with listening:
            port = listening.sockets[0].getsockname()[1]
            it.server.mount.engine.acme_ports = Ports(http=it.web.port, tls=port)  # type: ignore[attr-defined]
            answer = (await client.at(challenge["url"], {})).json
        assert answer["status"] == status, answer
        assert asked == ["www.example.com"] or protocol != "acme-tls/1"


@pytest.mark.parametrize(("sent", "problem"), [(b"", "connection"), (b"no TLS at all\n", "tls")])
async def test_a_host_that_speaks_no_tls(sent: bytes, problem: str) -> None:
    """A host that hangs up, or speaks another protocol, may be repaired: the challenge stays open."""

    async def close(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        writer.close()

    async with world() as it, await asyncio.start_server(close, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        it.server.mount.engine.acme_ports = Ports(http=it.web.port, tls=port)  # type: ignore[attr-defined]
        answer = await tried(it, await it.client(), "www.example.com", "tls-alpn-01")
        assert answer["error"]["type"] == f"urn:ietf:params:acme:error:{problem}"
        assert f"127.0.0.1 port {port}: " in answer["error"]["detail"]
        assert answer["status"] == "processing"


@pytest.mark.parametrize(("address", "named"), [("127.0.0.7", "127.0.0.7"), ("::1", "[::1]")])
async def test_an_address_is_proved_by_its_own_host(address: str, named: str) -> None:
    """An address is an identifier of its own: http-01 asks it without any name server."""
    with WebHost(address).running() as web:
        client = await registered(challenge_permitted_ip_ranges=address)
        client.server.mount.engine.acme_ports = Ports(http=web.port)  # type: ignore[attr-defined]
        order = await client.post("new-order", {"identifiers": [{"type": "ip", "value": address}]})
        shown = (await client.at(order.json["authorizations"][0])).json
        challenge = next(each for each in shown["challenges"] if each["type"] == "http-01")
        web.serve(challenge["token"], f"{challenge['token']}.{encoded(client.key.thumbprint())}")
        assert (await client.at(challenge["url"], {})).json["status"] == "valid"
        assert web.hosts == [f"{named}:{web.port}"]


async def test_a_redirect_to_https_is_followed_whatever_its_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Getting a certificate that counts is what it is all for: at first a host has one of its own, for any name."""
    monkeypatch.setattr(http_01, "_shared", {})  # so that the client is made within this test
    openssl(
        *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=another"),
        *("-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "certificate.pem")),
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate.pem", tmp_path / "key.pem")
    async with world() as it:
        with WebHost(tls=context).running() as secured:
            it.server.mount.engine.acme_ports = Ports(http=it.web.port, tls=secured.port)  # type: ignore[attr-defined]
            client = await it.client()
            order = await client.order("www.example.com")
            challenge = await it.challenge(client, order.json["authorizations"][0])
            path = f"/.well-known/acme-challenge/{challenge['token']}"
            it.web.redirects[path] = f"https://www.example.com:{secured.port}{path}"
            secured.serve(challenge["token"], f"{challenge['token']}.{encoded(client.key.thumbprint())}")
            assert (await client.at(challenge["url"], {})).json["status"] == "valid"
            assert secured.asked == [path]
