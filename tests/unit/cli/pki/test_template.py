"""What `pki reissue` takes from a certificate."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from strongroom.cli.pki.template import merged, parameters
from tests.unit.cli.pki.authorities import NAMES, Made, rsa_key

SUBJECT = x509.Name(
    [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "o"),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "a"),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "b"),
        x509.NameAttribute(NameOID.COMMON_NAME, "a.example.com"),
        x509.NameAttribute(NameOID.SERIAL_NUMBER, "7"),
    ]
)
CONSTRAINTS = x509.NameConstraints([x509.DNSName("example.com")], None)
RICH = Made("", subject=SUBJECT, extensions=(NAMES, CONSTRAINTS), path_length=2, key=rsa_key(), pss=True)


def test_all_parts_of_a_certificate_are_asked_for() -> None:
    """Subject, names, limits, lifetime and the kinds of key and signature are parameters of the new request."""
    assert parameters(RICH.read) == {
        "common_name": "a.example.com",
        "serial_number": "7",
        "ou": ["a", "b"],
        "organization": ["o"],
        "country": ["DE"],
        "locality": [],
        "province": [],
        "street_address": [],
        "postal_code": [],
        "alt_names": "a.example.com,me@example.com",
        "ip_sans": "192.0.2.1",
        "uri_sans": "urn:a:b",
        "exclude_cn_from_sans": False,
        "permitted_dns_domains": "example.com",
        "max_path_length": 2,
        "ttl": "720h0m0s",
        "signature_bits": 384,
        "use_pss": True,
        "key_type": "rsa",
        "key_bits": 2048,
    }


def test_an_existing_key_is_named() -> None:
    """With a key of the mount, its id and its identifier are sent in place of a kind of key."""
    found = parameters(RICH.read, "k1")
    assert found["key_ref"] == "k1"
    assert found["skid"] == RICH.read.subject_key_id.hex()
    assert not {"key_type", "key_bits"} & set(found)


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({}, {"ttl": "1h", "key_type": "rsa", "key_bits": 2048}),
        ({"ttl": "2h"}, {"ttl": "2h", "key_type": "rsa", "key_bits": 2048}),
        ({"not_after": "x"}, {"not_after": "x", "key_type": "rsa", "key_bits": 2048}),
        ({"key_type": "ec"}, {"ttl": "1h", "key_type": "ec"}),
        ({"key_type": "rsa"}, {"ttl": "1h", "key_type": "rsa", "key_bits": 2048}),
    ],
)
def test_changes_replace_what_they_contradict(changes: dict[str, Any], result: dict[str, Any]) -> None:
    """A new end replaces the lifetime, a new kind of key the length of the old one."""
    assert merged({"ttl": "1h", "key_type": "rsa", "key_bits": 2048}, changes) == result
