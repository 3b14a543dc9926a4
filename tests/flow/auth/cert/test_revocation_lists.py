"""Lists of revoked certificates."""

from __future__ import annotations

import base64

import pytest

from strongroom.auth.cert import Cert
from strongroom.auth.cert.revocation import AGAIN_S, Lists
from strongroom.lib.errors import InvalidRequest, NotFound, StrongroomError, UpstreamFailed
from tests.flow.auth.cert.answering import Answering
from tests.flow.auth.cert.showing import DELETE, LIST, READ, WRITE, Showing, mounted
from tests.sim.pki import Authority

URL = "http://crl.example/root.crl"
REVOKED = "no chain matching all constraints .*: a certificate of the chain is revoked"


async def with_web(engine: Cert | None = None) -> tuple[Showing, Authority]:
    """A mount with a role for an authority."""
    mount, root = await mounted(engine)
    await mount.role("web", root.pem)
    return mount, root


async def test_a_list_revokes() -> None:
    """What is on it can't log in and renew, whatever the list's dates are; without the list it can again."""
    mount, root = await with_web()
    bad, good = root.issue("bad"), root.issue("good")
    auth = await mount.log_in(bad)
    assert await mount.ask(WRITE, "crls/One", {"crl": root.crl(bad, days=-1, age_days=2).decode()}) is None
    with pytest.raises(InvalidRequest, match=REVOKED):
        await mount.log_in(bad)
    with pytest.raises(InvalidRequest, match=REVOKED):
        await mount.renewed(bad, auth)
    await mount.log_in(good)
    await mount.ask(WRITE, "crls/one", {"crl": root.crl(good, number=2).decode()})
    await mount.log_in(bad)
    await mount.ask(DELETE, "crls/ONE")
    await mount.log_in(good)
    with pytest.raises(InvalidRequest, match="no such CRL one"):
        await mount.ask(DELETE, "crls/one")


async def test_a_registered_certificate_is_revoked_too() -> None:
    """Its own authority isn't known to the mount, and the list is not verified, which is told."""
    mount, root = await mounted()
    own = root.issue("own")
    await mount.role("own", own.pem)
    response = await mount.ask(WRITE, "crls/one", {"crl": root.crl(own).decode()})
    assert response is not None
    assert "its signature wasn't verified" in response.warnings[0]
    with pytest.raises(InvalidRequest, match=REVOKED):
        await mount.log_in(own)


async def test_another_chain_lets_in() -> None:
    """A chain without a revoked certificate is enough."""
    mount, root = await with_web()
    old, other = root.below("Between"), Authority.root(root.now, "Other")
    await mount.role("other", other.pem)
    new = other.below("Between", key=old.own.key)
    await mount.ask(WRITE, "crls/one", {"crl": root.crl(old.own).decode()})
    leaf = old.issue("leaf")
    with pytest.raises(InvalidRequest, match=REVOKED):
        await mount.log_in(leaf)
    for shown in ((leaf.der, old.own.der, new.own.der), (leaf.der, new.own.der, old.own.der)):
        assert (await mount.log_in(shown)).metadata["cert_name"] == "other"
    renewed = root.below("Between", key=old.own.key)
    assert (await mount.log_in((leaf.der, old.own.der, renewed.own.der))).metadata["cert_name"] == "web"


async def test_what_a_list_says() -> None:
    """Serial numbers, in whatever form it came; issuer, number and dates."""
    mount, root = await with_web()
    serials = (1, 127, 2**64, 2**159 - 1)
    clients = [root.issue(f"c{serial}", serial=serial) for serial in serials]
    der = root.crl(*clients, number=7, pem=False)
    for text in (root.crl(*clients, number=7).decode(), base64.b64encode(der).decode()):
        await mount.ask(WRITE, "crls/one", {"crl": text})
        shown = await mount.data(READ, "crls/one")
        assert shown["serials"] == {str(serial): {} for serial in serials}
        assert (shown["issuer"], shown["number"], shown["signature_verified"]) == ("CN=Root", 7, True)
        assert "cdp" not in shown
    for client in clients:
        with pytest.raises(InvalidRequest, match=REVOKED):
            await mount.log_in(client)
    await mount.log_in(root.issue(serial=2))
    await mount.ask(WRITE, "crls/two", {"crl": root.crl().decode()})
    assert "serials" not in await mount.data(READ, "crls/two")
    assert await mount.data(LIST, "crls") == {"keys": ["one", "two"]}
    assert await mount.data(LIST, "crls", {"after": "one", "limit": 1}) == {"keys": ["two"]}
    with pytest.raises(NotFound):
        await mount.ask(LIST, "crls", {"after": "two"})


