"""What a request for a token comes to, decided without a store."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.token_fields import address_allowed
from strongroom.services.tokens import TokenRecord, TokenRole
from strongroom.services.tokens.binding import admits
from strongroom.services.tokens.creation import Mint, Planned, TokenRequest, plan

DAY_S = 86_400
NOW = 1_700_000_000.0


def parent(*policies: str, **fields: Any) -> TokenRecord:
    """A token that asks for another."""
    return TokenRecord(key="k", accessor="a", policies=policies, path="auth/token/create", created_at=NOW, **fields)


def planned(wanted: TokenRequest, by: TokenRecord | None = None, **options: Any) -> Planned:
    """The plan for a request, by the root token unless somebody else asks."""
    by = by if by is not None else parent("root")
    settings: dict[str, Any] = {
        "sudo": by.is_root,
        "orphan": False,
        "role": None,
        "default_ttl_s": DAY_S,
        "max_ttl_s": 32 * DAY_S,
        "now": NOW,
    }
    return plan(wanted, Mint(parent=by, **{**settings, **options}))


@given(
    st.sets(st.sampled_from(["a", "b", "c", "default", "root"])),
    st.lists(st.sampled_from(["a", " B", "c", "default", "root", "response-wrapping", ""])),
    st.booleans(),
)
def test_no_child_has_more_than_its_parent(held: set[str], asked: list[str], no_default: bool) -> None:
    """Without sudo and without a role, whatever is asked: the child's policies are a subset, or it is refused."""
    by = parent(*sorted(held))
    try:
        made = planned(TokenRequest(policies=asked, no_default_policy=no_default), by, sudo=False)
    except InvalidRequest:
        return
    assert set(made.record.policies) <= held
    assert "response-wrapping" not in made.record.policies


@given(st.lists(st.sampled_from(["a", "b", "root", "default"])), st.booleans())
def test_root_comes_only_from_root(asked: list[str], sudo: bool) -> None:
    """Sudo gives every policy but that one."""
    role = TokenRole(name="r", allowed_policies=("a", "root"), disallowed_policies=("b",))
    for chosen in (None, role):
        try:
            made = planned(TokenRequest(policies=asked), parent("a", "default"), sudo=sudo, role=chosen)
        except InvalidRequest:
            continue
        assert "root" not in made.record.policies


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (["a"], ("a", "default")),
        (["A ", "a"], ("a", "default")),
        (["root", "a"], ("root",)),
        ([], ("root",)),
        (None, ("root",)),
        ([""], ("default",)),
    ],
)
def test_policies_are_tidied(asked: list[str] | None, expected: tuple[str, ...]) -> None:
    """Lower case, trimmed, once each, with `default`; `root` alone; nothing asked is the parent's."""
    assert planned(TokenRequest(policies=asked)).record.policies == expected


def test_a_role_replaces_the_rule_of_subsets() -> None:
    """Its allowed policies may be had by whoever may use it, and no others, but for its globs."""
    role = TokenRole(name="r", allowed_policies=("one",), allowed_policies_glob=("team-*",))
    by = parent("plain")
    assert planned(TokenRequest(), by, role=role, sudo=False).record.policies == ("default", "one")
    made = planned(TokenRequest(policies=["team-x"]), by, role=role, sudo=False)
    assert made.record.policies == ("default", "team-x")
    with pytest.raises(InvalidRequest, match="must be subset of the role's allowed policies"):
        planned(TokenRequest(policies=["plain"]), by, role=role, sudo=False)


@pytest.mark.parametrize("pattern", ["[a-z]x", "?x", "[!a]x"])
def test_only_stars_are_wild(pattern: str) -> None:
    """In globs of roles, brackets and question marks stand for themselves."""
    role = TokenRole(name="r", allowed_policies_glob=(pattern,))
    with pytest.raises(InvalidRequest):
        planned(TokenRequest(policies=["bx"], no_default_policy=True), role=role)
    assert planned(TokenRequest(policies=[pattern], no_default_policy=True), role=role).record.policies == (pattern,)


@pytest.mark.parametrize(
    ("fields", "ttl_s", "renewable", "warned"),
    [
        ({}, DAY_S, True, 0),
        ({"ttl": "1h"}, 3600, True, 0),
        ({"lease": "1h"}, 3600, True, 0),
        ({"ttl": "9999h"}, 32 * DAY_S, True, 1),
        ({"ttl": "2h", "explicit_max_ttl": "1h"}, 3600, True, 1),
        ({"period": "1h", "ttl": "5m"}, 3600, True, 0),
        ({"period": "9999h"}, 32 * DAY_S, True, 1),
        ({"period": "1h", "explicit_max_ttl": "30m"}, 1800, True, 1),
        ({"renewable": False}, DAY_S, False, 0),
        ({"type": "batch"}, DAY_S, False, 0),
    ],
)
def test_times(fields: dict[str, Any], ttl_s: int, renewable: bool, warned: int) -> None:
    """What is granted, whether it can be renewed, and how many warnings tell of it."""
    made = planned(TokenRequest(policies=["a"], **fields))
    assert made.record.ttl_s == made.record.creation_ttl_s == ttl_s
    assert made.record.expires_at == NOW + ttl_s
    assert made.record.renewable is renewable
    assert len(made.warnings) == warned


