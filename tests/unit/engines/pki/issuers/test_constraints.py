"""Name constraints: which ones there can be."""

from __future__ import annotations

import pytest

from strongroom.crypto.issuing.contents import NameConstraints
from strongroom.engines.pki.issuers.constraints import constraints_of
from strongroom.engines.pki.issuers.fields import ConstraintFields
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import CommaList

FIELDS = {
    "dns_domains": "dns",
    "ip_ranges": "ips",
    "email_addresses": "emails",
    "uri_domains": "uris",
}
LONG = ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 62])
DOMAINS = ["example.com", ".example.com", "a-b.example", "_x.example", "localhost", LONG]
NO_DOMAINS = ["*.example.com", "example.com.", "a..b", "-a.example", "a b", "münchen.example", ".", LONG + "d", "a\n"]


def made(field: str, *items: str) -> NameConstraints:
    """What one field makes."""
    return constraints_of(ConstraintFields(**{field: CommaList(items)}))


@pytest.mark.parametrize("how", ["permitted", "excluded"])
@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        *[(field, text, text) for field in ("dns_domains", "uri_domains") for text in DOMAINS],
        ("ip_ranges", "10.1.2.3/8", "10.0.0.0/8"),
        ("ip_ranges", "10.1.2.3/32", "10.1.2.3/32"),
        ("ip_ranges", "2001:DB8::1/32", "2001:db8::/32"),
        ("email_addresses", "me@example.com", "me@example.com"),
        ("email_addresses", "example.com", "example.com"),
        ("email_addresses", ".example.com", ".example.com"),
        ("email_addresses", f"{'m' * 64}@example.com", f"{'m' * 64}@example.com"),
    ],
)
def test_a_constraint(how: str, field: str, given: str, kept: str) -> None:
    """Each field has its own place, once however often it stands there."""
    assert made(f"{how}_{field}", given, "", given) == NameConstraints(**{f"{how}_{FIELDS[field]}": (kept,)})


@pytest.mark.parametrize("how", ["permitted", "excluded"])
@pytest.mark.parametrize(
    ("field", "given"),
    [
        *[(field, text) for field in ("dns_domains", "uri_domains", "email_addresses") for text in NO_DOMAINS],
        *[("ip_ranges", text) for text in ("10.1.2.3", "10.0.0.0/33", "a/8", "10.0.0.0/8/8", "/")],
        *[("email_addresses", text) for text in ("me@.example.com", "@example.com", "a@b@example.com", "m e@x.org")],
        ("email_addresses", f"{'m' * 65}@example.com"),
    ],
)
def test_no_constraint(how: str, field: str, given: str) -> None:
    """What no verifier would understand is refused, and the error names the field."""
    with pytest.raises(InvalidRequest, match=f"^{how}_{field}: "):
        made(f"{how}_{field}", given)


def test_how_many_there_may_be() -> None:
    """Of each field."""
    names = [f"a{number}.example" for number in range(257)]
    assert len(made("permitted_dns_domains", *names[:256]).permitted_dns) == 256
    with pytest.raises(InvalidRequest, match=r"^permitted_dns_domains has more than 256 items"):
        made("permitted_dns_domains", *names)
