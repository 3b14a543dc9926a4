"""Roles: their fields, as they are written, patched and read."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.lib.errors import InvalidRequest, NotFound, UnsupportedPath
from strongroom.sdk import Operation
from tests.flow.engines.pki.mounts import Authority

DEFAULTS: dict[str, Any] = {
    "allow_any_name": False,
    "allow_bare_domains": False,
    "allow_glob_domains": False,
    "allow_globs_in_identity_templates": False,
    "allow_ip_sans": True,
    "allow_localhost": True,
    "allow_subdomains": False,
    "allow_token_displayname": False,
    "allow_wildcard_certificates": True,
    "allowed_domains": [],
    "allowed_domains_template": False,
    "allowed_ip_sans_cidr": [],
    "allowed_other_sans": [],
    "allowed_serial_numbers": [],
    "allowed_uri_sans": [],
    "allowed_uri_sans_template": False,
    "allowed_user_ids": [],
    "basic_constraints_valid_for_non_ca": False,
    "client_flag": True,
    "cn_validations": ["email", "hostname"],
    "code_signing_flag": False,
    "country": [],
    "duplicate_limit": 0,
    "duplicate_window": 0,
    "email_protection_flag": False,
    "enforce_hostnames": True,
    "ext_key_usage": [],
    "ext_key_usage_oids": [],
    "generate_lease": False,
    "issuer_ref": "default",
    "key_bits": 2048,
    "key_type": "rsa",
    "key_usage": ["DigitalSignature", "KeyAgreement", "KeyEncipherment"],
    "locality": [],
    "max_ttl": 0,
    "no_store": False,
    "no_store_metadata": False,
    "not_after": "",
    "not_after_bound": "permit",
    "not_before": "",
    "not_before_bound": "permit",
    "not_before_duration": 30,
    "organization": [],
    "ou": [],
    "policy_identifiers": [],
    "postal_code": [],
    "province": [],
    "require_cn": True,
    "restrict_csr_extensions": False,
    "serial_number_source": "json-csr",
    "server_flag": True,
    "signature_bits": 0,
    "street_address": [],
    "ttl": 0,
    "use_csr_common_name": True,
    "use_csr_sans": True,
    "use_pss": False,
}
OTHERS: dict[str, Any] = {
    "allow_any_name": True,
    "allow_bare_domains": True,
    "allow_glob_domains": True,
    "allow_globs_in_identity_templates": True,
    "allow_ip_sans": False,
    "allow_localhost": False,
    "allow_subdomains": True,
    "allow_token_displayname": True,
    "allow_wildcard_certificates": False,
    "allowed_domains": ["a.com", "b.com"],
    "allowed_domains_template": True,
    "allowed_ip_sans_cidr": ["10.0.0.0/8", "fd00::/8"],
    "allowed_other_sans": ["1.2.3;UTF8:*"],
    "allowed_serial_numbers": ["5*"],
    "allowed_uri_sans": ["spiffe://*"],
    "allowed_uri_sans_template": True,
    "allowed_user_ids": ["u*"],
    "basic_constraints_valid_for_non_ca": True,
    "client_flag": False,
    "cn_validations": ["disabled"],
    "code_signing_flag": True,
    "country": ["DE"],
    "duplicate_limit": 5,
    "duplicate_window": 3600,
    "email_protection_flag": True,
    "enforce_hostnames": False,
    "ext_key_usage": ["CodeSigning"],
    "ext_key_usage_oids": ["1.2.3"],
    "generate_lease": True,
    "issuer_ref": "other",
    "key_bits": 384,
    "key_type": "ec",
    "key_usage": ["CRLSign"],
    "locality": ["L"],
    "max_ttl": 7200,
    "no_store_metadata": True,
    "not_after": "2030-01-01T00:00:00Z",
    "not_after_bound": "ttl-limited",
    "not_before": "2020-01-01T00:00:00Z",
    "not_before_bound": "forbid",
    "not_before_duration": 60,
    "organization": ["O"],
    "ou": ["U"],
    "policy_identifiers": ["1.2.3", '{"oid":"1.2.4","cps":"https://x","notice":"N, n"}'],
    "postal_code": ["1"],
    "province": ["P"],
    "require_cn": False,
    "restrict_csr_extensions": True,
    "serial_number_source": "json",
    "server_flag": False,
    "signature_bits": 384,
    "street_address": ["S"],
    "ttl": 3600,
    "use_csr_common_name": False,
    "use_csr_sans": False,
    "use_pss": True,
}


async def test_a_role_has_all_fields() -> None:
    """What isn't given has its default, and an answer shows every field."""
    authority = await Authority.new()

    assert await authority.write("roles/r") == DEFAULTS
    assert await authority.read("roles/r") == DEFAULTS


