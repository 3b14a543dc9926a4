"""Decisions of the provider: redirect URIs, issuers, proofs, assignments."""

from __future__ import annotations

import pytest

from strongroom.lib.errors import InvalidRequest
from strongroom.services.oidc.logic import (
    check_issuer,
    check_redirect_uri,
    covers,
    is_challenge,
    redirect_allowed,
    verifier_fits,
)
from strongroom.services.oidc.records import OidcAssignment

ALLOWED = ("https://app.example/cb", "http://127.0.0.1/cb", "http://[::1]:8080/cb?a=b", "http://localhost", "app.x:/cb")


@pytest.mark.parametrize(
    "uri",
    [
        *ALLOWED,
        "http://127.0.0.1:1/cb",
        "http://127.0.0.1:65535/cb",
        "http://[::1]/cb?a=b",
        "http://[::1]:9/cb?a=b",
        "http://localhost:3000",
    ],
)
def test_where_a_code_may_be_sent(uri: str) -> None:
    """Exactly where the client says, and to a loopback address at any port."""
    assert redirect_allowed(uri, ALLOWED)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "https://app.example/cb/",
        "https://app.example/cb?x",
        "https://app.example:443/cb",
        "https://APP.example/cb",
        "http://127.0.0.1/cb/",
        "http://127.0.0.1:1/other",
        "https://127.0.0.1:1/cb",
        "http://127.0.0.1:x/cb",
        "http://127.0.0.1:123456/cb",
        "http://127.0.0.1:1@evil.example/cb",
        "http://evil.example@127.0.0.1/cb",
        "http://evil.example\\@127.0.0.1/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://127.0.0.2/cb",
        "http://localhost:1/cb",
        "http://localhost:3000/",
        "http://LOCALHOST:3000",
        "http://127.0.0.1:1/cb#fragment",
        "http://[::1]:9/cb?a=c",
        "\nhttp://127.0.0.1/cb",
    ],
)
def test_where_no_code_is_sent(uri: str) -> None:
    """Nothing but the port of a loopback address may differ."""
    assert not redirect_allowed(uri, ALLOWED)
    assert not redirect_allowed(uri, ())


@pytest.mark.parametrize("uri", ["https://a/b", "http://127.0.0.1/cb?x=y", "com.example.app:/oauth", "http://[::1]/"])
def test_redirect_uris_that_a_client_may_have(uri: str) -> None:
    """Absolute ones, with schemes of native applications too."""
    check_redirect_uri(uri)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "/relative",
        "https://a/b#c",
        "javascript:alert(1)",
        "JavaScript:x",
        "data:x",
        "vbscript:x",
        "https://a b/",
        "://x",
        "a:" + "x" * 2048,
    ],
)
def test_redirect_uris_that_no_client_may_have(uri: str) -> None:
    """What runs a script, has a fragment or is no URI."""
    with pytest.raises(InvalidRequest):
        check_redirect_uri(uri)


def test_issuers() -> None:
    """A scheme, a host and perhaps a port; empty is the default."""
    for text in ("", "https://a.example", "http://127.0.0.1:8200", "https://[::1]:8200"):
        check_issuer(text)
    for text in (
        "a.example",
        "https://",
        "https://a/",
        "https://a/b",
        "https://u@a",
        "https://a?b",
        "https://a#b",
        "ftp://a",
    ):
        with pytest.raises(InvalidRequest):
            check_issuer(text)


def test_proofs() -> None:
    """The example of RFC 7636, appendix B; `plain` compares as it is."""
    verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert verifier_fits(verifier, challenge, "S256")
    assert not verifier_fits(challenge, challenge, "S256")
    assert not verifier_fits(verifier + "x", challenge, "S256")
    assert verifier_fits(verifier, verifier, "plain")
    assert not verifier_fits(verifier, challenge, "plain")
    assert not verifier_fits("\ud800", challenge, "S256")


def test_challenges() -> None:
    """Between 43 and 128 of the characters that no URL changes."""
    assert is_challenge("a" * 43)
    assert is_challenge("A0-._~" * 21)
    for text in ("a" * 42, "a" * 129, "a" * 42 + "é", "a" * 42 + " ", "a" * 42 + "+"):
        assert not is_challenge(text)


def test_assignments() -> None:
    """By entity or by group; an empty one covers nobody, and a star is no wildcard."""
    assert covers(OidcAssignment(entity_ids=("e",)), "e", ())
    assert covers(OidcAssignment(group_ids=("g", "h")), "e", {"h"})
    assert not covers(OidcAssignment(entity_ids=("f",), group_ids=("g",)), "e", {"h"})
    assert not covers(OidcAssignment(), "e", {"g"})
    assert not covers(OidcAssignment(entity_ids=("*",), group_ids=("*",)), "e", {"g"})
