"""Orders: what may be ordered, and what they end in."""

from __future__ import annotations

from typing import Any

import josepy
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from strongroom.engines.pki.acme import limits
from tests.flow.engines.pki.acme.clients import Acme, Client, encoded, registered, request_for
from tests.flow.engines.pki.acme.proved import world

DNS: dict[str, tuple[Any, str]] = {
    "a name": ("www.example.com", ""),
    "capital letters": ("WWW.Example.com", ""),
    "a wildcard": ("*.example.com", ""),
    "a single label": ("intranet", ""),
    "an international name": ("xn--mnchen-3ya.example", ""),
    "two wildcards": ("*.*.example.com", "rejectedIdentifier"),
    "a wildcard within": ("www.*.example.com", "rejectedIdentifier"),
    "a part of a label": ("w*.example.com", "rejectedIdentifier"),
    "an address": ("192.0.2.1", "rejectedIdentifier"),
    "a number that browsers take for an address": ("0x7f.1", "rejectedIdentifier"),
    "an address with colons": ("2001:db8::1", "rejectedIdentifier"),
    "a final dot": ("www.example.com.", "rejectedIdentifier"),
    "an empty label": ("www..example.com", "rejectedIdentifier"),
    "letters that aren't ASCII": ("münchen.example", "rejectedIdentifier"),
    "an xn-- label that is nothing": ("xn--a.example", "rejectedIdentifier"),
    "a blank": ("www example.com", "rejectedIdentifier"),
    "a line end": ("www.example.com\n", "rejectedIdentifier"),
    "too long a label": ("a" * 64 + ".example", "rejectedIdentifier"),
    "too long a name": (".".join(["a" * 60] * 5), "rejectedIdentifier"),
    "nothing": ("", "rejectedIdentifier"),
    "no text": (7, "malformed"),
}


@pytest.mark.parametrize("value, problem", DNS.values(), ids=DNS.keys())
async def test_host_names(value: Any, problem: str) -> None:
    """Host names and wildcards can be ordered; what only looks like one can't."""
    client = await registered()
    answer = await client.post("new-order", {"identifiers": [{"type": "dns", "value": value}]})
    assert answer.problem == problem, answer.content
    if not problem:
        assert answer.json["identifiers"][0]["value"] == value.lower()


PAYLOADS: dict[str, tuple[Any, str]] = {
    "an address": ({"identifiers": [{"type": "ip", "value": "192.0.2.1"}]}, ""),
    "an address of version 6": ({"identifiers": [{"type": "ip", "value": "2001:DB8::1"}]}, ""),
    "an address with a zone": ({"identifiers": [{"type": "ip", "value": "fe80::1%eth0"}]}, "rejectedIdentifier"),
    "no address": ({"identifiers": [{"type": "ip", "value": "www.example.com"}]}, "rejectedIdentifier"),
    "another type": ({"identifiers": [{"type": "email", "value": "a@example.com"}]}, "unsupportedIdentifier"),
    "no identifiers": ({"identifiers": []}, "malformed"),
    "no list": ({"identifiers": "www.example.com"}, "malformed"),
    "too many": ({"identifiers": [{"type": "dns", "value": f"{n}.example"} for n in range(101)]}, "rejectedIdentifier"),
    "a beginning": (
        {"identifiers": [{"type": "dns", "value": "a.example"}], "notBefore": "2030-01-01T00:00:00Z"},
        "malformed",
    ),
    "an end that has passed": (
        {"identifiers": [{"type": "dns", "value": "a.example"}], "notAfter": "2001-01-01T00:00:00Z"},
        "malformed",
    ),
    "an end after all years": (
        {"identifiers": [{"type": "dns", "value": "a.example"}], "notAfter": "9999-12-31T23:59:59-12:00"},
        "malformed",
    ),
}


@pytest.mark.parametrize("payload, problem", PAYLOADS.values(), ids=PAYLOADS.keys())
async def test_orders(payload: Any, problem: str) -> None:
    """What an order says is judged before anything is stored."""
    client = await registered()
    answer = await client.post("new-order", payload)
    assert answer.problem == problem, answer.content
    assert bool((await client.post("orders")).json["orders"]) == (not problem)


CHALLENGES = [
    ({"type": "dns", "value": "www.example.com"}, {"http-01", "dns-01", "tls-alpn-01"}),
    ({"type": "dns", "value": "*.example.com"}, {"dns-01"}),
    ({"type": "ip", "value": "2001:db8::1"}, {"http-01", "tls-alpn-01"}),
]


