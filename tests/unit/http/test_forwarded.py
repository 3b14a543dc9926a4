"""Claims about `X-Forwarded-For`; texts and outcomes were compared with a reference server."""

from __future__ import annotations

import ipaddress

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from strongroom.http.addresses import parse_networks
from strongroom.http.forwarded import ForwardedRules, client_address, forwarded_request
from strongroom.http.head import RequestRefused
from strongroom.http.message import HttpRequest, Peer

PROXIES = parse_networks(["10.0.0.0/8", "2001:db8::/32"])


def test_the_last_hop_counts() -> None:
    """From an authorised proxy the last address counts, or one further to the front for each hop skipped."""
    for skips, want in ((0, "203.0.113.3"), (1, "203.0.113.2"), (2, "203.0.113.1")):
        rules = ForwardedRules(authorized=PROXIES, hop_skips=skips)
        assert client_address(rules, "10.1.2.3", "203.0.113.1, 203.0.113.2 ,203.0.113.3") == want
    assert client_address(ForwardedRules(authorized=PROXIES), "2001:db8::1", "2001:DB8:0::9") == "2001:db8::9"
    assert client_address(ForwardedRules(authorized=PROXIES), "10.0.0.1", "::ffff:192.0.2.1") == "192.0.2.1"


def test_others_are_ignored_or_refused() -> None:
    """The field of an unauthorised sender changes nothing, or has the request refused; so has its absence."""
    lax = ForwardedRules(authorized=PROXIES)
    strict = ForwardedRules(authorized=PROXIES, reject_not_authorized=True, reject_not_present=True)
    for sender in ("192.0.2.1", "", "::1"):
        assert client_address(lax, sender, "203.0.113.1") == sender
        with pytest.raises(RequestRefused, match="client address not authorized"):
            client_address(strict, sender, "203.0.113.1")
    for field in (None, ""):
        assert client_address(lax, "10.0.0.1", field) == "10.0.0.1"
        with pytest.raises(RequestRefused, match="missing x-forwarded-for header"):
            client_address(strict, "10.0.0.1", field)


def test_a_mapped_network_is_the_one_of_ipv4() -> None:
    """A proxy's block in the form that a socket for both families writes means the same proxies."""
    rules = ForwardedRules(authorized=parse_networks(["::ffff:10.0.0.0/104"]))
    for sender in ("10.1.2.3", "::ffff:10.1.2.3"):
        assert client_address(rules, sender, "203.0.113.1") == "203.0.113.1"
    assert client_address(rules, "11.1.2.3", "203.0.113.1") == "11.1.2.3"


def test_no_network_means_nobody() -> None:
    """An empty list of proxies authorises none."""
    assert client_address(ForwardedRules(authorized=()), "10.0.0.1", "203.0.113.1") == "10.0.0.1"


def test_what_cannot_be_an_address_is_refused() -> None:
    """Too few hops, and a hop that is no IP address, are refused: a bound network must never be compared with text."""
    with pytest.raises(RequestRefused, match=r"hops to skip \(1\) would skip before .* \(chain length 1\)"):
        client_address(ForwardedRules(authorized=PROXIES, hop_skips=1), "10.0.0.1", "203.0.113.1")
    for field in ("unknown", "203.0.113.1,", "203.0.113.1:port", "_hidden", "203.0.113.256", "::1%:", "10.1"):
        with pytest.raises(RequestRefused, match="not an IP address"):
            client_address(ForwardedRules(authorized=PROXIES), "10.0.0.1", field)


@pytest.mark.parametrize(
    ("hop", "address"),
    [
        ("10.1.2.3:1234", "10.1.2.3"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:1234", "2001:db8::1"),
        ("2001:DB8::1:1234", "2001:db8::1:1234"),
        ("fe80::1%eth0", "fe80::1"),
        ("[fe80::1%25]:80", "fe80::1"),
        ("[::ffff:10.1.2.3]:80", "10.1.2.3"),
        ("198.51.100.1, 10.1.2.3:1", "10.1.2.3"),
    ],
)
def test_a_port_brackets_and_a_zone_are_no_part_of_the_address(hop: str, address: str) -> None:
    """Proxies write them; what tokens are bound to and the audit log shows is the address."""
    assert client_address(ForwardedRules(authorized=PROXIES), "10.0.0.1", hop) == address


@pytest.mark.parametrize(
    "hop",
    [
        *("10.1.2.3:", "10.1.2.3:123456", "10.1.2.3:1:2", "[10.1.2.3", "[10.1.2.3]x", "10.1.2.3]:1", "[]:1", "[::1]:"),
        *("10.1.2.3%eth0", "%eth0", "fe80::1%", "[fe80::1]%eth0", "host:80", "10.1.2.3 1", '"10.1.2.3:1"', ":80"),
        *("0x0a010203:1", "10.1.2.03:1", "[v1.x]:1"),
    ],
)
def test_rubbish_around_an_address_is_refused(hop: str) -> None:
    """The reference server takes any text for an address; here it would be compared with networks."""
    with pytest.raises(RequestRefused, match="not an IP address"):
        client_address(ForwardedRules(authorized=PROXIES), "10.0.0.1", hop)


@pytest.mark.parametrize(
    ("rules", "sender", "field"),
    [
        (ForwardedRules(authorized=PROXIES, reject_not_present=True), "10.0.0.1", None),
        (ForwardedRules(authorized=PROXIES, reject_not_authorized=True), "192.0.2.1", "203.0.113.1"),
        (ForwardedRules(authorized=PROXIES, hop_skips=1), "10.0.0.1", "203.0.113.1"),
        (ForwardedRules(authorized=PROXIES), "10.0.0.1", "unknown"),
    ],
)
def test_every_refusal_is_the_clients_mistake(rules: ForwardedRules, sender: str, field: str | None) -> None:
    """As with the reference server, whatever is wrong."""
    with pytest.raises(RequestRefused) as refused:
        client_address(rules, sender, field)
    assert refused.value.status == 400


def test_a_request_comes_from_whom_its_sender_speaks_for() -> None:
    """And the proxy is known; nothing else changes, but that a certificate of the connection isn't the client's."""
    peer = Peer(address="10.0.0.1", port=4711, listener="test")
    request = HttpRequest(
        method="GET",
        path="/v1/a",
        query="b=1",
        headers={"x-forwarded-for": "203.0.113.1"},
        body=b"c",
        peer=peer,
    )
    rules = ForwardedRules(authorized=PROXIES)
    assert forwarded_request(rules, request) == msgspec.structs.replace(
        request,
        peer=Peer(address="203.0.113.1", port=4711, listener="test", proxy="10.0.0.1", forwarded_certificates=()),
    )
    assert forwarded_request(ForwardedRules(authorized=()), request) is request


@given(st.text("0123456789abcdef:.[]%etxh ,", max_size=40))
@example("::%:")
def test_what_comes_out_is_an_address_without_a_zone(field: str) -> None:
    """Whatever the field holds."""
    try:
        address = client_address(ForwardedRules(authorized=PROXIES), "10.0.0.1", field)
    except RequestRefused:
        return
    assert ipaddress.ip_address(address)
    assert "%" not in address
