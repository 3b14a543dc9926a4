"""Roles: what is taken, what is refused in which words, and what they read back as."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.flow.engines.aws.world import DOCUMENT, READ_ONLY, World
from tests.sim.aws.moto import ACCOUNT, Moto

ROLE = f"arn:aws:iam::{ACCOUNT}:role/deploy"


async def test_a_role_keeps_what_is_not_given(moto: Moto) -> None:
    """Reads show all of it, with the type by both of its names; lists have pages; a role that isn't there is a 404."""
    world = await World.start(moto)
    await world.role(credential_type="iam_user", policy_document=DOCUMENT, iam_tags=["a=1", "b=2"])
    await world.role(iam_groups="x, y")
    shown = (await world.ok("GET", "aws/roles/app")).data
    assert shown == {
        "credential_type": "iam_user",
        "credential_types": ["iam_user"],
        "policy_arns": [],
        "role_arns": [],
        "policy_document": DOCUMENT.replace(" ", ""),
        "iam_groups": ["x", "y"],
        "iam_tags": {"a": "1", "b": "2"},
        "session_tags": {},
        "external_id": "",
        "default_sts_ttl": 0,
        "max_sts_ttl": 0,
        "user_path": "",
        "permissions_boundary_arn": "",
        "mfa_serial_number": "",
        "wait_usable": 0,
    }
    for name in ("b@x", "c.d", "a"):
        await world.role(name)
    assert (await world.ok("LIST", "aws/roles")).data["keys"] == ["a", "app", "b@x", "c.d"]
    assert (await world.ok("LIST", "aws/roles?after=a&limit=2")).data["keys"] == ["app", "b@x"]
    await world.ok("DELETE", "aws/roles/app")
    assert (await world.ask("GET", "aws/roles/app")).status == 404
    refused = await world.ask("GET", "aws/creds/app")
    assert (refused.status, refused.error) == (400, 'Role "app" not found')


@pytest.mark.parametrize(
    ("given", "types", "field"),
    [
        ({"arn": READ_ONLY}, "iam_user", {"policy_arns": [READ_ONLY]}),
        ({"arn": ROLE}, "assumed_role", {"role_arns": [ROLE]}),
        ({"policy": DOCUMENT}, "iam_user,federation_token", {"policy_document": DOCUMENT.replace(" ", "")}),
        ({"policy": ROLE}, "assumed_role", {"role_arns": [ROLE]}),
        ({"policy": DOCUMENT, "arn": None}, "iam_user,federation_token", {}),
    ],
)
async def test_the_old_form(moto: Moto, given: dict[str, Any], types: str, field: dict[str, Any]) -> None:
    """Means a role or a policy by what it names, replaces the whole role, and is answered with a warning."""
    world = await World.start(moto)
    await world.role(credential_type="iam_user", iam_groups="staff")
    found = await world.ok("POST", "aws/roles/app", given)
    assert found.body["warnings"] == [
        "Detected use of legacy role or policy parameter. Please upgrade to use the new parameters."
    ]
    shown = (await world.ok("GET", "aws/roles/app")).data
    assert (shown["credential_type"], shown["iam_groups"]) == (types, [])
    assert field.items() <= shown.items()


async def test_a_role_of_the_old_form_has_one_path_for_each_type(moto: Moto) -> None:
    """Who may read `sts` isn't given a user, nor who may read `creds` a session; until the role is written anew."""
    world = await World.start(moto)
    await world.role(policy=DOCUMENT)
    assert (await world.ok("GET", "aws/creds/app")).lease_id
    assert (await world.ok("GET", "aws/sts/app")).data["session_token"]
    await world.role("user", arn=READ_ONLY)
    refused = await world.ask("GET", "aws/sts/user")
    expected = "attempted to retrieve iam_user credentials through the sts path; this is not allowed for legacy roles"
    assert (refused.status, refused.error) == (400, expected)
    await world.role("session", arn=ROLE)
    refused = await world.ask("GET", "aws/creds/session")
    assert "assumed_role credentials through the creds path" in refused.error
    await world.role("session", default_sts_ttl="1h")
    await world.ok("GET", "aws/creds/session")


