"""What stands in the record of a token that a token makes, value by value, and who may act for whom."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from strongroom.lib.errors import InvalidRequest
from strongroom.services.tokens import TokenRecord, TokenRole
from strongroom.services.tokens.creation import Mint, Planned, TokenRequest, plan

NOW = 1_700_000_000.0
DEFAULT_S, MAX_S = 1000, 5000


def parent(*policies: str, **fields: Any) -> TokenRecord:
    """A token that asks for another."""
    return TokenRecord(key="k", accessor="a", policies=policies, path="auth/token/create", created_at=NOW, **fields)


def planned(wanted: TokenRequest, by: TokenRecord, **options: Any) -> Planned:
    """The plan for a request of a token without sudo, unless told otherwise."""
    settings = {"sudo": False, "orphan": False, "role": None, "default_ttl_s": DEFAULT_S, "max_ttl_s": MAX_S}
    return plan(wanted, Mint(parent=by, now=NOW, **{**settings, **options}))


def record(**fields: Any) -> TokenRecord:
    """A plain child's record, with what differs."""
    plain: dict[str, Any] = {
        "key": "",
        "accessor": "",
        "policies": ("a",),
        "path": "auth/token/create",
        "created_at": NOW,
        "display_name": "token",
        "ttl_s": DEFAULT_S,
        "creation_ttl_s": DEFAULT_S,
        "expires_at": NOW + DEFAULT_S,
        "renewable": True,
    }
    return TokenRecord(**{**plain, **fields})


def test_a_plain_child() -> None:
    """Its parent's policies, the mount's lifetime, and nothing that nobody asked for."""
    assert planned(TokenRequest(), parent("a")) == Planned(record=record(), orphan=False, warnings=[])


def test_a_child_with_everything() -> None:
    """Each setting under its own name."""
    wanted = TokenRequest(
        policies=["a"],
        meta={"team": "x"},
        ttl="200s",
        explicit_max_ttl="300s",
        display_name="n",
        num_uses=4,
        no_default_policy=True,
        renewable=False,
    )
    made = planned(wanted, parent("a", "default", entity_id="e", bound_cidrs=("192.0.2.0/24",)))
    assert made == Planned(
        record=record(
            metadata={"team": "x"},
            ttl_s=200,
            creation_ttl_s=200,
            expires_at=NOW + 200,
            explicit_max_ttl_s=300,
            display_name="token-n",
            num_uses=4,
            renewable=False,
            entity_id="e",
            bound_cidrs=("192.0.2.0/24",),
            no_default_policy=True,
        ),
        orphan=False,
        warnings=[],
    )


def test_a_child_of_a_role() -> None:
    """The role's name, path and uses, its addresses within the parent's; its times are asked for at each renewal."""
    role = TokenRole(
        name="r",
        allowed_policies=("b",),
        path_suffix="s",
        orphan=True,
        renewable=False,
        explicit_max_ttl_s=400,
        bound_cidrs=("192.0.2.128/25", "10.0.0.0/8"),
        num_uses=3,
        strictly_bind_ip=True,
    )
    by = parent("a", entity_id="e", bound_cidrs=("192.0.2.0/24",))
    made = planned(TokenRequest(), by, role=role, address="192.0.2.130")
    assert made.orphan
    assert made.record == record(
        policies=("b", "default"),
        path="auth/token/create/r/s",
        ttl_s=400,
        creation_ttl_s=400,
        expires_at=NOW + 400,
        num_uses=3,
        renewable=False,
        role="r",
        bound_cidrs=("192.0.2.128/25",),
        strictly_bind_ip=True,
        bound_ip="192.0.2.130",
    )
    assert len(made.warnings) == 1  # that the default was longer than the role's end


