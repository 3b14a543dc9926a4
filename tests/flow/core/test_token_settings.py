"""No setting of a token is lost on its way from the user to the token, and from the token to its renewal."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction, transact
from strongroom.sdk import Auth, AuthMethod, Request, Response, TokenSettings, path, token_fields
from strongroom.sdk.token_fields import OldTokenFields, TokenFields
from strongroom.services.mounts import AUTH
from strongroom.services.tokens import TokenRecord
from tests.flow.node import TestNode

GIVEN: dict[str, Any] = {
    "bound_cidrs": ("192.0.2.0/24",),
    "explicit_max_ttl_s": 5000,
    "max_ttl_s": 4000,
    "no_default_policy": True,
    "num_uses": 9,
    "period_s": 600,
    "policies": ("a", "b"),
    "strictly_bind_ip": True,
    "ttl_s": 700,
    "type": "service",
}
"""For every setting a value that is not its default."""
LEFT_OUT = {"old_names", "unknown_"}
"""How a user's parameters were called when they were set, and what a newer version knows of them."""


class Method(AuthMethod):
    """Lets anybody in, with `GIVEN`, and remembers what it is asked at a renewal."""

    type = "method"

    def __init__(self) -> None:
        self.asked: list[Auth] = []

    @path.write("login", unauthenticated=True)
    async def log_in(self, request: Request) -> Response:
        """Let anybody in."""
        return Response(auth=Auth(display_name="ann", token=TokenSettings(**GIVEN)))

    async def renew_token(self, request: Request, auth: Auth) -> Auth:
        """Remember what is asked."""
        self.asked.append(auth)
        return auth


def test_every_setting_has_a_value_here() -> None:
    """A new setting fails this until it is in the table above, and so until it arrives everywhere below."""
    assert GIVEN.keys() == set(TokenSettings.__struct_fields__) - LEFT_OUT
    defaults = TokenSettings()
    assert [name for name, value in GIVEN.items() if getattr(defaults, name) == value] == []


@pytest.mark.parametrize("name", sorted(GIVEN))
async def test_a_setting_arrives_in_the_token_and_at_its_renewal(name: str) -> None:
    """In the token's row as it was given (a period decides the time of a periodic one), and before its method again."""
    method = Method()
    node = await TestNode.start(engines={(AUTH, Method.type): method})
    await node.ok("POST", "sys/auth/method", {"type": "method"})
    token = (await node.ok("POST", "auth/method/login", {}, "")).body["auth"]["client_token"]
    services = node.node.unsealed
    assert services is not None

    async def read(txn: Transaction) -> TokenRecord | None:
        return await txn.read(keys.token(services.tokens.key_of(token)), TokenRecord)

    record = await transact(services.barrier, read)
    assert record is not None
    expected = {**GIVEN, "ttl_s": GIVEN["period_s"]}[name]
    assert getattr(record, name) == expected
    await node.ok("PUT", "auth/token/renew", {"token": token})
    assert [getattr(asked.token, name) for asked in method.asked] == [expected]


def test_every_parameter_is_a_setting_and_the_other_way_round() -> None:
    """A parameter that a user may set is kept, shown under its name, and granted."""
    given = TokenFields(
        token_bound_cidrs=["192.0.2.0/24"],  # type: ignore[arg-type]
        token_explicit_max_ttl=5000,  # type: ignore[arg-type]
        token_max_ttl=4000,  # type: ignore[arg-type]
        token_no_default_policy=True,
        token_num_uses=9,
        token_period=600,  # type: ignore[arg-type]
        token_policies=["a", "b"],  # type: ignore[arg-type]
        token_strictly_bind_ip=True,
        token_ttl=700,  # type: ignore[arg-type]
        token_type="service",
    )
    assert {name for name in TokenFields.__struct_fields__ if getattr(given, name) is None} == set()
    settings = token_fields.merged(TokenSettings(), given)
    assert {name: getattr(settings, name) for name in GIVEN} == GIVEN
    assert token_fields.grant(settings, alias="ann", metadata={}).token == settings
    shown = token_fields.shown(settings)
    assert shown.keys() == set(TokenFields.__struct_fields__)
    assert [name for name, value in shown.items() if value in ("default", 0, False, [])] == []


@pytest.mark.parametrize("old", sorted(set(OldTokenFields.__struct_fields__) - set(TokenFields.__struct_fields__)))
def test_every_old_name_sets_what_the_new_one_does(old: str) -> None:
    """And is shown beside it."""
    value: Any = {"policies": ["a"], "bound_cidrs": ["192.0.2.0/24"]}.get(old, 60)
    by_old = token_fields.shown(token_fields.merged(TokenSettings(), OldTokenFields(**{old: value})))
    by_new = token_fields.shown(token_fields.merged(TokenSettings(), TokenFields(**{f"token_{old}": value})))
    assert by_old == {**by_new, old: by_new[f"token_{old}"]}
