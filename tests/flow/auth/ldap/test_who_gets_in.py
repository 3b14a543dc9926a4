"""Who gets in: each condition of a login alone decides, and everything else being right doesn't help."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from strongroom.lib.errors import StrongroomError
from tests.flow.auth.ldap.mounting import SEARCHING, log_in, mounted
from tests.sim.slapd import BASE, PEOPLE, Slapd

FORMS: dict[str, dict[str, Any]] = {
    "direct": {},
    "searched": SEARCHING,
    "discovered": {"discoverdn": True},
}
CONDITIONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    # What is right, and what isn't: of the login or of the configuration.
    "password": ({"password": "alice-password"}, {"password": "bob-password"}),
    "name": ({"user": "alice"}, {"user": "bob"}),
    "place": ({"userdn": PEOPLE}, {"userdn": f"ou=hidden,{BASE}"}),
    "address": ({"token_bound_cidrs": ""}, {"token_bound_cidrs": "192.0.2.0/24"}),
    "attribute": ({}, {"userattr": "mail"}),
    "tls": ({}, {"starttls": True}),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("wrong", [None, *CONDITIONS])
async def test_each_condition_alone_decides(directory: Slapd, form: str, wrong: str | None) -> None:
    """All right lets in; one of them wrong doesn't."""
    chosen: dict[str, Any] = {}
    for name, (right, bad) in CONDITIONS.items():
        chosen |= bad if name == wrong else right
    user, password = chosen.pop("user"), chosen.pop("password")
    mount = await mounted(directory, **FORMS[form], **chosen)
    if wrong is None:
        assert (await log_in(mount, user, password)).metadata == {"username": "alice"}
    else:
        with pytest.raises(StrongroomError):
            await log_in(mount, user, password)


SPECIAL = (*'\0\n\r()*\\|&!=,+"<>;#/é漢', "\u200b", "\ud800")


@pytest.mark.parametrize("form", FORMS)
async def test_no_name_that_means_something_gets_in(directory: Slapd, form: str) -> None:
    """With the right password of somebody: no character makes another user's name of it."""
    mount = await mounted(directory, **FORMS[form])
    names = [f"{a}{name}{b}" for name in ("alice",) for a, b in itertools.product(("", *SPECIAL), repeat=2) if a or b]
    names = [name for name in names if not {"/"} & set(name)]
    names += ["*", "a*", "alice)(uid=*", "*)(objectClass=*", f"alice,{PEOPLE}", f"cn=alice,{PEOPLE}", "a" * 1_000_000]
    for name in names[:: 7 if form != "searched" else 3]:
        with pytest.raises(StrongroomError):
            await log_in(mount, name, "alice-password")
    assert await log_in(mount, "alice", "alice-password")
