"""Asking OCSP responders at a login."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.x509.ocsp import OCSPCertStatus, load_der_ocsp_request
from cryptography.x509.oid import ExtendedKeyUsageOID

from strongroom.auth.cert import Cert
from strongroom.auth.cert.responders import Responders
from strongroom.lib.errors import InvalidRequest, RateLimited, UpstreamFailed
from strongroom.testing.clock import SetClock
from tests.flow.auth.cert.answering import Answering
from tests.flow.auth.cert.showing import WRITE, Showing, mounted
from tests.sim.pki import Authority, Issued

ONE, TWO = "http://one.example/ocsp", "http://two.example/ocsp"
GOOD, REVOKED, UNKNOWN = OCSPCertStatus.GOOD, OCSPCertStatus.REVOKED, OCSPCertStatus.UNKNOWN
SIGNING = (ExtendedKeyUsageOID.OCSP_SIGNING,)


class World:
    """A mount whose role asks responders, its authority and a client."""

    mount: Showing
    root: Authority
    client: Issued
    http: Answering
    clock: SetClock

    @classmethod
    async def new(cls, **settings: Any) -> World:
        """Settings are those of the role."""
        world = cls()
        world.http, world.clock = Answering(), SetClock()
        world.mount, world.root = await mounted(Cert(responders=Responders(world.http, world.clock)))
        given = {"ocsp_enabled": True, "ocsp_max_retries": 0, **settings}
        await world.mount.role("web", world.root.pem, **given)
        world.client = world.root.issue("web", ocsp_url=ONE)
        return world

    def says(self, url: str = ONE, **options: Any) -> None:
        """Have a responder answer about the client."""
        self.http.by_url[url] = lambda asked: self.root.ocsp_response(asked, self.client, **options)

    async def enters(self) -> str:
        """Why the client is refused; empty if it gets in."""
        try:
            await self.mount.log_in(self.client)
        except InvalidRequest as error:
            prefix, _, told = error.text.partition(": ")
            assert prefix == "no chain matching all constraints could be found for this login certificate"
            return told
        return ""


async def test_the_responder_decides() -> None:
    """Good lets in; revoked and unknown don't, and each is told."""
    world = await World.new()
    world.says()
    assert await world.enters() == ""
    assert world.http.asked == [ONE]
    for status, told in (
        (REVOKED, "is revoked, as its OCSP responder says"),
        (UNKNOWN, "doesn't know the certificate"),
    ):
        world = await World.new()
        world.says(status=status)
        assert told in await world.enters()


def delegate(root: Authority, **options: Any) -> Issued:
    """A responder that the authority lets sign for it."""
    return root.issue("responder", **{"usages": SIGNING, **options})


Change = Callable[[World], dict[str, Any]]
RESPONSES: list[tuple[str, Change, str]] = [
    ("delegated", lambda w: {"signer": delegate(w.root)}, ""),
    ("delegated without the usage", lambda w: {"signer": delegate(w.root, usages=None)}, "isn't signed by"),
    ("delegated and expired", lambda w: {"signer": delegate(w.root, days=-1)}, "isn't signed by"),
    ("signed by a stranger", lambda w: {"signer": delegate(Authority.root(w.root.now, "Root"))}, "isn't signed by"),
    ("signed by the client", lambda w: {"signer": w.client}, "isn't signed by"),
    ("about another", lambda w: {"about": w.root.issue("other")}, "about another certificate"),
    ("without the nonce", lambda w: {"repeats_nonce": False}, ""),
    ("out of date", lambda w: {"left_s": -10}, "out of date"),
    ("from the future", lambda w: {"age_s": -600}, "from the future"),
    ("a little ahead", lambda w: {"age_s": -200}, ""),
    ("without an end", lambda w: {"left_s": None}, ""),
    ("without an end, from yesterday", lambda w: {"left_s": None, "age_s": 90_000}, "out of date"),
]


@pytest.mark.parametrize(("case", "change", "told"), RESPONSES, ids=[case for case, _, _ in RESPONSES])
async def test_which_responses_prove_something(case: str, change: Change, told: str) -> None:
    """Only those of whom the issuer lets speak, about this certificate, and now."""
    world = await World.new()
    world.says(**change(world))
    found = await world.enters()
    assert found.startswith("OCSP: the response") and told in found if told else found == ""


