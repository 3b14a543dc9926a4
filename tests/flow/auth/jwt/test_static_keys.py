"""The auth method jwt with keys that are configured."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.auth.jwt import Jwt
from strongroom.lib.errors import InvalidRequest, NotFound, PermissionDenied
from strongroom.sdk import Auth, Operation
from strongroom.sdk.token_fields import KEEP, PoliciesChanged
from tests.flow.auth.jwt.keys import public_pem, rsa_key, signed
from tests.flow.harness import Mounted

READ, WRITE, DELETE, LIST = Operation.READ, Operation.UPDATE, Operation.DELETE, Operation.LIST


async def mounted(**role: Any) -> Mounted:
    """A mount with one key and the role r."""
    mount = await Mounted.new(Jwt())
    await mount.ask(WRITE, "config", {"jwt_validation_pubkeys": [public_pem(rsa_key())]})
    await with_role(mount, **role)
    return mount


async def with_role(mount: Mounted, **role: Any) -> None:
    """Write the role r anew."""
    await mount.ask(DELETE, "role/r")
    await mount.ask(WRITE, "role/r", {"role_type": "jwt", "user_claim": "sub", "bound_audiences": "us", **role})


def claims(mount: Mounted, **others: Any) -> dict[str, Any]:
    """What a good token says."""
    return {"sub": "ann", "aud": "us", "exp": int(mount.clock.now()) + 60, **others}


async def log_in(mount: Mounted, token: str, role: str = "r", address: str = "10.0.0.1") -> Auth:
    """The login that the method answers with."""
    response = await mount.ask(WRITE, "login", {"role": role, "jwt": token}, address=address)
    assert response is not None
    assert response.auth is not None
    return response.auth


async def test_login() -> None:
    """A token of a configured key gives a login with the role's settings, by the user claim."""
    mount = await mounted(token_policies="One,two", token_ttl="10m", claim_mappings={"/a/b": "team"})
    auth = await log_in(mount, signed(claims(mount, a={"b": "red"})))
    assert (auth.alias, auth.display_name) == ("ann", "ann")
    assert auth.metadata == auth.alias_metadata == {"role": "r", "team": "red"}
    assert (auth.token.policies, auth.token.ttl_s) == (("one", "two"), 600)
    assert auth.group_aliases is None


async def test_other_keys_are_refused() -> None:
    """A token of another key gets no login."""
    mount = await mounted()
    with pytest.raises(InvalidRequest, match="error verifying token signature"):
        await log_in(mount, signed(claims(mount), rsa_key("other")))


async def test_the_default_role_counts_where_none_is_named() -> None:
    """Without a role, the mount's default counts, in whatever case it was given."""
    mount = await mounted()
    with pytest.raises(InvalidRequest, match="missing role"):
        await log_in(mount, signed(claims(mount)), role="")
    await mount.ask(WRITE, "config", {"jwt_validation_pubkeys": [public_pem(rsa_key())], "default_role": "R"})
    assert (await log_in(mount, signed(claims(mount)), role="")).metadata == {"role": "r"}
    with pytest.raises(InvalidRequest, match='role "none" could not be found'):
        await log_in(mount, signed(claims(mount)), role="none")


async def test_a_refused_role_tells_of_a_slip() -> None:
    """What is missing was given under another name: the refusal says which."""
    mount = await mounted()
    body = {"role_type": "jwt", "user_claim": "sub", "bound_audience": "us"}
    with pytest.raises(InvalidRequest) as caught:
        await mount.ask(WRITE, "role/slip", body)
    assert caught.value.text.endswith('Did you mean "bound_audiences" instead of "bound_audience"?')
    with pytest.raises(InvalidRequest, match="invalid 'role_type': jtw; it may be jwt or oidc"):
        await mount.ask(WRITE, "role/slip", {**body, "role_type": "jtw"})


async def test_without_configuration_nobody_gets_in() -> None:
    """A mount without a configuration refuses logins, and reads nothing."""
    mount = await Mounted.new(Jwt())
    with pytest.raises(InvalidRequest, match="could not load configuration"):
        await log_in(mount, "a.b.c")
    with pytest.raises(NotFound):
        await mount.ask(READ, "config")


async def test_addresses_are_checked_before_the_token() -> None:
    """A role with addresses lets nobody in from elsewhere."""
    mount = await mounted(token_bound_cidrs="10.0.0.0/8")
    with pytest.raises(PermissionDenied):
        await log_in(mount, signed(claims(mount)), address="192.0.2.1")
    assert (await log_in(mount, signed(claims(mount)))).token.bound_cidrs == ("10.0.0.0/8",)


async def test_renewal() -> None:
    """A token is renewed with its role's present times; where policies have changed, the mount decides."""
    mount = await mounted(token_policies="a", token_ttl=60)
    auth = await log_in(mount, signed(claims(mount)))
    await mount.ask(WRITE, "role/r", {"role_type": "jwt", "token_ttl": 120})
    assert (await mount.renew(auth)).token.ttl_s == 120
    await mount.ask(WRITE, "role/r", {"role_type": "jwt", "token_policies": "b"})
    with pytest.raises(PoliciesChanged) as changed:
        await mount.renew(auth)
    assert changed.value.usual == KEEP
    await mount.ask(DELETE, "role/r")
    with pytest.raises(InvalidRequest, match="does not exist any more"):
        await mount.renew(auth)


async def test_policies_of_templates_stay_at_a_renewal() -> None:
    """What the claims of the login gave counts, until the templates themselves change."""
    mount = await mounted(token_policies="team-{{.team}}", token_policies_template_claims=True)
    auth = await log_in(mount, signed(claims(mount, team="red")))
    assert auth.token.policies == ("team-red",)
    assert (await mount.renew(auth)).token.policies == ("team-red",)
    await mount.ask(WRITE, "role/r", {"role_type": "jwt", "token_policies": "other-{{.team}}"})
    with pytest.raises(PoliciesChanged):
        await mount.renew(auth)


async def test_what_is_not_given_of_a_role_stays() -> None:
    """A constraint outlives a write that leaves it out, as in Vault; given empty, it is gone."""
    mount = await mounted(bound_claims={"team": "red"}, groups_claim="groups", groups_claim_optional=True)
    await mount.ask(WRITE, "role/r", {"role_type": "jwt", "token_ttl": 120})
    kept = await mount.data(READ, "role/r")
    assert (kept["bound_claims"], kept["groups_claim"], kept["token_ttl"]) == ({"team": "red"}, "groups", 120)
    with pytest.raises(InvalidRequest, match='claim "team" does not match'):
        await log_in(mount, signed(claims(mount, team="blue")))
    assert (await log_in(mount, signed(claims(mount, team="red")))).token.ttl_s == 120
    await mount.ask(WRITE, "role/r", {"role_type": "jwt", "bound_claims": {}, "groups_claim": ""})
    assert (await log_in(mount, signed(claims(mount, team="blue")))).group_aliases in {None, ()}
