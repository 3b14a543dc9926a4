"""Roles that are programs: who gets in, with what, and what happens to the tokens when the program changes."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.auth.jwt import Jwt
from strongroom.lib.errors import InvalidRequest, NotFound, PermissionDenied, StrongroomError
from strongroom.sdk import Auth, Operation
from tests.flow.auth.jwt.keys import public_pem, rsa_key, signed
from tests.flow.harness import Mounted

READ, WRITE, DELETE, LIST, PATCH = (
    Operation.READ,
    Operation.UPDATE,
    Operation.DELETE,
    Operation.LIST,
    Operation.PATCH,
)
ALLOWED = "pb.Auth{policies: ['web'], alias: logical.Alias{name: claims.sub}}"


async def mounted(expression: str = ALLOWED, *variables: tuple[str, str], **role: Any) -> Mounted:
    """A mount with one key and the role r, which is a program."""
    mount = await Mounted.new(Jwt())
    await mount.ask(WRITE, "config", {"jwt_validation_pubkeys": [public_pem(rsa_key())], "bound_issuer": "idp"})
    await write(mount, expression, *variables, **role)
    return mount


async def write(mount: Mounted, expression: str, *variables: tuple[str, str], **role: Any) -> Any:
    """Write the role r."""
    listed = [{"name": name, "expression": text} for name, text in variables]
    return await mount.ask(WRITE, "cel/role/r", {"cel_program": program(expression, listed), **role})


def program(expression: str, variables: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """A program as a request gives it."""
    return {"expression": expression, **({"variables": variables} if variables else {})}


async def log_in(mount: Mounted, role: str = "r", address: str = "10.0.0.1", key: Any = None, **claims: Any) -> Auth:
    """The login with a token that says this."""
    said = {"iss": "idp", "sub": "ann", "exp": int(mount.clock.now()) + 60, **claims}
    token = signed({name: value for name, value in said.items() if value is not ...}, key)
    response = await mount.ask(WRITE, "cel/login", {"role": role, "jwt": token}, address=address)
    assert response is not None
    assert response.auth is not None
    return response.auth


RULES = "claims.team == 'red' && claims.level >= 3 && 'ops' in claims.groups && claims.aud == 'us'"
GOOD: dict[str, Any] = {"team": "red", "level": 3, "groups": ["dev", "ops"], "aud": "us"}
BAD: dict[str, tuple[Any, ...]] = {
    "team": ("Red", "", None, 5, ["red"], True, ...),
    "level": (2, 2.9, "3", None, True, [3], ...),
    "groups": ([], ["OPS"], "ops", None, [["ops"]], ...),
    "aud": ("them", "", ["us"], ["us", "them"], None, ...),
    "iss": ("other", ...),
    "exp": (1, "later"),
}


@pytest.mark.parametrize("role", [{}, {"bound_audiences": "us"}], ids=["program alone", "bound audience"])
async def test_each_rule_alone_decides(role: dict[str, Any]) -> None:
    """A token that meets every rule gets in; one that misses any of them doesn't, whichever way it misses it."""
    mount = await mounted(f"{RULES} ? {ALLOWED} : false", **role)
    assert (await log_in(mount, **GOOD)).token.policies == ("web",)
    for name, values in BAD.items():
        for value in values:
            with pytest.raises(StrongroomError):
                await log_in(mount, **{**GOOD, name: value})
    with pytest.raises(InvalidRequest, match="error verifying token signature"):
        await log_in(mount, key=rsa_key("other"), **GOOD)


async def test_the_roles_audiences_decide_before_the_program() -> None:
    """A token for somebody else isn't shown to the program, which may let everybody in."""
    mount = await mounted(bound_audiences="us,them")
    for fitting in ("us", ["x", "them"]):
        assert (await log_in(mount, aud=fitting)).alias == "ann"
    for strange in ("US", [], ["x"], ...):
        with pytest.raises(InvalidRequest, match="invalid audience"):
            await log_in(mount, aud=strange)
    await write(mount, ALLOWED)
    assert (await log_in(mount, aud="x")).alias == "ann"