async def test_every_field_is_read_as_it_was_written() -> None:
    """Each field has its own place: others than the defaults come back as they are."""
    authority = await Authority.new()
    wanted = {**OTHERS, "no_store": False}
    assert set(wanted) == set(DEFAULTS)

    assert await authority.write("roles/r", **OTHERS) == wanted
    assert await authority.read("roles/r") == wanted
    assert await authority.write("roles/r") == DEFAULTS


@pytest.mark.parametrize("field", sorted(set(OTHERS) - {"duplicate_limit", "duplicate_window", "key_bits"}))
async def test_a_patch_changes_what_it_names(field: str) -> None:
    """Every other field stays as it is."""
    authority = await Authority.new()
    await authority.write("roles/r")
    more = {"key_bits": 384} if field == "key_type" else {}
    response = await authority.mount.ask(Operation.PATCH, "roles/r", {field: OTHERS[field], **more})

    assert response is not None
    assert response.data == {**DEFAULTS, field: OTHERS[field], **more}
    assert await authority.read("roles/r") == response.data


_TOGETHER = {"duplicate_limit": ["duplicate_window"], "duplicate_window": ["duplicate_limit"], "key_type": ["key_bits"]}
"""Fields that can't go back alone."""


@pytest.mark.parametrize("field", sorted(DEFAULTS))
async def test_null_in_a_patch_goes_back_to_the_default(field: str) -> None:
    """Of every field, and no other field changes."""
    authority = await Authority.new()
    before = await authority.write("roles/r", **OTHERS)
    nulls = [field, *_TOGETHER.get(field, [])]
    # The size that is the default depends on the type.
    default = {**DEFAULTS, "key_bits": 256} if field == "key_bits" else DEFAULTS
    assert await authority.patch("roles/r", **dict.fromkeys(nulls)) == {
        **before,
        **{name: default[name] for name in nulls},
    }


async def test_null_and_the_rules_of_a_role() -> None:
    """A role that couldn't be written isn't patched either."""
    authority = await Authority.new()
    before = await authority.write("roles/r", **OTHERS)
    for field in ("key_type", "duplicate_limit", "duplicate_window"):
        with pytest.raises(InvalidRequest):
            await authority.patch("roles/r", **{field: None})
    assert await authority.read("roles/r") == before


async def test_a_role_that_there_is_not() -> None:
    """Reading is a 404, patching a 400, deleting nothing; a name is one segment of a path."""
    authority = await Authority.new()

    with pytest.raises(NotFound):
        await authority.read("roles/none")
    with pytest.raises(InvalidRequest, match="Unable to fetch role entry to patch"):
        await authority.mount.ask(Operation.PATCH, "roles/none", {})
    assert await authority.mount.ask(Operation.DELETE, "roles/none", {}) is None
    with pytest.raises(InvalidRequest, match="unknown role: none"):
        await authority.write("roles/none/check", common_name="a.b")
    for operation in (Operation.READ, Operation.UPDATE, Operation.PATCH, Operation.DELETE):
        with pytest.raises(UnsupportedPath):
            await authority.mount.ask(operation, "roles/-x", {})
    with pytest.raises(UnsupportedPath):
        await authority.mount.ask(Operation.UPDATE, "roles/-x/check", {})
    assert not await authority.mount.exists("roles/none")


