"""Address templates: what they stand for, and what is refused."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from strongroom.lib.sockaddr import InterfaceAddress, TemplateError, check, evaluate, is_template


def _on(name: str, address: str, *flags: str, default: bool = False) -> InterfaceAddress:
    return InterfaceAddress(name, ipaddress.ip_interface(address), frozenset(("up", *flags)), default=default)


MACHINE = (
    _on("lo", "127.0.0.1/8", "loopback"),
    _on("lo", "::1/128", "loopback"),
    _on("eth0", "10.1.2.3/16", "broadcast", default=True),
    _on("eth0", "fe80::1/64", "broadcast", default=True),
    _on("eth1", "192.168.7.9/24", "broadcast"),
    _on("wan0", "9.9.9.9/30", "broadcast"),
    _on("wan0", "2620:fe::9/64", "broadcast"),
)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:8200", "127.0.0.1:8200"),
        ('{{ GetInterfaceIP "lo" }}:8200', "127.0.0.1:8200"),
        ("{{GetPrivateIP}}:8200", "10.1.2.3:8200"),
        ("https://{{ GetPublicIP }}:8200", "https://9.9.9.9:8200"),
        ('{{ GetAllInterfaces | include "name" "eth1" | attr "address" }}', "192.168.7.9"),
        ('{{ GetAllInterfaces | include "network" "192.168.0.0/16" | attr "address" }}', "192.168.7.9"),
        ('{{ GetPrivateInterfaces | sort "-address" | attr "address" }}', "192.168.7.9"),
        ('{{ GetPrivateInterfaces | offset 1 | limit 1 | join "address" " " }}', "192.168.7.9"),
        ('{{ GetDefaultInterfaces | include "type" "IPv4" | attr "address" }}', "10.1.2.3"),
        (
            '{{ GetAllInterfaces | exclude "flags" "loopback" | include "rfc" "1918" | unique "name" | attr "name" }}',
            "eth0",
        ),
        (
            '{{ GetAllInterfaces | include "type" "ipv6" | include "flag" "global unicast" | attr "address" }}:1',
            "[2620:fe::9]:1",
        ),
        ('[{{ GetAllInterfaces | include "address" "^2620:" | attr "address" }}]:1', "[2620:fe::9]:1"),
        ("x {{- GetPrivateIP -}} :1", "x10.1.2.3:1"),
        ("{{ GetInterfaceIP `eth1` }}", "192.168.7.9"),
        ('{{ GetAllInterfaces | include "size" "/30" | attr "address" }}', "9.9.9.9"),
    ],
)
def test_the_common_functions_are_evaluated(text: str, address: str) -> None:
    """As go-sockaddr does; IPv6 gets the brackets that a port behind it needs."""
    assert evaluate(text, MACHINE) == address


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{{ math "address" "+1" }}', "found math"),
        ("{{ GetAllInterface }}", "found GetAllInterface"),
        ("{{ if x }}", "behind if, found x"),
        ("{{ GetAllInterfaces }}", 'expected attr "address" behind GetAllInterfaces'),
        ('{{ attr "address" }}', "expected attr behind a list of interfaces"),
        ('{{ GetPrivateIP | attr "address" }}', "expected nothing behind GetPrivateIP"),
        ('{{ GetAllInterfaces | include "colour" "red" | attr "address" }}', 'found "colour"'),
        ('{{ GetAllInterfaces | include "rfc" "1" | attr "address" }}', 'found "1"'),
        ('{{ GetAllInterfaces | include "name" "(" | attr "address" }}', "regular expression"),
        ('{{ GetAllInterfaces | limit "1" | attr "address" }}', "expected a number after limit"),
        ("{{ GetInterfaceIP }}", "expected a text after GetInterfaceIP"),
        ("{{ GetPrivateIP", 'expected "}}"'),
        ("{{ }}", "expected a function, found none"),
        ("{{ GetPrivateIP | }}", "expected a function, found none"),
        ("{{ $x }}", "found '\\$x'"),
    ],
)
def test_what_is_no_function_is_refused_by_name(text: str, told: str) -> None:
    """On any machine, whatever interfaces it has."""
    with pytest.raises(TemplateError, match=told):
        check(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{{ GetInterfaceIP "eth9" }}:8200', "one address of this machine for GetInterfaceIP, found none"),
        ("{{ GetPrivateIPs }}:8200", "found 2: 10.1.2.3, 192.168.7.9"),
    ],
)
def test_no_address_and_several_are_refused(text: str, told: str) -> None:
    """A listener has one address."""
    with pytest.raises(TemplateError, match=told):
        evaluate(text, MACHINE)


def test_limits() -> None:
    """A template has a length and a number of functions beyond which nobody writes one."""
    for text in ("{{ " + "x" * 5000 + " }}", "{{ GetAllInterfaces " + "| limit 1 " * 99 + ' | attr "address" }}'):
        with pytest.raises(TemplateError, match="at most"):
            check(text)
    assert not is_template("127.0.0.1:8200")


_PIECES = st.sampled_from(
    [
        *("{{", "}}", "{{-", "-}}", " ", "|", '"', "`", "\\", "\n", "$", "(", "1", "-1", "99999999999", "\u0663"),
        *("GetAllInterfaces", "GetPrivateIP", "GetInterfaceIP", "include", "sort", "attr", "join", "limit", "if"),
        *('"address"', '"name"', '"rfc"', '"6890"', '"flags"', '"lo"', '"x{99999}"', ":8200", "https://"),
    ]
)


@given(st.lists(_PIECES | st.text(max_size=3), max_size=24).map("".join))
@example("{{ GetAllInterfaces | limit \u0663 | attr `name` }}")
@example('{{ GetAllInterfaces | include "address" "x{99999999999}" | attr `name` }}')
def test_whatever_is_written_is_an_address_or_refused(text: str) -> None:
    """Rubbish is refused with a text, and nothing else is raised.

    What `check` takes fails only for want of an address.
    """
    try:
        check(text)
    except TemplateError as error:
        assert str(error)
        return
    try:
        evaluate(text, MACHINE)
    except TemplateError as error:
        assert "expected one address of this machine" in str(error)