async def test_anything_else_is_no_response() -> None:
    """It keeps the client out, unless the role fails open."""
    for answer, told in (
        (b"nonsense", "OCSP: the response can't be read"),
        (b"\x30\x03\x0a\x01\x06", "OCSP: the responder answered unauthorized"),
        (b"", "OCSP: the response can't be read"),
        (503, "the OCSP responder answered with the status 503"),
    ):
        for is_open in (False, True):
            world = await World.new(ocsp_fail_open=is_open)
            world.http.by_url[ONE] = lambda _, answer=answer: answer  # type: ignore[misc]
            assert await world.enters() == ("" if is_open else told)


async def test_fail_open() -> None:
    """It lets in whose standing can't be found out; who is revoked stays out."""
    closed = await World.new()
    assert await closed.enters() == "the system cannot be reached"
    world = await World.new(ocsp_fail_open=True)
    assert await world.enters() == ""
    world.says(status=UNKNOWN)
    assert await world.enters() == ""
    world.says(status=REVOKED)
    assert "is revoked" in await world.enters()


async def test_another_answer_to_the_same_question_isnt_replayed() -> None:
    """A response with another nonce was made for somebody else."""
    world = await World.new()
    seen: list[bytes] = []

    def once(asked: bytes) -> bytes:
        seen.append(asked)
        return world.root.ocsp_response(seen[0], world.client, left_s=None)

    world.http.by_url[ONE] = once
    assert await world.enters() == ""
    assert await world.enters() == "OCSP: the response is one to another question"
    assert len({load_der_ocsp_request(each).serial_number for each in seen}) == 1


async def test_responses_are_kept_until_they_end() -> None:
    """Good ones and bad ones; those that don't say how long they count aren't."""
    for status, told in ((GOOD, ""), (REVOKED, "the certificate is revoked, as its OCSP responder says")):
        world = await World.new()
        world.says(status=status, left_s=600)
        assert [await world.enters() for _ in range(3)] == [told] * 3
        assert len(world.http.asked) == 1
        world.clock.advance(601)
        await world.enters()
        assert len(world.http.asked) == 2
    world = await World.new()
    world.says(left_s=None)
    assert [await world.enters() for _ in range(3)] == [""] * 3
    assert len(world.http.asked) == 3


async def test_how_old_a_response_may_be() -> None:
    """By the role, and no response is kept for longer."""
    world = await World.new(ocsp_this_update_max_age="5m")
    world.says(age_s=400)
    assert await world.enters() == "OCSP: the response is out of date"
    world.says(age_s=100)
    assert await world.enters() == ""
    world.clock.advance(201)
    world.says(status=REVOKED, age_s=-201)
    assert "is revoked" in await world.enters()


async def test_a_change_of_the_role_asks_again() -> None:
    """What other rules have found out doesn't count."""
    world = await World.new()
    world.says(left_s=600)
    await world.enters()
    await world.mount.ask(WRITE, "certs/web", {"ocsp_servers_override": TWO})
    world.says(TWO, status=REVOKED)
    assert "is revoked" in await world.enters()
    assert world.http.asked == [ONE, TWO]


async def test_the_cache_has_the_size_of_the_mount() -> None:
    """The response that was used first goes."""
    world = await World.new(ocsp_servers_override=ONE)
    await world.mount.ask(WRITE, "config", {"ocsp_cache_size": 2})
    clients = [world.root.issue(f"c{number}") for number in range(3)]
    for client in (*clients, clients[2], clients[0]):
        world.client = client
        world.says()
        assert await world.enters() == ""
    assert len(world.http.asked) == 4