# Each text is that of Vault's own validation, where it has one.
# Source: https://developer.hashicorp.com/vault/api-docs/secret/aws#create-update-role
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({}, "did not supply credential_type"),
    ({"credential_type": "iam_user,assumed_role"}, "unrecognized credential type: iam_user,assumed_role"),
    (
        {"credential_type": "iam_user", "default_sts_ttl": 60},
        "default_sts_ttl parameter only valid for assumed_role, federation_token, and session_token credential",
    ),
    (
        {"credential_type": "iam_user", "max_sts_ttl": 60},
        "max_sts_ttl parameter only valid for assumed_role, federation_token, and session_token credential types",
    ),
    (
        {"credential_type": "session_token", "default_sts_ttl": 61, "max_sts_ttl": 60},
        r"\"default_sts_ttl\" value must be less than or equal to \"max_sts_ttl\" value",
    ),
    (
        {"credential_type": "assumed_role", "user_path": "/x/"},
        "user_path parameter only valid for iam_user credential type",
    ),
    ({"credential_type": "iam_user", "user_path": "x"}, "the specified value for user_path is invalid"),
    (
        {"credential_type": "assumed_role", "permissions_boundary_arn": READ_ONLY},
        "cannot supply permissions_boundary_arn when credential_type isn't iam_user",
    ),
    (
        {"credential_type": "iam_user", "permissions_boundary_arn": "arn:aws:s3:::policy/x"},
        "invalid permissions_boundary_arn parameter: expected a service of iam but got s3",
    ),
    (
        {"credential_type": "iam_user", "permissions_boundary_arn": ROLE},
        "expected a resource type of policy but got role/deploy",
    ),
    (
        {"credential_type": "session_token", "policy_arns": READ_ONLY},
        "cannot supply a policy or role when using credential_type session_token",
    ),
    ({"credential_type": "iam_user", "role_arns": ROLE}, "cannot supply role_arns when credential_type isn't"),
    (
        {"credential_type": "federation_token", "session_tags": "a=b"},
        "cannot supply session_tags when credential_type isn't assumed_role",
    ),
    (
        {"credential_type": "federation_token", "external_id": "x"},
        "cannot supply external_id when credential_type isn't assumed_role",
    ),
    ({"credential_type": "assumed_role", "wait_usable": 5}, "wait_usable parameter only valid for iam_user"),
    ({"credential_type": "iam_user", "wait_usable": 31}, "wait_usable is longer than 30 seconds"),
    ({"credential_type": "iam_user", "policy_arns": "x"}, r"invalid policy_arns parameter: \"x\" is no ARN"),
    ({"credential_type": "iam_user", "policy_document": "{"}, 'cannot parse policy document: "{"'),
    ({"arn": "arn:aws:s3:::bucket"}, 'unable to parse supplied data: "arn:aws:s3:::bucket"'),
    ({"policy": "no json"}, 'unable to parse supplied data: "no json"'),
    ({"policy": "{}", "arn": ROLE}, "only one of policy or arn should be provided"),
    (
        {"policy": "{}", "credential_type": "iam_user"},
        "cannot supply deprecated role or policy parameters with an explicit credential_type",
    ),
    ({"arn": ROLE, "role_arns": ROLE}, "cannot supply deprecated role or policy parameters with role_arns"),
    ({"arn": ROLE, "max_sts_ttl": 1}, "cannot supply deprecated role or policy parameters with max_sts_ttl"),
    ({"credential_type": "iam_user", "iam_tags": {str(n): "" for n in range(65)}}, "iam_tags has more than 64"),
    ({"credential_type": "iam_user", "policy_document": '"' + "x" * 70_000 + '"'}, "cannot parse policy document"),
    ({"credential_type": "iam_user", "iam_groups": ["x"] * 65}, "iam_groups has more than 64 items"),
]


async def test_what_is_refused(moto: Moto) -> None:
    """In Vault's words, where it has any; no role is made."""
    world = await World.start(moto)
    for given, text in REFUSED:
        refused = await world.ask("POST", "aws/roles/app", given)
        assert (refused.status, text in refused.error) == (400, True), (given, refused)
    assert (await world.ask("LIST", "aws/roles")).status == 404


async def test_all_mistakes_of_a_role_are_told_at_once(moto: Moto) -> None:
    """In the form in which Vault writes several errors."""
    world = await World.start(moto)
    refused = await world.ask("POST", "aws/roles/app", {"user_path": "x"})
    assert refused.error == (
        r'error(s) validating supplied role data: "3 errors occurred:\n\t* did not supply credential_type; '
        r"there are iam_user, assumed_role, federation_token, session_token\n"
        r"\t* user_path parameter only valid for iam_user credential type\n"
        r"\t* the specified value for user_path is invalid. "
        r'It must match \"^\\/([\\x21-\\x7F]{0,510}\\/)?$\" regexp\n\n"'
    )


async def test_names_of_roles(moto: Moto) -> None:
    """Letters and digits, with signs between them."""
    world = await World.start(moto)
    for name in ("a b", "-a", "a-", "a/b/c", "ä"):
        found = await world.ask("POST", f"aws/roles/{name}", {"credential_type": "iam_user"})
        assert found.status in {400, 404}, name
    assert (await world.ask("LIST", "aws/roles")).status == 404


def test_documents_are_kept_word_by_word() -> None:
    """Only white space between the parts goes: not that within a text, nor a name that stands there twice."""
    from strongroom.engines.aws.policies import compact

    given = '{ "a" :\t"x \\" y" ,\n "a": [ 1.50, "ä b" ] }'
    assert compact(given) == '{"a":"x \\" y","a":[1.50,"ä b"]}'
    assert json.loads(compact(given)) == json.loads(given)