@pytest.mark.parametrize("identifier, kinds", CHALLENGES)
async def test_what_proves_an_identifier(identifier: dict[str, str], kinds: set[str]) -> None:
    """A wildcard is proved by its zone alone, and an address has none."""
    client = await registered()
    order = await client.post("new-order", {"identifiers": [identifier]})
    shown = (await client.at(order.json["authorizations"][0])).json
    assert {each["type"] for each in shown["challenges"]} == kinds
    assert shown["identifier"]["value"] == identifier["value"].removeprefix("*.")
    assert shown.get("wildcard", False) == identifier["value"].startswith("*.")
    assert len({each["token"] for each in shown["challenges"]}) == len(kinds)


async def test_nothing_of_another_account_is_seen() -> None:
    """An order, its authorizations and its challenges are those of its account alone."""
    client = await registered()
    order = await client.order("www.example.com")
    authorization = order.json["authorizations"][0]
    challenge = (await client.at(authorization)).json["challenges"][0]
    other = Client(client.server)
    await other.register()
    for url, payload in [
        (order.headers["Location"], None),
        (order.json["finalize"], {"csr": encoded(request_for("www.example.com"))}),
        (authorization, None),
        (authorization, {"status": "deactivated"}),
        (challenge["url"], {}),
    ]:
        answer = await other.at(url, payload)
        assert (answer.status, answer.problem) == (404, "malformed"), url
    assert (await other.post("orders")).json == {"orders": []}


async def test_what_is_only_read_takes_no_payload() -> None:
    """A request that says something is meant for another resource."""
    client = await registered()
    order = (await client.order("www.example.com")).headers["Location"]
    for url in (order, f"{order}/cert", client.url("orders")):
        answer = await client.at(url, {})
        assert (answer.status, answer.problem) == (400, "malformed"), url


async def test_an_order_that_is_not_proved_is_not_issued() -> None:
    """A pending order can't be finalized, and has no certificate."""
    client = await registered()
    order = await client.order("www.example.com")
    answer = await client.at(order.json["finalize"], {"csr": encoded(request_for("www.example.com"))})
    assert (answer.status, answer.problem) == (403, "orderNotReady")
    assert (await client.at(order.headers["Location"] + "/cert")).problem == "orderNotReady"


async def test_a_deactivated_authorization_ends_its_order() -> None:
    """What was deactivated proves nothing: the order is invalid."""
    client = await registered()
    order = await client.order("www.example.com")
    authorization = order.json["authorizations"][0]
    assert (await client.at(authorization, {"status": "deactivated"})).json["status"] == "deactivated"
    assert (await client.at(authorization, {"status": "deactivated"})).problem == "malformed"
    assert (await client.at(order.headers["Location"])).json["status"] == "invalid"


async def test_an_order_expires() -> None:
    """After a day an order that nobody has proved is invalid."""
    client = await registered()
    order = await client.order("www.example.com")
    client.server.mount.clock.advance(24 * 3600)
    assert (await client.at(order.headers["Location"])).json["status"] == "invalid"
    assert (await client.at(order.json["authorizations"][0])).json["status"] == "expired"


OTHER_NAME = x509.OtherName(x509.ObjectIdentifier("1.2.3"), b"\x05\x00")
REQUESTS: dict[str, tuple[bytes, str]] = {
    "the names": (request_for("www.example.com", "api.example.com"), ""),
    "in capital letters": (request_for("WWW.example.com", "API.Example.com"), ""),
    "with the common name": (request_for("api.example.com", common_name="www.example.com"), ""),
    "one too few": (request_for("www.example.com"), "badCSR"),
    "one too many": (request_for("www.example.com", "api.example.com", "evil.example"), "badCSR"),
    "another common name": (request_for("www.example.com", "api.example.com", common_name="evil.example"), "badCSR"),
    "an address besides": (request_for("www.example.com", "api.example.com", ips=("192.0.2.1",)), "badCSR"),
    "a mail address besides": (
        request_for("www.example.com", "api.example.com", more=(x509.RFC822Name("a@example.com"),)),
        "badCSR",
    ),
    "a name of another kind besides": (request_for("www.example.com", "api.example.com", more=(OTHER_NAME,)), "badCSR"),
    "nothing": (request_for(), "badCSR"),
    "a broken signature": (
        request_for("www.example.com", "api.example.com")[:-4] + b"\x00\x00\x00\x00",
        "badCSR",
    ),
    "no request": (b"hello", "badCSR"),
}


async def test_what_is_certified_is_what_was_ordered() -> None:
    """Common name and alternative names together are those of the order; the request is signed by its own key."""
    async with world() as it:
        client = await it.client()
        for name, (csr, problem) in REQUESTS.items():
            order = await it.ready(client, "www.example.com", "api.example.com")
            answer = await client.at(order.json["finalize"], {"csr": encoded(csr)})
            assert answer.problem == problem, (name, answer.content)
            if problem:  # the client may try again
                assert (await client.at(order.headers["Location"])).json["status"] == "ready"
                continue
            chain = await client.at(answer.json["certificate"])
            leaf = x509.load_pem_x509_certificate(chain.content)
            names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            assert sorted(names.get_values_for_type(x509.DNSName)) == ["api.example.com", "www.example.com"]