SERVERS: list[tuple[bool, dict[str, Any], dict[str, Any], str, int]] = [
    (False, {"status": GOOD}, {"status": REVOKED}, "", 1),
    (False, {"status": REVOKED}, {"status": GOOD}, "is revoked", 1),
    (False, {"status": UNKNOWN}, {"status": GOOD}, "", 2),
    (False, {"left_s": -9}, {"status": REVOKED}, "is revoked", 2),
    (False, {"status": UNKNOWN}, {"status": UNKNOWN}, "doesn't know", 2),
    (True, {"status": GOOD}, {"status": GOOD}, "", 2),
    (True, {"status": GOOD}, {"status": REVOKED}, "is revoked", 2),
    (True, {"status": REVOKED}, {"left_s": -9}, "is revoked", 2),
    (True, {"status": GOOD}, {"status": UNKNOWN}, "doesn't know", 2),
    (True, {"left_s": -9}, {"status": GOOD}, "out of date", 2),
]


@pytest.mark.parametrize(("ask_all", "one", "two", "told", "asked"), SERVERS)
async def test_several_responders(
    ask_all: bool, one: dict[str, Any], two: dict[str, Any], told: str, asked: int
) -> None:
    """The first that knows decides; or all have to say that the certificate is good."""
    world = await World.new(ocsp_servers_override=[ONE, TWO], ocsp_query_all_servers=ask_all)
    world.says(ONE, **one)
    world.says(TWO, **two)
    found = await world.enters()
    assert told in found if told else found == ""
    assert len(world.http.asked) == asked


async def test_a_responder_that_fails_is_asked_again() -> None:
    """As often as the role says."""
    world = await World.new(ocsp_max_retries=1)
    answers: list[int | None] = [503]

    def flaky(asked: bytes) -> bytes | int | None:
        return answers.pop() if answers else world.root.ocsp_response(asked, world.client)

    world.http.by_url[ONE] = flaky
    assert await world.enters() == ""
    assert len(world.http.asked) == 2
    world.client = world.root.issue("other", ocsp_url=ONE)
    answers.append(None)
    assert await world.enters() == ""
    world.client = world.root.issue("third", ocsp_url=ONE)
    answers += [503, None]
    assert await world.enters() == "the OCSP responder answered with the status 503"
    assert len(world.http.asked) == 6


async def test_whom_a_connection_to_a_responder_trusts() -> None:
    """The role's further certificates, where there is TLS."""
    world = await World.new(ocsp_servers_override=[ONE, "https://one.example"], ocsp_ca_certificates="")
    world.says(status=UNKNOWN)
    await world.enters()
    await world.mount.ask(WRITE, "certs/web", {"ocsp_ca_certificates": world.root.pem})
    await world.enters()
    assert world.http.trusted == ["", "", "", world.root.pem]


async def test_without_a_responder() -> None:
    """A certificate that names none can't be asked about; nor can one whose issuer isn't known."""
    world = await World.new()
    world.client = world.root.issue("web")
    assert await world.enters() == "the certificate names no OCSP responder"
    own = world.root.issue("own", ocsp_url=ONE)
    await world.mount.role("web", own.pem, ocsp_enabled=True)
    world.client = own
    world.says()
    assert await world.enters() == "OCSP: the certificate of the issuer isn't known"
    await world.mount.role("web", own.pem + world.root.pem, ocsp_enabled=True)
    assert await world.enters() == ""


async def test_addresses_that_are_none() -> None:
    """A certificate may name anything; only HTTP is spoken."""
    world = await World.new()
    for url in ("ldap://directory/cn=x", "http://"):
        world.client = world.root.issue("web", ocsp_url=url)
        assert await world.enters() == (
            "the address of an OCSP responder must be a URL that begins with https:// or http://"
        )
    assert world.http.asked == []


async def test_the_issuer_is_who_has_signed() -> None:
    """Of several at hand that have its name."""
    world = await World.new()
    own = world.root.issue("own", ocsp_url=ONE)
    posing = Authority.root(world.root.now, "Root")
    world.client = own
    world.says()
    signed = {"ocsp_enabled": True, "ocsp_max_retries": 0}
    await world.mount.role("web", own.pem + posing.pem, **signed)
    assert await world.enters() == "OCSP: the certificate of the issuer isn't known"
    await world.mount.role("web", own.pem + posing.pem, ocsp_ca_certificates=world.root.pem, **signed)
    assert await world.enters() == ""
    await world.mount.role("web", own.pem, ocsp_ca_certificates="", **signed)
    world.client = Issued(own.certificate, own.key, (posing.own.der, world.root.own.der))
    assert await world.enters() == ""


