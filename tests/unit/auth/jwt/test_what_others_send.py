"""Whatever a provider, a token or a browser sends is understood, or refused; nothing else happens."""

from __future__ import annotations

import contextlib
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.auth.jwt import identity, pages, redirects, validation
from strongroom.auth.jwt.discovery import described
from strongroom.auth.jwt.id_tokens import Wanted
from strongroom.auth.jwt.id_tokens import check as check_id_token
from strongroom.auth.jwt.providers.separated import Separated
from strongroom.auth.jwt.records import Role
from strongroom.auth.jwt.settings import pairs_of
from strongroom.auth.jwt.validation import Expected
from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from strongroom.lib.outgoing import Reply

NAMES = ("iss", "sub", "aud", "azp", "exp", "nbf", "iat", "nonce", "auth_time", "groups", "_claim_names", "at_hash")
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4) | st.just("c"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
CLAIMS = st.dictionaries(st.sampled_from(NAMES), ANYTHING)
ROLE = Role(
    user_claim="sub",
    groups_claim="groups",
    bound_claims={"azp": "c", "/aud/0": [1, "c"]},
    claim_mappings={"nonce": "n"},
)


@given(CLAIMS)
def test_claims(claims: dict[str, Any]) -> None:
    """Of any kind and size."""
    for attempt in (
        lambda: validation.check(claims, Expected(issuer="c", audiences=("c",)), 1e9),
        lambda: validation.check(claims, Expected(), 1e9),
        lambda: check_id_token(claims, Wanted(issuer="c", client_id="c", nonce="c", max_age_s=5), 1e9),
        lambda: identity.login("r", ROLE, claims),
    ):
        with contextlib.suppress(InvalidRequest):
            attempt()


ADDRESSES = ("jwks_uri", "authorization_endpoint", "token_endpoint", "userinfo_endpoint")


@pytest.mark.parametrize("name", [*ADDRESSES, "device_authorization_endpoint"])
def test_a_provider_behind_tls_has_no_address_without_it(name: str) -> None:
    """Keys and secrets would go over the network in clear, though the configuration says https."""
    described_at = {"issuer": "https://idp.example", "jwks_uri": "https://keys.example/", name: "http://idp.example/x"}
    with pytest.raises(UpstreamFailed, match=f"{name} is not https"):
        described(Reply(200, {}, json.dumps(described_at).encode()))
    described(Reply(200, {}, json.dumps({**described_at, "issuer": "http://idp.example"}).encode()))


@given(st.dictionaries(st.sampled_from(("issuer", "jwks_uri", "token_endpoint")), ANYTHING) | ANYTHING)
def test_descriptions(document: Any) -> None:
    """A description that isn't usable is the provider's fault."""
    with contextlib.suppress(UpstreamFailed):
        found = described(Reply(200, {}, json.dumps(document).encode()))
        assert found.jwks_uri.startswith(("http://", "https://"))


@given(
    st.text("htps:/localhost127.0[]@?&=#%\\ x", max_size=40), st.text("htps:/localhost127.0[]@?&=#%\\ x", max_size=40)
)
def test_redirect_uris(uri: str, allowed: str) -> None:
    """What is allowed is the same text, or the same but for the port of a loopback address."""
    redirects.without_namespace(uri)
    if redirects.is_allowed(uri, [allowed]) and uri != allowed:
        parts, others = urlsplit(uri), urlsplit(allowed)
        assert parts.hostname in {"localhost", "127.0.0.1", "::1"}
        assert (parts.scheme, parts.hostname, parts.path) == (others.scheme, others.hostname, others.path)


@given(st.text(max_size=20))
def test_namespaces_of_redirect_uris(name: str) -> None:
    """The namespace is taken out, and the rest stays."""
    uri, found = redirects.without_namespace("https://us/cb?a=1")
    assert (uri, found) == ("https://us/cb?a=1", "")
    with contextlib.suppress(UnicodeEncodeError):
        encoded = "".join(f"%{byte:02x}" for byte in name.encode())
        uri, found = redirects.without_namespace(f"https://us/cb?a=1&namespace={encoded}")
        assert found == name
        assert parse_qs(urlsplit(uri).query) == {"a": ["1"]}


@given(ANYTHING)
def test_key_sets_of_a_configuration(given: Any) -> None:
    """Each is an object of texts."""
    with contextlib.suppress(InvalidRequest):
        assert all(pair.jwks_url for pair in pairs_of(given if isinstance(given, list) else [given]))


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_pages_show_text_as_text(address: str, role: str, code: str) -> None:
    """Nothing that was sent becomes a tag or ends the script."""
    for page in (
        pages.confirm(f"<{address}>", f"<{role}>", {"state": f'"<{code}>'}),
        pages.failed(f"<script>{role}</script>"),
        pages.handed_on(f"</script>{address}", f"</script>{code}", role),
    ):
        assert page.raw is not None
        text = page.raw.content.decode("utf-8", "surrogatepass").lower()
        assert text.count("<script") == text.count("</script") <= 1
        assert text.count("<b>") <= 2


@pytest.mark.parametrize("separator", [",", " "])
def test_separators_are_all_that_such_a_provider_sets(separator: str) -> None:
    """There is nothing to check, and nothing to hide."""
    provider = Separated(separator)
    provider.check({"provider": "x", "more": 1})
    assert provider.secrets == frozenset()
