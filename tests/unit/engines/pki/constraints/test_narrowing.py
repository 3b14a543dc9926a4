"""Which permissions of an authority are in vain below others."""

from __future__ import annotations

import pytest

from strongroom.crypto.issuing.contents import NameConstraints
from strongroom.engines.pki.constraints.narrowing import warnings_of
from strongroom.engines.pki.constraints.verdicts import Bounds


@pytest.mark.parametrize(
    ("field", "permitted", "excluded", "kept", "vain"),
    [
        ("dns", "example.com", "", "example.com www.example.com .example.com com .www.example.com", "example.org .org"),
        ("dns", ".example.com", "", ".example.com www.example.com example.com", ".example.org"),
        ("dns", "", "bad.example.com", "example.com .example.com", "bad.example.com .bad.example.com"),
        ("ips", "10.0.0.0/8", "", "10.1.0.0/16 10.0.0.0/8 0.0.0.0/0", "192.0.2.0/24 2001:db8::/32"),
        ("ips", "", "10.1.0.0/16", "10.0.0.0/8", "10.1.2.0/24 10.1.0.0/16"),
        ("emails", "example.com", "", "example.com me@Example.com", "example.org me@a.example.com"),
        ("emails", "me@example.com", "", "me@example.com example.com", "you@example.com"),
        ("emails", "", ".example.com", "example.com", "a.example.com .a.example.com me@a.example.com"),
        ("uris", ".example.com", "", "www.example.com .www.example.com .com", "example.com example.org"),
    ],
)
def test_what_is_permitted_in_vain(field: str, permitted: str, excluded: str, kept: str, vain: str) -> None:
    """Each subtree is told of of which the authority above leaves nothing; one that is wider than allowed isn't."""
    above = NameConstraints(
        **{f"permitted_{field}": tuple(permitted.split()), f"excluded_{field}": tuple(excluded.split())}
    )
    below = NameConstraints(**{f"permitted_{field}": (*kept.split(), *vain.split())})
    told = warnings_of((Bounds.of("the issuer web", above),), below)
    assert [text.split('"')[1] for text in told] == vain.split()
    assert all("name constraints of the issuer web" in text for text in told)