async def test_roles_are_listed_and_deleted() -> None:
    """A list has their names, in pages if wanted."""
    authority = await Authority.new()
    for name in ("a", "b", "c"):
        await authority.write(f"roles/{name}")
    assert await authority.mount.exists("roles/b")
    await authority.mount.ask(Operation.DELETE, "roles/b", {})

    assert await authority.mount.data(Operation.LIST, "roles/") == {"keys": ["a", "c"]}
    assert await authority.mount.data(Operation.LIST, "roles/", {"limit": 1}) == {"keys": ["a"]}
    assert await authority.mount.data(Operation.LIST, "roles/", {"after": "a"}) == {"keys": ["c"]}


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"key_type": "ec"}, {"key_bits": 256}),
        ({"key_type": "any"}, {"key_bits": 0}),
        ({"key_type": "any", "key_bits": 2048}, {"key_bits": 2048}),
        ({"key_type": "ed25519"}, {"key_bits": 0}),
        ({"allowed_domains": "a.com,, b.com"}, {"allowed_domains": ["a.com", "b.com"]}),
        ({"key_usage": ""}, {"key_usage": []}),
        ({"cn_validations": "", "issuer_ref": ""}, {"cn_validations": ["email", "hostname"], "issuer_ref": "default"}),
        ({"not_before_duration": "0s"}, {"not_before_duration": 0}),
        ({"policy_identifiers": "1.2.3,1.2.4"}, {"policy_identifiers": ["1.2.3", "1.2.4"]}),
        ({"policy_identifiers": [{"oid": "1.2.3"}]}, {"policy_identifiers": ['{"oid":"1.2.3"}']}),
        (
            {"policy_identifiers": {"oid": "1.2.3", "cps": "https://x"}},
            {"policy_identifiers": ['{"oid":"1.2.3","cps":"https://x"}']},
        ),
        (
            {"policy_identifiers": '[{"oid":"1.2.3","notice":"a, b"}]'},
            {"policy_identifiers": ['{"oid":"1.2.3","notice":"a, b"}']},
        ),
        ({"policy_identifiers": ['{"oid": "1.2.3"}', "1.2.4"]}, {"policy_identifiers": ['{"oid":"1.2.3"}', "1.2.4"]}),
        ({"no_store": True, "generate_lease": True}, {"no_store": True, "generate_lease": False}),
        ({"not_after_bound": "2030-01-01T00:00:00Z"}, {"not_after_bound": "2030-01-01T00:00:00Z"}),
        ({"ttl": "1h", "max_ttl": "60m"}, {"ttl": 3600, "max_ttl": 3600}),
    ],
)
async def test_forms_of_values(given: dict[str, Any], shown: dict[str, Any]) -> None:
    """Values in their other forms are shown in one."""
    authority = await Authority.new()
    found = await authority.write("roles/r", **given)

    assert {name: found[name] for name in shown} == shown


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"key_type": "dsa"}, "unknown key type dsa"),
        ({"key_type": "mldsa"}, "unknown key type mldsa"),
        ({"key_bits": 1024}, "RSA keys < 2048 bits are unsafe and not supported: got 1024"),
        ({"key_bits": 16384}, "unsupported bit length for RSA key: 16384"),
        ({"key_type": "ec", "key_bits": 2048}, "unsupported bit length for EC key: 2048"),
        ({"key_type": "any", "key_bits": -1}, "unsupported bit length"),
        ({"signature_bits": 100}, "unsupported signature_bits: 100"),
        ({"ttl": "2h", "max_ttl": "1h"}, '"ttl" value must be less than "max_ttl" value'),
        ({"ext_key_usage": "ServerAuth,Foo"}, "ext_key_usage has the unknown name Foo"),
        ({"key_usage": "Foo"}, "key_usage has the unknown name Foo"),
        ({"ext_key_usage_oids": "1.2.3,1.2.x"}, '"1.2.x" could not be parsed as a valid oid for an extended key usage'),
        ({"policy_identifiers": "abc"}, 'policy identifier "abc" is neither a valid OID'),
        ({"policy_identifiers": "[{"}, "is neither a valid OID, nor JSON Policy Identifier"),
        ({"policy_identifiers": [5]}, "policy_identifiers are object identifiers, or objects"),
        ({"policy_identifiers": [{"notice": "x"}]}, "is neither a valid OID"),
        ({"policy_identifiers": [{"oid": 5}]}, "policy_identifiers are object identifiers, or objects"),
        ({"policy_identifiers": [{"oid": "1.2.3", "note": "x"}]}, "and no 'note'"),
        ({"policy_identifiers": [{"oid": "1.2.3", "notice": "x" * 201}]}, "more than 200 characters"),
        ({"policy_identifiers": [{"oid": "1.2.3", "cps": "ü"}]}, "the cps of policy 1.2.3 is no URL"),
        ({"policy_identifiers": ["1.2.3"] * 33}, "policy_identifiers has more than 32 items"),
        ({"allowed_other_sans": "bad"}, 'error parsing allowed_other_sans: expected a semicolon in other SAN "bad"'),
        ({"allowed_other_sans": "1.2.3;int:4"}, "error parsing allowed_other_sans: only utf8 other SANs"),
        ({"allowed_ip_sans_cidr": "10.0.0.0"}, "error parsing allowed_ip_sans_cidr: invalid CIDR address: 10.0.0.0"),
        ({"allowed_ip_sans_cidr": "10.0.0.0/255.0.0.0"}, "invalid CIDR address"),
        ({"allowed_ip_sans_cidr": "10.0.0.0/33"}, "invalid CIDR address"),
        ({"not_after": "bad"}, 'parsing time "bad": not_after is a time in RFC 3339'),
        ({"not_before": "2030-01-01"}, "not_before is a time in RFC 3339"),
        ({"not_after_bound": "foo"}, "Unknown value for field `not_after_bound`"),
        ({"not_before_bound": "ttl-limited"}, "Unknown value for field `not_before_bound`"),
        ({"cn_validations": "foo"}, "cn_validations value incorrect: unknown type: `foo`"),
        ({"cn_validations": "disabled,email"}, "cannot specify `disabled` along with"),
        ({"serial_number_source": "csr"}, "unknown serial_number_source csr"),
        ({"duplicate_limit": -1}, "duplicate_limit is from 0 to 1000"),
        ({"duplicate_limit": 1001, "duplicate_window": "1h"}, "duplicate_limit is from 0 to 1000"),
        ({"duplicate_limit": 1}, "count together"),
        ({"duplicate_window": "1h"}, "count together"),
        ({"duplicate_limit": 1, "duplicate_window": "1h", "no_store": True}, "no_store is true"),
        ({"organization": "a\nb"}, "organization has a control character"),
        ({"allowed_domains": ["x" * 513]}, "an item of allowed_domains is longer than 512 bytes"),
        ({"allowed_domains": ["x"] * 513}, "allowed_domains has more than 512 items"),
        ({"issuer_ref": "x" * 513}, "issuer_ref is longer than 512 bytes"),
        ({"allow_any_name": "maybe"}, "allow_any_name"),
    ],
)
async def test_roles_that_there_cannot_be(given: dict[str, Any], words: str) -> None:
    """A mistake is told when the role is written or patched, and changes nothing."""
    authority = await Authority.new()
    await authority.write("roles/r", ttl="30m")
    before = await authority.read("roles/r")

    for operation in (Operation.UPDATE, Operation.PATCH):
        with pytest.raises(InvalidRequest) as raised:
            await authority.mount.ask(operation, "roles/r", given)
        assert words in raised.value.text
    assert await authority.read("roles/r") == before


async def test_an_issuer_that_there_is_not_yet() -> None:
    """A role may name one, and is told so."""
    authority = await Authority.new()
    response = await authority.answer("roles/r", issuer_ref="nope")
    assert response.warnings == [
        "Issuing Certificate was set to nope but no issuing certificate currently has that name"
    ]
    assert (await authority.answer("roles/r")).warnings == []

    response = await authority.answer("roles/r", no_store=True, generate_lease=True)
    assert "mutually exclusive values no_store=true and generate_lease=true" in response.warnings[0]