async def test_leeways_are_the_roles() -> None:
    """How late or early a token may be, and how long one without an end lives, is said by the role."""
    mount = await mounted(clock_skew_leeway=-1, expiration_leeway=20, not_before_leeway=20)
    now = int(mount.clock.now())
    for fitting in ({"exp": now + 10}, {"exp": ..., "iat": now - 15}, {"exp": now + 19}):
        assert (await log_in(mount, **fitting)).alias == "ann"
    for late in ({"exp": now - 5}, {"exp": ..., "iat": now - 30}, {"exp": now + 30}, {"nbf": now + 5}):
        with pytest.raises(InvalidRequest, match="error validating token"):
            await log_in(mount, **late)
    await write(mount, ALLOWED)
    for fitting in ({"exp": now - 5}, {"exp": ..., "iat": now - 30}, {"exp": now + 30}, {"nbf": now + 5}):
        assert (await log_in(mount, **fitting)).alias == "ann"


RESULTS = {
    "false": "blocked authorization with boolean false return",
    "'not you'": "blocked authorization with message: not you",
    "true": "returned unexpected type",
    "null": "returned unexpected type",
    "1": "returned unexpected type",
    "claims": "returned unexpected type",
    "[pb.Auth{}]": "returned unexpected type",
    "logical.Alias{name: 'ann'}": "returned unexpected type",
    "claims.missing": "no such key: missing",
    "claims.sub + 1": "no such overload",
    "1 / 0 == 1 ? pb.Auth{} : false": "division by zero",
    "[1, 2, 3].map(a, [1, 2, 3].map(b, claims.sub))[3][0]": "index out of bounds: 3",
}


@pytest.mark.parametrize(("expression", "text"), RESULTS.items(), ids=RESULTS)
async def test_only_an_auth_lets_in(expression: str, text: str) -> None:
    """Any other result, and any error, is a refusal that doesn't show the program."""
    mount = await mounted(expression)
    with pytest.raises(InvalidRequest, match="error executing cel program") as error:
        await log_in(mount)
    assert text in str(error.value)
    assert len(expression) < 12 or expression not in str(error.value)


async def test_a_message_stands_for_false() -> None:
    """A role's message is what the program's refusal says."""
    mount = await mounted("false", message="ask the red team")
    with pytest.raises(InvalidRequest, match="blocked authorization with message: ask the red team"):
        await log_in(mount)


async def test_variables_are_there_in_order() -> None:
    """A variable may use those before it, and the expression all."""
    variables = (("red", "claims.team == 'red'"), ("names", "red ? ['a', 'b'] : ['c']"))
    mount = await mounted("pb.Auth{policies: names}", *variables)
    assert (await log_in(mount, team="red")).token.policies == ("a", "b")
    assert (await log_in(mount, team="blue")).token.policies == ("c",)
    with pytest.raises(InvalidRequest, match="failed to evaluate variable red: no such key: team"):
        await log_in(mount)


FULL = """pb.Auth{
  display_name: 'Ann', policies: ['B', 'a', 'a'], metadata: {'team': claims.team}, num_uses: 3,
  alias: logical.Alias{name: claims.sub, metadata: {'mail': 'ann@us'}},
  group_aliases: claims.groups.map(g, logical.Alias{name: g}),
  lease_options: pb.LeaseOptions{TTL: 60000000000, MaxTTL: 120000000000, renewable: true, issue_time: now},
  explicit_max_ttl: 300000000000, bound_cidrs: ['10.0.0.0/8'], no_default_policy: true, token_type: 1u
}"""


async def test_a_result_says_what_the_token_is() -> None:
    """Every field has its place in the login; times are nanoseconds."""
    mount = await mounted(FULL.replace("claims.groups.map(g, logical.Alias{name: g})", "[logical.Alias{name: 'ops'}]"))
    auth = await log_in(mount, team="red")
    assert (auth.alias, auth.display_name, auth.alias_metadata) == ("ann", "Ann", {"mail": "ann@us"})
    assert (auth.metadata, auth.group_aliases, auth.renewable) == ({"team": "red"}, ("ops",), True)
    token = auth.token
    assert (token.policies, token.num_uses, token.no_default_policy) == (("a", "b"), 3, True)
    assert (token.ttl_s, token.max_ttl_s, token.explicit_max_ttl_s) == (60, 120, 300)
    assert (token.bound_cidrs, token.type) == (("10.0.0.0/8",), "service")
    with pytest.raises(PermissionDenied):
        await log_in(mount, team="red", address="192.0.2.1")


