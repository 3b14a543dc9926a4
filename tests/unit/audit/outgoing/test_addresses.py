"""Where entries may be sent: every rule, by the address that a name has."""

from __future__ import annotations

import pytest

from strongroom.audit.forwarding.opening import shown
from strongroom.audit.forwarding.peers import CONFIGURED, judge_peer, open_peer
from strongroom.audit.outgoing.addresses import AddressRules, problem_of_rule, refusal_of_host, refusal_of_path, split
from strongroom.audit.outgoing.http import http_settings
from strongroom.lib.errors import InvalidRequest


@pytest.mark.parametrize(
    ("allowed", "host", "ip", "port", "reason"),
    [
        (None, "logs", "10.1.2.3", 514, ""),
        (None, "localhost", "127.0.0.1", 514, ""),
        (None, "x", "169.254.0.1", 514, "link-local"),
        (None, "x", "fe80::1%eth0", 514, "link-local"),
        (None, "x", "100.100.100.200", 80, "metadata"),
        (None, "x", "168.63.129.16", 80, "metadata"),
        (None, "x", "fd00:ec2::23", 80, "metadata"),
        (None, "x", "fd00:42::42", 80, "metadata"),
        (None, "x", "64:ff9b::a9fe:a9fe", 80, "metadata"),
        (None, "x", "2002:a9fe:a9fe::1", 80, "metadata"),
        (None, "x", "64:ff9b::ffff:ffff", 80, "one machine"),
        (None, "x", "0.1.2.3", 80, "one machine"),
        (None, "x", "255.255.255.255", 80, "one machine"),
        (None, "x", "ff02::1", 80, "one machine"),
        (None, "x", "::", 80, "one machine"),
        ((), "logs", "10.1.2.3", 514, "audit_addresses"),
        (("10.0.0.0/8",), "logs", "10.1.2.3", 514, ""),
        (("10.0.0.0/8",), "logs", "::ffff:10.1.2.3", 514, ""),
        (("10.0.0.0/8",), "logs", "11.1.2.3", 514, "audit_addresses"),
        (("10.0.0.0/8:514",), "logs", "10.1.2.3", 514, ""),
        (("10.0.0.0/8:514",), "logs", "10.1.2.3", 515, "audit_addresses"),
        (("2001:db8::/32",), "logs", "2001:db8::5", 514, ""),
        (("[2001:db8::5]:514",), "logs", "2001:db8::5", 514, ""),
        (("[2001:db8::5]:514",), "logs", "2001:db8::5", 515, "audit_addresses"),
        (("Logs.example.com",), "logs.example.com.", "10.1.2.3", 514, ""),
        (("logs.example.com:514",), "logs.example.com", "10.1.2.3", 515, "audit_addresses"),
        (("logs.example.com",), "evil.example.com", "10.1.2.3", 514, "audit_addresses"),
        (("logs.example.com",), "logs.example.com", "169.254.169.254", 80, "link-local"),
        (("169.254.0.0/16",), "x", "169.254.169.254", 80, "link-local"),
        (("/run/x",), "x", "10.1.2.3", 514, "audit_addresses"),
    ],
)
def test_hosts(allowed: tuple[str, ...] | None, host: str, ip: str, port: int, reason: str) -> None:
    """A rule's name is the device's, a rule's network has the address; a metadata service is never allowed."""
    found = refusal_of_host(host, ip, port, AddressRules(allowed), configured=False, local=False)
    assert (reason in found) if reason else not found
    assert not refusal_of_host(host, ip, port, AddressRules(allowed), configured=True, local=False)


@pytest.mark.parametrize(
    ("listener", "ip", "local", "refused"),
    [
        ("0.0.0.0", "10.1.2.3", True, True),
        ("0.0.0.0", "10.1.2.3", False, False),
        ("::", "127.0.0.1", True, True),
        ("10.1.2.3", "10.1.2.3", True, True),
        ("10.1.2.3", "10.1.2.4", True, False),
        ("vault.example.com", "10.1.2.3", True, True),
        ("vault.example.com", "10.1.2.3", False, False),
    ],
)
def test_the_server_itself(listener: str, ip: str, local: bool, refused: bool) -> None:
    """At the port where it listens, whoever names it."""
    rules = AddressRules(None, ((listener, 8200),))
    for configured in (False, True):
        found = refusal_of_host("x", ip, 8200, rules, configured=configured, local=local)
        assert ("this server itself" in found) is refused
        assert not refusal_of_host("x", ip, 8201, rules, configured=configured, local=local)


@pytest.mark.parametrize(
    ("allowed", "path", "reason"),
    [
        (None, "/run/s", ""),
        (None, "/srv/own", "belongs to the server"),
        (None, "/srv/own/below", "belongs to the server"),
        (None, "/srv/owner", ""),
        ((), "/run/s", "audit_addresses"),
        (("/run/s",), "/run/s", ""),
        (("/run//s/",), "/run/s", ""),
        (("/run",), "/run/s", "audit_addresses"),
        (("/srv/own",), "/srv/own", "belongs to the server"),
    ],
)
def test_paths(allowed: tuple[str, ...] | None, path: str, reason: str) -> None:
    """A socket is named by its own path, and the server's are never."""
    rules = AddressRules(allowed, own=("/srv/own",))
    found = refusal_of_path(path, rules, configured=False)
    assert (reason in found) if reason else not found
    assert bool(refusal_of_path(path, rules, configured=True)) is ("belongs" in reason)


def test_rules_are_read() -> None:
    """With and without a port."""
    assert split("10.0.0.0/8") == ("10.0.0.0/8", 0)
    assert split("10.0.0.0/8:514") == ("10.0.0.0/8", 514)
    assert split("2001:db8::/32") == ("2001:db8::/32", 0)
    assert split("[2001:db8::1]:514") == ("2001:db8::1", 514)
    assert not problem_of_rule("logs.example.com:514")
    assert problem_of_rule("10.0.0.1/8")


def test_the_log_names_a_target_without_its_secrets() -> None:
    """A host and its port; nothing of a URL's path or query."""
    assert shown("stdout", {}) == "stdout"
    assert shown("socket", {"address": "h:1"}) == "socket h:1"
    assert shown("syslog", {}) == "syslog"
    assert shown("http", {"uri": "https://h:1/path?token=secret"}) == "http h:1"
    assert shown("http", {"uri": "https://[x"}) == "http"
    assert shown("http", {"uri": "env://NAME"}) == "http NAME"


@pytest.mark.parametrize("host", ["a..b", "a" * 64 + ".example"])
def test_what_can_be_no_name_is_an_address_that_nobody_has(host: str) -> None:
    """It is refused as an absent peer is; without a trial it may be enabled, as any name that isn't there yet."""
    options = {"address": f"{host}:514", CONFIGURED: "false"}
    judge_peer("socket", options, AddressRules())
    with pytest.raises(OSError, match="no name looks like this"):
        open_peer("socket", options, AddressRules()).send((b"{}\n",))


def test_a_url_is_written_in_ascii() -> None:
    """Nothing else can be sent in the first line of a request."""
    with pytest.raises(InvalidRequest, match="ASCII"):
        http_settings({"uri": "http://logs.example.com/\u00e9"}, configured=False)