async def test_too_many_wait() -> None:
    """Further ones are told to come again, and nobody is let in for that."""
    world = await World.new(ocsp_fail_open=True)
    reached, released = asyncio.Event(), asyncio.Event()

    async def hanging(verb: str, url: str, **options: Any) -> Any:
        reached.set()
        await released.wait()
        raise UpstreamFailed("gone")

    world.http.ask = hanging  # type: ignore[method-assign]
    clients = [world.root.issue(f"c{number}", ocsp_url=ONE) for number in range(129)]
    world.mount.shown = ()
    waiting = []
    for client in clients[:128]:
        waiting.append(asyncio.create_task(world.mount.log_in(client, "web")))
        await asyncio.sleep(0)  # its first step takes its own certificate
    engine = world.mount.plugin
    while engine.waiting.now < 128:  # type: ignore[attr-defined]
        await asyncio.sleep(0)
    with pytest.raises(RateLimited, match="too many requests wait for the OCSP responder"):
        await world.mount.log_in(clients[128], "web")
    assert engine.waiting.refused == 1  # type: ignore[attr-defined]
    released.set()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_further_signers() -> None:
    """They sign responses, and vouch for no client."""
    world = await World.new()
    other = Authority.root(world.root.now, "Signer")
    world.says(signer=other.own)
    assert "isn't signed by" in await world.enters()
    await world.mount.ask(WRITE, "certs/web", {"ocsp_ca_certificates": other.pem})
    assert await world.enters() == ""
    world.client = other.issue("web", ocsp_url=ONE)
    with pytest.raises(InvalidRequest, match="invalid certificate or no client certificate supplied"):
        await world.mount.log_in(world.client)


async def test_the_next_role_gets_its_turn() -> None:
    """A role whose responder is away doesn't keep out who gets in by another one."""
    world = await World.new()
    await world.mount.role("zoo", world.root.pem)
    assert (await world.mount.log_in(world.client)).metadata["cert_name"] == "zoo"


async def test_a_login_waits_for_few_responders() -> None:
    """However many roles have some."""
    world = await World.new()
    for number in range(12):
        await world.mount.role(
            f"r{number:02}",
            world.root.pem,
            ocsp_enabled=True,
            ocsp_max_retries=0,
            ocsp_servers_override=f"http://{number}",
        )
    assert "more than 8 roles would have to ask OCSP responders; name the role" in await world.enters()
    assert len(world.http.asked) == 8


async def test_nothing_is_asked_for_who_is_out_anyway() -> None:
    """Strangers and clients that miss a constraint cost no request to anybody."""
    world = await World.new(allowed_common_names="x")
    assert "does not meet allowed_common_names" in await world.enters()
    world.client = Authority.root(world.root.now, "Root").issue("x", ocsp_url=ONE)
    with pytest.raises(InvalidRequest):
        await world.mount.log_in(world.client)
    assert world.http.asked == []


async def test_a_hanging_responder_delays_only_its_own_logins() -> None:
    """Others get in meanwhile."""
    world = await World.new()
    reached, released = asyncio.Event(), asyncio.Event()
    plain = world.http.ask

    async def hanging(verb: str, url: str, **options: Any) -> Any:
        if url == ONE:
            reached.set()
            await released.wait()
        return await plain(verb, url, **options)

    world.http.ask = hanging  # type: ignore[method-assign]
    world.says()
    await world.mount.role("other", world.root.pem, ocsp_enabled=True, ocsp_servers_override=TWO)
    other = world.root.issue("other")
    world.http.by_url[TWO] = lambda asked: world.root.ocsp_response(asked, other)
    waiting = asyncio.create_task(world.mount.log_in(world.client, "web"))
    await reached.wait()
    assert world.mount.plugin.waiting.now == 1  # type: ignore[attr-defined]
    assert (await world.mount.log_in(other, "other")).alias == "other"
    released.set()
    world.mount.shown = world.client.shown
    assert (await waiting).alias == "web"
