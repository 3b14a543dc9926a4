"""A provider, keys and tokens for the cases of the auth methods jwt and oidc."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.flow.auth.jwt.keys import ec_key, public_pem, raw, rsa_key, signed
from tests.sim.identity_provider import CLIENT, SECRET, serving

TOKENS: dict[str, dict[str, Any]] = {
    "good": {},
    "without_aud": {"aud": None},
    "aud_list": {"aud": ["other", "us"]},
    "aud_other": {"aud": "other"},
    "aud_empty": {"aud": []},
    "aud_number": {"aud": 5},
    "other_sub": {"sub": "eva"},
    "no_sub": {"sub": None},
    "number_sub": {"sub": 5},
    "without_times": {"exp": None, "iat": None},
    "exp_only": {"exp": 60, "iat": None},
    "exp_only_far": {"iat": None},
    "expired": {"exp": -100, "iat": -200},
    "just_expired": {"exp": -30, "iat": -200},
    "not_yet": {"nbf": 300},
    "soon": {"nbf": 30},
    "issued_later": {"iat": 300},
    "issued_now": {"exp": None, "iat": 0},
    "issued_before": {"exp": None, "iat": -300},
    "exp_text": {"exp": "never"},
    "iss_other": {"iss": "other"},
    "team": {"team": "red", "level": 7, "on": True, "a": {"b": ["x", "y"], "c/d": "e"}},
    "team_other": {"team": "blue", "level": 8, "on": False, "a": {"b": ["z"]}},
    "team_kinds": {"team": ["red"], "level": "7", "on": "true", "a": {"b": "x"}},
    "team_object": {"team": {"red": 1}},
    "groups": {"groups": ["g1", "", "g2"]},
    "one_group": {"groups": "g1"},
    "no_groups": {"groups": []},
    "group_numbers": {"groups": [1]},
    "group_object": {"groups": {}},
    "nested_groups": {"realm": {"groups": ["g1"]}},
    "mapped": {"mail": "ann@us", "deep": {"er": "v"}},
    "mapped_number": {"mail": 5},
}
"""Claims beside, or instead of, those of a good token.  Times are in seconds from now."""
_TIMES = {"exp", "nbf", "iat"}


@contextmanager
def jwt(directory: Path) -> Iterator[dict[str, str]]:
    """A provider that both servers ask, and tokens of every kind."""
    now = int(time.time())

    def made(claims: Mapping[str, Any]) -> dict[str, Any]:
        said = {"iss": "idp", "sub": "ann", "aud": "us", "iat": 0, "exp": 3600, **claims}
        return {
            name: now + value if name in _TIMES and isinstance(value, int) else value
            for name, value in said.items()
            if value is not None
        }

    good = made({})
    with serving() as provider:
        provider.claims = {"aud": "us"}
        yield {
            **{name: signed(made(claims)) for name, claims in TOKENS.items()},
            "other_key": signed(good, rsa_key("other")),
            "ec": signed(good, ec_key(), "ES256"),
            "ps": signed(good, algorithm="PS256"),
            "hmac": signed(good, b"x" * 32, "HS256"),
            "none": raw(b'{"alg":"none"}', json.dumps(good).encode(), b""),
            "kid": signed(good, kid="any"),
            "provided": provider.token(),
            "provided_unknown_kid": signed({**good, "iss": provider.issuer}, kid="unknown"),
            "idp": provider.issuer,
            "client": CLIENT,
            "secret": SECRET,
            "pem": public_pem(rsa_key()).replace("\n", "\\n"),
            "ec_pem": public_pem(ec_key()).replace("\n", "\\n"),
        }