async def test_a_common_name_alone_will_do() -> None:
    """A request with a common name and no alternative names gets a certificate that has both."""
    async with world() as it:
        client = await it.client()
        order = await it.ready(client, "www.example.com")
        csr = request_for(common_name="www.example.com")
        done = await client.at(order.json["finalize"], {"csr": encoded(csr)})
        chain = await client.at(done.json["certificate"])
        leaf = x509.load_pem_x509_certificate(chain.content)
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert names.get_values_for_type(x509.DNSName) == ["www.example.com"]


async def test_the_key_of_the_account_is_not_certified() -> None:
    """A certificate has another key than its account."""
    async with world() as it:
        key = ec.generate_private_key(ec.SECP256R1())
        client = Client(it.server, key=josepy.JWKEC(key=key))
        await client.register()
        order = await it.ready(client, "www.example.com")
        csr = encoded(request_for("www.example.com", key=key))
        assert (await client.at(order.json["finalize"], {"csr": csr})).problem == "badCSR"


async def test_an_order_is_finalized_once() -> None:
    """A valid order can't be finalized again."""
    async with world() as it:
        client = await it.client()
        done = await it.issued(client, "www.example.com")
        again = await client.at(done.json["finalize"], {"csr": encoded(request_for("www.example.com"))})
        assert again.problem == "orderNotReady"


async def test_orders_are_listed_in_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """The list of orders goes on at the URL of its header."""
    from strongroom.engines.pki.acme import orders

    monkeypatch.setattr(orders, "PAGE", 2)
    client = await registered()
    made = {(await client.order(f"{n}.example")).headers["Location"] for n in range(5)}
    found, url = set(), client.url("orders")
    for _ in range(3):
        page = await client.at(url)
        found |= set(page.json["orders"])
        following = [link for link in page.links if 'rel="next"' in link]
        url = following[0].partition("<")[2].partition(">")[0] if following else ""
    assert (found, url) == (made, "")


async def test_ten_thousand_orders() -> None:
    """One client makes a thousand orders in three hours; of ten thousand, the others are refused and store nothing."""
    client = await registered()
    mount = client.server.mount
    from strongroom.barrier.transaction import Transaction, transact
    from strongroom.engines.pki.acme import rows
    from strongroom.engines.pki.acme.records import Window
    from strongroom.sdk import View

    async def nearly(txn: Transaction) -> None:
        window = Window(began_at=mount.clock.now(), orders=limits.ORDERS - 5)
        rows.keep_window(View(txn, mount.prefix), f"account {client.kid.rpartition('/')[2]}", window, limits.WINDOW_S)

    await transact(mount.barrier, nearly)
    answers = [await client.order("www.example.com") for _ in range(20)]
    assert [answer.status for answer in answers] == [201] * 5 + [429] * 15
    assert {answer.problem for answer in answers[5:]} == {"rateLimited"}
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers[5:])
    assert len((await client.post("orders")).json["orders"]) == 5
    mount.clock.advance(limits.WINDOW_S)
    assert (await client.order("www.example.com")).status == 201


@pytest.mark.parametrize("folder", ["acme", "roles/any/acme"])
@pytest.mark.parametrize(
    ("kind", "value", "problem"),
    [
        ("dns", "www.example.org", "rejectedIdentifier"),
        ("dns", "*.example.org", "rejectedIdentifier"),
        ("ip", "192.0.2.1", "rejectedIdentifier"),
        ("dns", "www.example.com", ""),
        ("dns", "*.example.com", ""),
        ("ip", "192.0.2.2", ""),
    ],
)
async def test_names_beyond_the_constraints_of_the_issuer(folder: str, kind: str, value: str, problem: str) -> None:
    """An order for a name that the issuer's own certificate doesn't permit is refused before anything is proved."""
    server = await Acme.new()
    constraints = {"permitted_dns_domains": "example.com", "excluded_ip_ranges": "192.0.2.1/32"}
    root = {"common_name": "Narrow", "key_type": "ec", "issuer_name": "narrow", "not_after": "2030-01-01T00:00:00Z"}
    await server.authority.write("root/rotate/internal", **root, **constraints)
    await server.authority.write("root/replace", default="narrow")
    await server.authority.write("roles/any", allow_any_name=True, key_type="ec")
    client = Client(server, folder)
    assert (await client.register()).status == 201
    answer = await client.post("new-order", {"identifiers": [{"type": kind, "value": value}]})
    assert answer.problem == problem, answer.content
    if problem:
        assert value in answer.json["detail"] and "the issuer narrow" in answer.json["detail"]