async def test_groups_may_come_of_a_claim() -> None:
    """A list of messages can be made of a list of names."""
    mount = await mounted(FULL)
    assert (await log_in(mount, team="red", groups=["x", "y"])).group_aliases == ("x", "y")
    assert (await log_in(mount, team="red", groups=[])).group_aliases == ()
    with pytest.raises(InvalidRequest):
        await log_in(mount, team="red", groups=[1])


async def test_a_bare_result_is_a_token_of_nobody() -> None:
    """Without an alias there is no entity; nothing else is given that wasn't said."""
    auth = await log_in(await mounted("pb.Auth{}"))
    assert (auth.alias, auth.token.policies, auth.renewable, auth.group_aliases) == ("", (), False, None)


UNWORTHY = {
    "policies: ['root']": "auth methods cannot create root tokens",
    "policies: ['x', ' ROOT ']": "auth methods cannot create root tokens",
    "policies: ['response-wrapping']": "cannot assign policy",
    "policies: claims.groups": "unsupported field type",
    "policies: claims.sub": "unsupported field type",
    "display_name: claims.level": "unsupported field type",
    "metadata: claims.nested": "unsupported field type",
    "alias: logical.Alias{}": "missing name in alias",
    "alias: logical.Alias{name: ''}": "missing name in alias",
    "alias: logical.Alias{name: claims.level}": "unsupported field type",
    "group_aliases: [logical.Alias{}]": "missing name in alias",
    "num_uses: -1": "cannot be negative",
    "period: 3600": "period is in nanoseconds",
    "period: -1": "period is in nanoseconds",
    "lease_options: pb.LeaseOptions{TTL: 3600}": "TTL is in nanoseconds",
    "lease_options: pb.LeaseOptions{TTL: 9000000000, MaxTTL: 8000000000}": "cannot be greater",
    "token_type: 9u": "token_type 9 is none",
    "bound_cidrs: ['zzz']": "error parsing address",
    "token_type: 2u, num_uses: 1": "'token_type' cannot be 'batch'",
    "display_name: claims.long": "display_name",
    "alias: logical.Alias{name: claims.long}": "alias",
}


@pytest.mark.parametrize(("fields", "text"), UNWORTHY.items(), ids=UNWORTHY)
async def test_a_result_that_no_token_can_be_made_of_lets_nobody_in(fields: str, text: str) -> None:
    """What a program says wrongly refuses the login."""
    mount = await mounted(f"pb.Auth{{{fields}}}")
    with pytest.raises(InvalidRequest) as error:
        await log_in(mount, groups=[1], level=5, nested={"a": 1}, long="x" * 5000)
    assert text in str(error.value)


REFUSED = {
    "claims.sub ==": "found the end",
    "foo": "undeclared reference to 'foo'",
    "Auth{}": "undeclared reference to 'Auth'",
    "pb.Auth{nope: 1}": "undefined field 'nope'",
    "pb.Auth{entity_id: 'x'}": "undefined field 'entity_id'",
    "pb.Auth{client_token: 'x'}": "undefined field 'client_token'",
    "pb.Auth{accessor: 'x'}": "undefined field 'accessor'",
    "pb.Auth{identity_policies: ['x']}": "undefined field 'identity_policies'",
    "pb.Auth{alias: logical.Alias{name: 'a', mount_accessor: 'x'}}": "undefined field 'mount_accessor'",
    "pb.Auth{policies: 'x'}": "expected type of field 'policies'",
    " ": "cannot be empty",
    "'" + "x" * 20000 + "'": "16384 characters",
    "(" * 100 + "1" + ")" * 100: "nested more than",
}


