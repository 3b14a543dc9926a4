"""Whom a password lets in."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.cli.ssh.helper import config, verdict
from strongroom.cli.ssh.helper.fault import Fault

ADDRESSES = ("127.0.0.1", "192.0.2.2", "::1", "fd00::2", "fe80::1")
GOOD = {"username": "eva", "ip": "192.0.2.2", "role_name": "admin"}


def asked(answer: dict[str, Any], *, user: str = "eva", host: str = "web1", roles: str = "*", blocks: str = "") -> str:
    """Why nobody gets in; empty if somebody does."""
    found = config.parsed(
        f'vault_addr = "https://x"\nallowed_roles = "{roles}"\nallowed_cidr_list = "{blocks}"', dev=False
    )
    try:
        verdict.check(answer, found, user=user, host=host, addresses=ADDRESSES)
    except Fault as fault:
        assert fault.code == 1
        return str(fault)
    return ""


@pytest.mark.parametrize(
    ("answer", "options"),
    [
        (GOOD, {}),
        ({**GOOD, "ip": "fd00:0::2"}, {}),
        (GOOD, {"roles": "other, admin"}),
        ({**GOOD, "ip": "203.0.113.9"}, {"blocks": "198.51.100.0/24, 203.0.113.0/24"}),
        ({**GOOD, "ip": "203.0.113.9"}, {"blocks": "203.0.113.9"}),
        ({**GOOD, "ip": "127.0.0.1"}, {"blocks": "127.0.0.0/8"}),
        ({**GOOD, "ip": "", "host": "web1"}, {}),
        ({**GOOD, "ip": "203.0.113.9", "host": "WEB1"}, {}),
    ],
)
def test_who_gets_in(answer: dict[str, Any], options: dict[str, str]) -> None:
    """User, role and host fit."""
    assert asked(answer, **options) == ""


@pytest.mark.parametrize(
    ("answer", "options", "why"),
    [
        (GOOD, {"user": "bob"}, 'the password is for the user "eva", and "bob" logs in'),
        (GOOD, {"user": "Eva"}, 'the password is for the user "eva", and "Eva" logs in'),
        ({"ip": "192.0.2.2", "role_name": "admin"}, {}, 'the password is for the user "", and "eva" logs in'),
        ({**GOOD, "username": None}, {"user": ""}, 'the password is for the user "", and "" logs in'),
        (GOOD, {"roles": "other"}, 'the password was made by the role "admin", and allowed_roles has other'),
        ({**GOOD, "role_name": 5}, {"roles": "other"}, 'the password was made by the role "", and'),
        ({**GOOD, "ip": "203.0.113.9"}, {}, "the password is for 203.0.113.9, which no interface of this host has"),
        ({**GOOD, "ip": "203.0.113.9"}, {"blocks": "203.0.113.0/29"}, "the password is for 203.0.113.9, which no"),
        ({**GOOD, "ip": ""}, {}, 'the password is for the address "", which is none'),
        ({**GOOD, "ip": "0.0.0.0"}, {}, "the password is for 0.0.0.0, which no interface"),
        ({**GOOD, "ip": "127.0.0.1"}, {}, "the password is for 127.0.0.1, which no interface"),
        ({**GOOD, "ip": "::1"}, {}, "the password is for ::1, which no interface"),
        ({**GOOD, "ip": "fe80::1"}, {}, "the password is for fe80::1, which no interface"),
        ({**GOOD, "ip": "127.0.0.2"}, {}, "the password is for 127.0.0.2, which no interface"),
        ({**GOOD, "host": "web2"}, {}, 'the password is for the host "web2", and this one is "web1" (host_name)'),
        ({**GOOD, "host": "web1.example.com"}, {}, 'the password is for the host "web1.example.com", and'),
    ],
)
def test_who_does_not(answer: dict[str, Any], options: dict[str, str], why: str) -> None:
    """The reason names both sides."""
    assert asked(answer, **options).startswith(why)