def test_root_tokens_last_for_ever_only_if_their_parent_does() -> None:
    """A root token without a time makes such; one that ends makes only ones that end."""
    assert planned(TokenRequest()).record.expires_at == 0.0
    assert not planned(TokenRequest()).record.renewable
    ending = parent("root", ttl_s=3600, expires_at=NOW + 3600)
    with pytest.raises(InvalidRequest, match="expiring root tokens"):
        planned(TokenRequest(), ending)
    assert planned(TokenRequest(explicit_max_ttl="2h"), ending).record.expires_at == NOW + 7200


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"ttl": "-1h"}, "ttl must be positive"),
        ({"ttl": "soon"}, 'time: invalid duration "soon"'),
        ({"num_uses": -1}, "number of uses cannot be negative"),
        ({"type": "nonsense"}, "invalid 'token_type' value"),
        ({"type": "batch", "num_uses": 1}, 'batch tokens cannot have "num_uses" set'),
        ({"type": "batch", "policies": ["root"]}, "batch tokens cannot be root tokens"),
        ({"id": "s.x"}, "custom token ID cannot have the 's.' prefix"),
        ({"id": "a.b"}, "custom token ID cannot have a '.' in the value"),
        ({"entity_alias": "x"}, "'entity_alias' is only allowed in combination with token role"),
    ],
)
def test_refusals(fields: dict[str, Any], text: str) -> None:
    """Root may much, but not this."""
    with pytest.raises(InvalidRequest) as refused:
        planned(TokenRequest(**{"policies": ["a"], "ttl": "1h", **fields}))
    assert refused.value.text == text


@pytest.mark.parametrize("fields", [{"period": "1h"}, {"no_parent": True}, {"id": "mine"}])
def test_what_needs_sudo(fields: dict[str, Any]) -> None:
    """An ordinary token gets no periodic token, no orphan by asking, and no name of its choice."""
    with pytest.raises(InvalidRequest, match="root or sudo privileges required"):
        planned(TokenRequest(policies=["a"], **fields), parent("a"), sudo=False)


def test_children_keep_what_binds_their_parent() -> None:
    """Its entity and its addresses; orphans keep the addresses, and a role's addresses narrow them."""
    bound = parent("a", entity_id="e", bound_cidrs=("10.0.0.0/8",))
    child = planned(TokenRequest(), bound, sudo=False).record
    assert (child.entity_id, child.bound_cidrs) == ("e", ("10.0.0.0/8",))
    orphan = planned(TokenRequest(), bound, sudo=False, orphan=True)
    assert orphan.orphan
    assert (orphan.record.entity_id, orphan.record.bound_cidrs) == ("", ("10.0.0.0/8",))
    role = TokenRole(name="r", bound_cidrs=("10.9.0.0/16",))
    assert planned(TokenRequest(), bound, sudo=False, role=role).record.bound_cidrs == ("10.9.0.0/16",)
    assert planned(TokenRequest(), bound, sudo=False, role=TokenRole(name="r")).record.bound_cidrs == ("10.0.0.0/8",)
    with pytest.raises(InvalidRequest, match="have none in common"):
        planned(TokenRequest(), bound, sudo=False, role=TokenRole(name="r", bound_cidrs=("192.0.2.1",)))


@pytest.mark.parametrize("kind", ["batch", "service"])
def test_what_a_role_limits_holds_for_either_type(kind: str) -> None:
    """Uses and period need a row, so that no batch token is made; the longest life holds for both types."""
    for name, role in (("num_uses", TokenRole(name="r", num_uses=2)), ("period", TokenRole(name="r", period_s=60))):
        wanted = TokenRequest(policies=["a"], type=kind)
        if kind == "batch":
            with pytest.raises(InvalidRequest, match=f'batch tokens cannot have "{name}" set'):
                planned(wanted, role=role)
        else:
            assert planned(wanted, role=role).record.ttl_s in {60, DAY_S}
    longest = TokenRole(name="r", explicit_max_ttl_s=3600)
    assert planned(TokenRequest(policies=["a"], type=kind, ttl="59m"), role=longest).record.ttl_s == 3540
    assert planned(TokenRequest(policies=["a"], type=kind, ttl="61m"), role=longest).record.ttl_s == 3600


def test_a_role_without_the_default_policy_gives_it_to_nobody() -> None:
    """Neither from the parent nor by asking, unless the role lists it."""
    by, role = parent("a", "default"), TokenRole(name="r", no_default_policy=True)
    for asked in ([], ["a"], ["a", "default"]):
        assert planned(TokenRequest(policies=asked), by, role=role, sudo=False).record.policies == ("a",)
    listing = TokenRole(name="r", no_default_policy=True, allowed_policies=("default",))
    assert planned(TokenRequest(), by, role=listing, sudo=False).record.policies == ("default",)