@pytest.mark.parametrize(("expression", "text"), REFUSED.items(), ids=[key[:40] for key in REFUSED])
async def test_a_program_that_cannot_work_is_refused_when_it_is_written(expression: str, text: str) -> None:
    """The role that was there stays."""
    mount = await mounted()
    with pytest.raises(InvalidRequest) as error:
        await write(mount, expression)
    assert text in str(error.value)
    assert (await log_in(mount)).alias == "ann"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"expression": None},
        {"expression": 1},
        {"expression": "true", "variable": []},
        {"expression": "true", "variables": {"a": "1"}},
        {"expression": "true", "variables": ["a"]},
        {"expression": "true", "variables": [{"name": "a"}]},
        {"expression": "true", "variables": [{"name": "a", "expression": "1", "more": 1}]},
        {"expression": "true", "variables": [{"name": "now", "expression": "1"}]},
        {"expression": "true", "variables": [{"name": f"v{at}", "expression": "1"} for at in range(65)]},
    ],
)
async def test_a_program_of_another_form_is_refused(given: Any) -> None:
    """Parts that are missing, unknown or of another kind."""
    mount = await mounted()
    with pytest.raises(InvalidRequest):
        await mount.ask(WRITE, "cel/role/r", {"cel_program": given})


async def test_a_role_is_read_written_patched_and_deleted() -> None:
    """A write gives the defaults again, a patch leaves what it doesn't name."""
    mount = await mounted("true", bound_audiences="a,b", message="m", expiration_leeway=10)
    read = await mount.ask(READ, "cel/role/R")
    assert read is not None
    assert read.data == {
        "name": "r",
        "cel_program": {"expression": "true"},
        "bound_audiences": ["a", "b"],
        "message": "m",
        "clock_skew_leeway": 60,
        "expiration_leeway": 10,
        "not_before_leeway": 150,
    }
    patched = await mount.ask(PATCH, "cel/role/r", {"cel_program": {"variables": [{"name": "a", "expression": "1"}]}})
    assert patched is not None
    assert patched.data["cel_program"] == {"expression": "true", "variables": [{"name": "a", "expression": "1"}]}
    assert (patched.data["message"], patched.data["expiration_leeway"]) == ("m", 10)
    written = await write(mount, "true")
    assert (written.data["bound_audiences"], written.data["message"], written.data["expiration_leeway"]) == (
        [],
        "",
        150,
    )
    listed = await mount.ask(LIST, "cel/role")
    assert listed is not None
    assert listed.data == {"keys": ["r"]}
    await mount.ask(DELETE, "cel/role/r")
    for operation, path in ((READ, "cel/role/r"), (LIST, "cel/role")):
        with pytest.raises(NotFound):
            await mount.ask(operation, path)
    with pytest.raises(InvalidRequest, match="Unable to fetch"):
        await mount.ask(PATCH, "cel/role/r", {"message": "m"})
    with pytest.raises(InvalidRequest, match='role "r" could not be found'):
        await log_in(mount)


async def test_an_open_audience_is_warned_of() -> None:
    """A program that reads no audience lets in tokens that were made for other services."""
    mount = await mounted()
    assert (await write(mount, "pb.Auth{}")).warnings
    assert not (await write(mount, "claims.aud == 'us' ? pb.Auth{} : false")).warnings
    assert not (await write(mount, "pb.Auth{}", bound_audiences="us")).warnings


async def test_a_token_does_not_outlive_a_change_of_its_program() -> None:
    """A renewal works until the role is written again or is gone."""
    mount = await mounted()
    auth = await log_in(mount)
    assert await mount.renew(auth) == auth
    await write(mount, ALLOWED)
    with pytest.raises(InvalidRequest, match='role "r" changed; log in again'):
        await mount.renew(auth)
    again = await log_in(mount)
    await mount.ask(DELETE, "cel/role/r")
    with pytest.raises(InvalidRequest, match="does not exist any more"):
        await mount.renew(again)


async def test_programs_and_other_roles_have_names_of_their_own() -> None:
    """A role of one kind isn't found by a login of the other."""
    mount = await mounted()
    await mount.ask(WRITE, "role/plain", {"role_type": "jwt", "user_claim": "sub", "bound_audiences": "us"})
    with pytest.raises(InvalidRequest, match="could not be found"):
        await log_in(mount, role="plain")
    with pytest.raises(InvalidRequest, match="could not be found"):
        await mount.ask(WRITE, "login", {"role": "r", "jwt": "x"})


async def test_a_costly_program_refuses_the_login() -> None:
    """Steps run out for claims that are larger than the program's author thought of."""
    mount = await mounted("claims.l.all(a, claims.l.all(b, a == a)) ? pb.Auth{} : false")
    assert (await log_in(mount, l=[1, 2, 3])).alias == ""
    with pytest.raises(InvalidRequest, match="too many steps"):
        await log_in(mount, l=list(range(1000)))