def test_a_batch_child() -> None:
    """Not renewable, so that its first time is its last, and no longer than the role allows; what counts is refused."""
    role = TokenRole(name="r", token_type="batch", explicit_max_ttl_s=400)
    made = planned(TokenRequest(policies=["a"]), parent("a"), role=role).record
    times = {"ttl_s": 400, "creation_ttl_s": 400, "expires_at": NOW + 400}
    assert made == record(path="auth/token/create/r", role="r", type="batch", renewable=False, **times)
    for field, name in (("num_uses", "num_uses"), ("period_s", "period")):
        counting = msgspec.structs.replace(role, **{field: 3})
        with pytest.raises(InvalidRequest, match=f'batch tokens cannot have "{name}" set'):
            planned(TokenRequest(policies=["a"]), parent("a"), role=counting)


def test_an_orphan_path() -> None:
    """It says so in the record's path, leaves the parent's entity, not its addresses, and needs no sudo of its own."""
    bounds = ("192.0.2.0/24",)
    made = planned(TokenRequest(), parent("a", entity_id="e", bound_cidrs=bounds), orphan=True)
    child = record(path="auth/token/create-orphan", bound_cidrs=bounds)
    assert made == Planned(record=child, orphan=True, warnings=[])
    by_asking = planned(TokenRequest(no_parent=True), parent("a", "sudo"), sudo=True)
    assert by_asking.orphan
    assert by_asking.record.path == "auth/token/create"
    assert not planned(TokenRequest(no_parent=True), parent("a"), role=TokenRole(name="r")).orphan


@pytest.mark.parametrize(
    ("patterns", "alias", "allowed"),
    [
        (("ann",), "ann", True),
        (("ann",), "Ann", True),
        (("ANN",), "ann", True),
        (("svc-*",), "svc-a", True),
        (("bob", "svc-*"), "svc-", True),
        (("ann",), "bob", False),
        (("ann",), "anna", False),
        (("svc-*",), "a-svc-a", False),
        (("[ab]",), "a", False),
        (("?",), "a", False),
        ((), "ann", False),
        (None, "ann", False),
    ],
)
def test_a_role_says_whom_its_tokens_may_act_for(patterns: tuple[str, ...] | None, alias: str, allowed: bool) -> None:
    """Any of its names and patterns, in whatever case; nobody else, and nobody at all if it names none."""
    role = TokenRole(name="r", allowed_entity_aliases=patterns)
    if allowed:
        planned(TokenRequest(policies=["a"], entity_alias=alias), parent("a"), role=role)
        return
    with pytest.raises(InvalidRequest) as refused:
        planned(TokenRequest(policies=["a"], entity_alias=alias), parent("a"), role=role)
    assert refused.value.text == "invalid 'entity_alias' value"


@pytest.mark.parametrize(
    ("by", "text"),
    [
        (parent("a", type="batch"), "batch tokens cannot create more tokens"),
        (parent("a", num_uses=2), "restricted use token cannot generate child tokens"),
    ],
)
def test_who_has_no_children(by: TokenRecord, text: str) -> None:
    """Batch tokens, and tokens with counted uses, even with sudo."""
    with pytest.raises(InvalidRequest) as refused:
        planned(TokenRequest(), by, sudo=True)
    assert refused.value.text == text


@pytest.mark.parametrize(
    ("wanted", "role", "kind"),
    [
        ("", None, "service"),
        ("service", None, "service"),
        ("batch", None, "batch"),
        ("", "default-service", "service"),
        ("", "default-batch", "batch"),
        ("service", "default-batch", "service"),
        ("batch", "default-service", "batch"),
        ("batch", "service", "service"),
        ("service", "batch", "batch"),
    ],
)
def test_the_role_decides_the_kind_unless_it_only_has_a_default(wanted: str, role: str | None, kind: str) -> None:
    """As an auth mount does."""
    given = TokenRole(name="r", token_type=role) if role else None
    assert planned(TokenRequest(policies=["a"], type=wanted), parent("a"), role=given).record.type == kind


