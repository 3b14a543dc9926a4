"""Claims about Okta's answers: whatever they are, nobody gets in by an odd one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.auth.okta import Okta, logic
from strongroom.auth.okta.records import Config
from strongroom.lib.errors import InvalidRequest, PermissionDenied, StrongroomError, UnsupportedPath

_KEYS = st.sampled_from(
    ["status", "stateToken", "_embedded", "user", "profile", "login", "id", "factors", "factor", "challenge"]
)
_VALUES = st.none() | st.booleans() | st.integers() | st.sampled_from(["SUCCESS", "MFA_REQUIRED", "eva", "a/b", ""])
_JSON = st.recursive(
    _VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=6), max_leaves=14
)


@given(_JSON, st.booleans())
def test_any_answer(answer: object, bypass: bool) -> None:
    """What isn't an error is a state with a user whose id can stand in a path."""
    try:
        state = logic.state_of(200, answer)
        number = logic.correct_answer(state)
        assert number is None or 0 <= number < 1000
        if logic.is_done(state, bypass=bypass):
            person = logic.person_of(state)
            assert "/" not in person.id
            assert person.login == person.login.lower()
        else:
            assert logic.factor_of(state, code=True, provider="")
    except StrongroomError:
        return
    assert isinstance(answer, dict)


@pytest.mark.parametrize(
    ("config", "origin"),
    [
        (Config(org_name="a"), "https://a.okta.com"),
        (Config(org_name="a", production=True), "https://a.okta.com"),
        (Config(org_name="a", production=False), "https://a.oktapreview.com"),
        (Config(org_name="a", production=False, base_url="okta-emea.com"), "https://a.okta-emea.com"),
    ],
)
def test_origin(config: Config, origin: str) -> None:
    """By the base URL, or the old way to tell it."""
    assert logic.origin(config) == origin


@given(st.text("ab.-:/@#?\\ 0%[]\n", max_size=12), st.text("ab.-:/@#?\\ 0%[]\n", max_size=12))
def test_no_name_leads_elsewhere(org_name: str, base_url: str) -> None:
    """What is accepted is a host, and below the domain that was given."""
    from urllib.parse import urlsplit

    try:
        logic.check_host(org_name, base_url)
    except InvalidRequest:
        return
    parts = urlsplit(logic.origin(Config(org_name=org_name, base_url=base_url)))
    assert (parts.path, parts.query, parts.fragment, parts.username) == ("", "", "", None)
    assert parts.hostname == f"{org_name}.{base_url.partition(':')[0] or 'okta.com'}".lower()


@pytest.mark.parametrize("name", ["", " a", "a ", "a/b", "a\n", "\x00", "x" * 513])
def test_names_that_are_none(name: str) -> None:
    """Nothing is stored under them."""
    with pytest.raises(UnsupportedPath):
        logic.name_of(name)


def test_secrets_are_declared() -> None:
    """The audit log hides them, and the nonce in a path."""
    assert Okta.routes.secret_fields == {"api_token", "token", "password", "totp", "nonce"}
    assert Okta.routes.secret_part("verify/abc") == ("nonce", len("verify/"))


@pytest.mark.parametrize(("type_", "code"), [("push", False), ("token:software:totp", True)])
def test_only_active_factors_are_used(type_: str, code: bool) -> None:
    """Of several phones the first active one that Okta lists is asked; a suspended one fails every login."""

    def state(*statuses: str) -> logic.State:
        factors = [
            {"id": f"f{n}", "factorType": type_, "provider": "OKTA", "status": status}
            for n, status in enumerate(statuses)
        ]
        return logic.state_of(200, {"status": "MFA_REQUIRED", "_embedded": {"factors": factors}})

    assert logic.factor_of(state("INACTIVE", "PENDING_ACTIVATION", "ACTIVE", "ACTIVE"), code=code, provider="") == "f2"
    with pytest.raises(PermissionDenied, match="no active factor"):
        logic.factor_of(state("INACTIVE", "EXPIRED"), code=code, provider="")
