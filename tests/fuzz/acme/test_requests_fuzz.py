"""The parser of signed requests: whatever it is given, it answers or says what is wrong."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.engines.pki.acme.identifiers import identifiers
from strongroom.engines.pki.acme.problems import STATUS, Problem
from strongroom.engines.pki.acme.requests import parse
from tests.fuzz.effort import examples

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
_MEMBERS = ("alg", "jwk", "kid", "nonce", "url", "crit", "b64", "header")
_JWKS = st.fixed_dictionaries(
    {"kty": st.sampled_from(["EC", "RSA", "OKP", "oct"]) | _JSON},
    optional={name: _JSON | st.text(alphabet="AQAB-_x", max_size=90) for name in ("crv", "x", "y", "n", "e", "d")},
)
_HEADERS = st.dictionaries(
    st.sampled_from(_MEMBERS), _JSON | _JWKS | st.sampled_from(["ES256", "RS256", "EdDSA", "none", "HS256"])
)


def _encoded(value: Any) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


_BODIES = st.fixed_dictionaries(
    {
        "protected": _HEADERS.map(_encoded) | _JSON,
        "payload": _JSON.map(_encoded) | _JSON,
        "signature": st.text(alphabet="AQ-_=", max_size=12) | _JSON,
    },
    optional={"header": _JSON, "signatures": _JSON},
)


@settings(max_examples=examples(300), deadline=None)
@given(_BODIES)
def test_any_body(body: dict[str, Any]) -> None:
    """A body is a request or a problem that has a status of the client's."""
    try:
        signed = parse(body)
    except Problem as problem:
        assert STATUS[problem.kind] < 500
        assert json.loads(problem.encoded())["detail"]
    else:
        assert signed.algorithm != "none"
        assert bool(signed.kid) != (signed.key is not None)


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(st.fixed_dictionaries({"type": st.sampled_from(["dns", "ip"]) | _JSON, "value": _JSON | st.text()})))
def test_any_identifiers(value: list[Any]) -> None:
    """Identifiers are in their one form, or there is a problem."""
    try:
        found = identifiers(value)
    except Problem as problem:
        assert STATUS[problem.kind] < 500
    else:
        assert identifiers([each.shown() for each in found]) == found