ROLE_POLICIES: list[tuple[dict[str, Any], list[str], bool, tuple[str, ...] | None]] = [
    ({"allowed_policies": ("x", "y")}, [], False, ("default", "x", "y")),
    ({"allowed_policies": ("x", "y")}, ["x"], False, ("default", "x")),
    ({"allowed_policies": ("x", "y")}, ["X "], True, ("x",)),
    ({"allowed_policies": ("x", "y")}, ["a"], False, None),
    ({"allowed_policies": ("x",)}, ["x", "z"], False, None),
    ({"allowed_policies": ("x",), "no_default_policy": True}, [], False, ("x",)),
    ({"allowed_policies": ("x",), "no_default_policy": True}, ["default"], False, None),
    ({"allowed_policies": ("x",)}, ["default"], False, ("default",)),
    ({"allowed_policies_glob": ("team-*",)}, ["team-a", "team-b"], True, ("team-a", "team-b")),
    ({"allowed_policies_glob": ("team-*",)}, ["a"], True, None),
    ({"allowed_policies_glob": ("team-*",)}, [], True, ()),
    ({"allowed_policies": ("x",), "allowed_policies_glob": ("team-*",)}, ["x", "team-a"], True, ("team-a", "x")),
    ({"disallowed_policies": ("x",)}, [], False, ("a", "default")),
    ({"disallowed_policies": ("x",)}, ["z"], False, ("default", "z")),
    ({"disallowed_policies": ("x",)}, ["x"], False, None),
    ({"disallowed_policies": ("a",)}, [], False, None),
    ({"disallowed_policies": ("default",)}, ["z"], False, ("z",)),
    ({"disallowed_policies_glob": ("x*",)}, ["xy"], False, None),
    ({"disallowed_policies_glob": ("d*",)}, ["z"], False, ("z",)),
    ({"disallowed_policies_glob": ("x*",)}, ["z"], False, ("default", "z")),
    ({"allowed_policies_glob": ("*",), "disallowed_policies": ("x",)}, ["x"], False, None),
    ({"allowed_policies_glob": ("*",)}, ["response-wrapping"], True, None),
    ({"allowed_policies_glob": ("*",)}, ["root"], True, None),
    ({}, [], False, ("a",)),
    ({}, ["x"], False, None),
]


@pytest.mark.parametrize(("settings", "asked", "no_default", "policies"), ROLE_POLICIES)
def test_policies_of_a_role(
    settings: dict[str, Any], asked: list[str], no_default: bool, policies: tuple[str, ...] | None
) -> None:
    """A role that names any allows no others; one that forbids some allows all others; one that names none, nothing."""
    role = TokenRole(name="r", **settings)
    wanted = TokenRequest(policies=asked, no_default_policy=no_default)
    if policies is None:
        with pytest.raises(InvalidRequest):
            planned(wanted, parent("a"), role=role)
    else:
        assert planned(wanted, parent("a"), role=role).record.policies == policies


@pytest.mark.parametrize(
    ("held", "asked", "sudo", "no_default", "policies"),
    [
        (("a", "default"), [], False, False, ("a", "default")),
        (("a", "default"), [], False, True, ("a",)),
        (("a",), [], True, False, ("a",)),
        (("a", "default"), ["a"], False, False, ("a", "default")),
        (("a", "default"), ["a"], False, True, ("a",)),
        (("a",), ["a"], False, False, ("a",)),
        (("a",), ["z"], True, False, ("default", "z")),
        (("a",), ["z", "default"], True, True, ("z",)),
        (("root",), [], True, False, ("root",)),
        (("root",), ["root", "a"], True, False, ("root",)),
    ],
)
def test_policies_without_a_role(
    held: tuple[str, ...], asked: list[str], sudo: bool, no_default: bool, policies: tuple[str, ...]
) -> None:
    """`default` comes to those whose parent has it, and with sudo to all, unless they don't want it."""
    made = planned(TokenRequest(policies=asked, no_default_policy=no_default), parent(*held), sudo=sudo)
    assert made.record.policies == policies