async def test_what_is_no_list() -> None:
    """It is refused, and the one before stays."""
    mount, root = await with_web()
    other = Authority.root(root.now, "Root")
    await mount.ask(WRITE, "crls/one", {"crl": root.crl(root.issue(serial=5)).decode()})
    for given, told in (
        ({}, "one of 'crl' or 'url' must be provided"),
        ({"crl": "x", "url": "http://x"}, "only one of"),
        ({"crl": "nonsense"}, "failed to parse CRL"),
        ({"crl": root.pem}, "failed to parse CRL"),
        ({"crl": base64.b64encode(b"\x300").decode()}, "failed to parse CRL"),
        ({"crl": other.crl().decode()}, "the signature of the CRL isn't that of the registered certificate"),
        ({"url": ""}, "empty CRL url"),
        ({"url": "file:///etc/passwd"}, "url must be a URL"),
        ({"url": "http://a:b@x"}, "must not hold a user's name or password"),
    ):
        with pytest.raises(InvalidRequest, match=told):
            await mount.ask(WRITE, "crls/one", given)
    assert (await mount.data(READ, "crls/one"))["serials"] == {"5": {}}
    for operation in (READ, DELETE):
        with pytest.raises(InvalidRequest, match="no such CRL none"):
            await mount.ask(operation, "crls/none")


async def fetched(days: float = 1.0) -> tuple[Showing, Authority, Answering]:
    """A mount with a list that is fetched, on which nothing is yet."""
    http = Answering()
    mount, root = await with_web(Cert(Lists(http)))
    http.by_url[URL] = lambda _: root.crl(days=days, pem=False)
    await mount.ask(WRITE, "crls/one", {"url": URL})
    return mount, root, http


async def next_time(mount: Showing) -> float:
    """When the list is fetched again."""
    from strongroom.barrier.transaction import Transaction, transact
    from tests.flow.harness import MOUNT_ID

    async def body(txn: Transaction) -> float:
        work = await mount.request(txn, READ, "", {}, "").view.schedule(MOUNT_ID).read("crl/one")
        return work.at if work is not None else 0.0

    return await transact(mount.barrier, body)


async def test_a_list_is_fetched_by_its_dates() -> None:
    """At once, and whenever there is another one; logins don't wait for that."""
    mount, root, http = await fetched()
    bad = root.issue("bad")
    await mount.log_in(bad)
    assert await next_time(mount) == int(root.now + 86400)
    assert (await mount.data(READ, "crls/one"))["cdp"]["url"] == URL
    mount.clock.advance(86400)
    http.by_url[URL] = lambda _: root.crl(bad, number=2, days=3)
    asked = len(http.asked)
    await mount.log_in(bad)
    assert len(http.asked) == asked
    await mount.due("crl/one")
    with pytest.raises(InvalidRequest, match=REVOKED):
        await mount.log_in(bad)
    assert await next_time(mount) == int(root.now + 3 * 86400)
    await mount.ask(WRITE, "crls/one", {"crl": root.crl().decode()})
    assert await next_time(mount) == 0
    await mount.due("crl/one")
    await mount.log_in(bad)


async def test_while_it_cant_be_fetched_the_last_one_counts() -> None:
    """What it revokes stays revoked, the reason can be read, and it is tried again soon."""
    mount, root, http = await fetched()
    bad = root.issue("bad")
    http.by_url[URL] = lambda _: root.crl(bad)
    await mount.due("crl/one")
    before = await mount.data(READ, "crls/one")
    failures = (lambda _: 500, lambda _: b"nonsense", lambda _: Authority.root(root.now, "Root").crl())
    for failure in (*failures, lambda _: Authority.root(root.now, "Other").crl(), lambda _: root.crl(age_days=2)):
        http.by_url[URL] = failure  # type: ignore[assignment]
        await mount.due("crl/one")
        after = await mount.data(READ, "crls/one")
        assert after.pop("last_error")
        assert after == {name: value for name, value in before.items() if name != "last_error"}
        assert await next_time(mount) == mount.clock.now() + AGAIN_S
        with pytest.raises(InvalidRequest, match=REVOKED):
            await mount.log_in(bad)
    http.by_url[URL] = lambda _: root.crl(number=3)
    await mount.due("crl/one")
    assert (await mount.data(READ, "crls/one"))["last_error"] == ""
    await mount.log_in(bad)


async def test_a_list_that_is_always_out_of_date_is_not_fetched_all_the_time() -> None:
    """There are minutes between."""
    mount, _, _ = await fetched(days=-0.25)
    assert await next_time(mount) == mount.clock.now() + AGAIN_S


@pytest.mark.parametrize(("answer", "error"), [(None, UpstreamFailed), (404, UpstreamFailed), (b"x", InvalidRequest)])
async def test_a_url_without_a_list_is_not_taken(answer: bytes | int | None, error: type[StrongroomError]) -> None:
    """Whoever writes it learns it at once, and nothing is stored."""
    http = Answering()
    mount, _ = await with_web(Cert(Lists(http)))
    if answer is not None:
        http.by_url[URL] = lambda _: answer
    with pytest.raises(error):
        await mount.ask(WRITE, "crls/one", {"url": URL})
    with pytest.raises(NotFound):
        await mount.ask(LIST, "crls")


async def test_lists_of_a_mount_are_limited() -> None:
    """Each login searches all of them; those that there are can still be replaced."""
    mount, root = await with_web()
    text = root.crl().decode()
    for number in range(256):
        await mount.ask(WRITE, f"crls/n{number}", {"crl": text})
    with pytest.raises(InvalidRequest, match="the mount has 256 CRLs, which is the most"):
        await mount.ask(WRITE, "crls/more", {"crl": text})
    await mount.ask(WRITE, "crls/n0", {"crl": text})