def test_a_pattern_in_capitals_forbids_all_the_same() -> None:
    """Names of policies are in lower case, however a role's patterns are written."""
    role = TokenRole(name="r", disallowed_policies_glob=("Admin-*",))
    with pytest.raises(InvalidRequest, match="is disallowed by this role"):
        planned(TokenRequest(policies=["admin-x"]), role=role)
    assert planned(TokenRequest(policies=["user-x"]), role=role).record.policies == ("default", "user-x")


def test_the_lesser_of_two_limits_counts() -> None:
    """Uses, period and maximum given both by the role and by the request."""
    role = TokenRole(name="r", num_uses=5, period_s=3600, explicit_max_ttl_s=7200)
    made = planned(TokenRequest(policies=["a"], num_uses=9, period="2h", explicit_max_ttl="9h"), role=role)
    assert made.record.num_uses == 5
    assert made.record.ttl_s == 3600
    assert len(made.warnings) == 2
    # The role's times aren't the token's own: a renewal asks the role again.
    assert (made.record.period_s, made.record.explicit_max_ttl_s) == (7200, 32400)


@pytest.mark.parametrize(
    ("given", "shown"), [("", "token"), ("some name", "token-some-name"), ("Weiß & Söhne!! ", "token-Wei----S-hne--")]
)
def test_display_names_are_plain(given: str, shown: str) -> None:
    """Every character that is no letter or digit becomes a dash."""
    assert planned(TokenRequest(policies=["a"], display_name=given)).record.display_name == shown


SECONDS = st.sampled_from(["", "", "", "1m", "9999h"])  # most wishes are for little, so that most are granted
LIMIT_S = st.sampled_from([0, 0, 90, 7200])
NAMES = st.lists(st.sampled_from(["a", "b", "c", "default"]), max_size=2)
BLOCKS = st.sampled_from([(), ("10.0.0.0/8",), ("10.1.0.0/16", "192.0.2.7"), ("192.0.2.0/24",)])
ROLES = st.builds(
    TokenRole,
    name=st.just("r"),
    allowed_policies=NAMES.map(tuple),
    disallowed_policies=st.sampled_from([(), (), ("b",), ("default", "c")]),
    disallowed_policies_glob=st.sampled_from([(), ("B*",)]),
    orphan=st.booleans(),
    renewable=st.booleans(),
    period_s=LIMIT_S,
    explicit_max_ttl_s=LIMIT_S,
    bound_cidrs=BLOCKS,
    num_uses=st.sampled_from([0, 1, 3]),
    strictly_bind_ip=st.booleans(),
    token_type=st.sampled_from(["default-service", "default-batch", "service", "batch"]),
)
WISHES = st.builds(
    TokenRequest,
    policies=NAMES,
    no_parent=st.booleans(),
    renewable=st.booleans(),
    ttl=SECONDS,
    type=st.sampled_from(["", "service", "batch"]),
    explicit_max_ttl=SECONDS,
    num_uses=st.sampled_from([0, 0, 2, 9]),
    period=SECONDS,
)
MAKERS = st.builds(
    lambda cidrs, strict: parent("a", "b", bound_cidrs=cidrs, strictly_bind_ip=strict, bound_ip=strict * "192.0.2.7"),
    BLOCKS,
    st.booleans(),
)


@settings(max_examples=600)
@given(WISHES, ROLES, MAKERS, st.booleans(), st.sampled_from(["192.0.2.7", "10.1.0.1", ""]))
def test_no_wish_gets_round_a_role_or_its_maker(
    wanted: TokenRequest, role: TokenRole, by: TokenRecord, sudo: bool, address: str
) -> None:
    """Whatever is asked for, of whichever type: every limit of the role and every bound of the maker holds, or nothing
    is made.
    """
    try:
        made = planned(wanted, by, role=role, sudo=sudo, address=address)
    except InvalidRequest:
        return
    record = made.record
    if role.num_uses:
        assert 0 < record.num_uses <= role.num_uses
    if role.explicit_max_ttl_s:
        assert record.ttl_s <= role.explicit_max_ttl_s
    if role.period_s:
        assert record.type == "service"
        assert record.ttl_s <= role.period_s
    assert not record.renewable or role.renewable
    assert not {*record.policies} & {*role.disallowed_policies}
    assert not role.disallowed_policies_glob or "b" not in record.policies
    if role.allowed_policies:
        assert {*record.policies} <= {*role.allowed_policies, "default"}
    if role.token_type in {"service", "batch"}:
        assert record.type == role.token_type
    for probed in ("192.0.2.7", "10.1.0.1", "10.2.0.1", "::1", ""):
        if admits(record, probed):
            assert admits(by, probed)
            assert address_allowed(probed, role.bound_cidrs)
            assert not role.strictly_bind_ip or probed == (by.bound_ip or address) != ""