def test_a_name_of_choice_needs_sudo_and_warns() -> None:
    """`id` is taken from whoever holds sudo; the token is then no harder to guess than it was made."""
    made = planned(TokenRequest(policies=["a"], id="mine"), parent("a"), sudo=True)
    assert len(made.warnings) == 1
    assert "custom" in made.warnings[0].lower()
    assert planned(TokenRequest(policies=["a"]), parent("a"), sudo=True).warnings == []


@pytest.mark.parametrize(
    ("wanted", "ttl_s"),
    [
        (TokenRequest(ttl="1500ms"), 1),
        (TokenRequest(ttl="500ms"), 1),
        (TokenRequest(ttl="0"), DEFAULT_S),
        (TokenRequest(lease="70s"), 70),
        (TokenRequest(ttl="60s", lease="70s"), 60),
        (TokenRequest(ttl="9000s"), MAX_S),
        (TokenRequest(ttl="9000s", explicit_max_ttl="8000s"), MAX_S),
        (TokenRequest(explicit_max_ttl="500s"), 500),
    ],
)
def test_lifetimes(wanted: TokenRequest, ttl_s: int) -> None:
    """Part of a second is a second; the older name counts without the newer; the narrowest limit ends it."""
    made = planned(wanted, parent("a")).record
    assert (made.ttl_s, made.creation_ttl_s, made.expires_at) == (ttl_s, ttl_s, NOW + ttl_s)


def test_endless_root_tokens_are_bound_to_no_network() -> None:
    """One that never ends and works only from some addresses could not be got rid of from any other."""
    with pytest.raises(InvalidRequest, match="non-expiring root tokens cannot be CIDR-bound"):
        planned(TokenRequest(), parent("root", bound_cidrs=("10.0.0.0/8",)), sudo=True)
    ending = planned(TokenRequest(ttl="60s"), parent("root", bound_cidrs=("10.0.0.0/8",)), sudo=True).record
    assert (ending.ttl_s, ending.bound_cidrs) == (60, ("10.0.0.0/8",))


@pytest.mark.parametrize("field", ["explicit_max_ttl", "period"])
def test_what_a_batch_token_cannot_have(field: str) -> None:
    """Nothing prolongs it, so nothing needs to end that."""
    with pytest.raises(InvalidRequest) as refused:
        planned(TokenRequest(policies=["a"], type="batch", **{field: "60s"}), parent("a"), sudo=True)
    assert refused.value.text == f'batch tokens cannot have "{field}" set'


def test_limits_given_twice() -> None:
    """The lesser counts, and a warning says so, with the value; one that is given once is that one."""
    role = TokenRole(name="r", num_uses=5, period_s=600, explicit_max_ttl_s=700)
    made = planned(
        TokenRequest(policies=["a"], num_uses=2, period="300s", explicit_max_ttl="800s"),
        parent("a"),
        sudo=True,
        role=role,
    )
    assert (made.record.num_uses, made.record.ttl_s, made.record.period_s, made.record.explicit_max_ttl_s) == (
        2,
        300,
        300,
        800,
    )
    assert made.warnings == [
        "Explicit max TTL specified both during creation call and in role; using the lesser value of 700 seconds",
        "Period specified both during creation call and in role; using the lesser value of 300 seconds",
    ]
    alone = planned(TokenRequest(policies=["a"], num_uses=2), parent("a"), role=TokenRole(name="r"))
    assert (alone.record.num_uses, alone.warnings) == (2, [])


@pytest.mark.parametrize("by_role", [False, True])
def test_limits_given_once_warn_of_nothing(by_role: bool) -> None:
    """By the request or by the role alone: that one counts."""
    role = TokenRole(name="r", period_s=300, explicit_max_ttl_s=700) if by_role else TokenRole(name="r")
    wanted = (
        TokenRequest(policies=["a"])
        if by_role
        else TokenRequest(policies=["a"], period="300s", explicit_max_ttl="700s")
    )
    made = planned(wanted, parent("a"), sudo=True, role=role)
    assert (made.record.ttl_s, made.warnings) == (300, [])
