"""What Terraform's provider writes reads back as it was written, or it plans the same change for ever.

Each request is the one that the provider's resource sends, with all fields that its reading puts into the state.

Source: https://github.com/hashicorp/terraform-provider-vault/tree/main/vault
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.flow.node import TestNode

_CREATION = "CREATE ROLE \"{{name}}\" LOGIN PASSWORD '{{password}}';"
_ARN = "arn:aws:iam::123456789012:role/a"
_DOCUMENT = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ec2:*","Resource":"*"}]}'
_LDIF = "dn: cn={{.Username}},dc=a\nobjectClass: person\ncn: {{.Username}}\nsn: a\nuserPassword: {{.Password}}\n"
_UNLDIF = "dn: cn={{.Username}},dc=a\nchangetype: delete\n"
_RULES = 'rules:\n- apiGroups: [""]\n  resources: ["pods"]\n  verbs: ["list"]\n'

_DATABASE_ROLE = {
    "db_name": "pg",
    "creation_statements": [_CREATION],
    "revocation_statements": ['DROP ROLE "{{name}}";'],
    "rollback_statements": ["SELECT 1"],
    "renew_statements": ["SELECT 2"],
    "default_ttl": 3600,
    "max_ttl": 7200,
    "credential_type": "password",
    "credential_config": {"password_policy": "long"},
}
_AWS_ROLE = {
    "credential_type": "assumed_role",
    "policy_document": _DOCUMENT,
    "policy_arns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
    "role_arns": [_ARN],
    "iam_groups": ["staff"],
    "session_tags": {"team": "web"},
    "external_id": "a",
}
_KUBERNETES_ROLE: dict[str, Any] = {
    "allowed_kubernetes_namespaces": ["b", "a"],
    "allowed_kubernetes_namespace_selector": '{"matchLabels":{"a":"b"}}',
    "token_max_ttl": 86400,
    "token_default_ttl": 3600,
    "token_default_audiences": ["a", "b"],
    "service_account_name": "",
    "kubernetes_role_name": "",
    "kubernetes_role_type": "ClusterRole",
    "generated_role_rules": _RULES,
    "name_template": "v-{{.RoleName}}-{{random 10 | lowercase}}",
    "extra_annotations": {"a": "b"},
    "extra_labels": {"c": "d"},
}
_LDAP = {
    "binddn": "cn=admin,dc=a",
    "connection_timeout": 30,
    "request_timeout": 60,
    "schema": "ad",
    "upndomain": "a.example",
    "url": "ldaps://127.0.0.1",
    "userattr": "cn",
    "userdn": "dc=a",
    "insecure_tls": False,
    "starttls": False,
    "skip_static_role_import_rotation": True,
    "credential_type": "password",
}

_PKI_ROLE = {
    "issuer_ref": "default",
    "allowed_domains": ["example.com", "{{identity.entity.name}}.example.org"],
    "allowed_domains_template": True,
    "allowed_uri_sans": ["spiffe://example.com/*"],
    "allowed_other_sans": ["1.2.3.4;utf8:*"],
    "key_type": "ec",
    "key_bits": 256,
    "signature_bits": 256,
    "key_usage": ["KeyAgreement", "DigitalSignature"],
    "ext_key_usage": ["ServerAuth", "ClientAuth"],
    "ext_key_usage_oids": ["1.3.6.1.4.1.311.20.2.2"],
    "ou": ["b", "a"],
    "cn_validations": ["email", "hostname"],
    "allowed_user_ids": ["u1"],
    "not_after": "2030-06-01T00:00:00Z",
    "serial_number_source": "json-csr",
    "ttl": 3600,
    "max_ttl": 7200,
    "not_before_duration": 2700,
}
_TIDY = {
    **dict.fromkeys(("enabled", "tidy_cert_store", "tidy_revoked_certs", "tidy_acme"), True),
    **dict.fromkeys(
        ("tidy_expired_issuers", "tidy_move_legacy_ca_bundle", "maintain_stored_certificate_counts"), False
    ),
    "interval_duration": "1h",
    "safety_buffer": "72h",
    "issuer_safety_buffer": "8760h",
    "acme_account_safety_buffer": "720h",
    "pause_duration": "1s",
}

WRITES: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("database", "roles/a", _DATABASE_ROLE, {}),
    (
        "database",
        "roles/a",
        {
            "db_name": "pg",
            "creation_statements": [_CREATION],
            "revocation_statements": [],
            "rollback_statements": [],
            "renew_statements": [],
            "default_ttl": 0,
            "max_ttl": 0,
        },
        {},
    ),
    ("aws", "roles/a", _AWS_ROLE, {}),
    ("aws", "roles/a", {**_AWS_ROLE, "default_sts_ttl": "900", "max_sts_ttl": "3600"}, {"max_sts_ttl": 3600}),
    (
        "aws",
        "roles/a",
        {
            "credential_type": "assumed_role",
            **dict.fromkeys(("policy_document", "external_id", "mfa_serial_number"), ""),
            "policy_arns": [],
            "iam_groups": [],
            "session_tags": {},
            "role_arns": [_ARN],
        },
        {},
    ),
    (
        "aws",
        "roles/b",
        {
            "credential_type": "iam_user",
            "policy_document": _DOCUMENT,
            "iam_tags": {"a": "1"},
            "permissions_boundary_arn": "arn:aws:iam::123456789012:policy/b",
            "user_path": "/a/",
        },
        {},
    ),
    (
        "aws",
        "roles/b",
        {"credential_type": "iam_user", "iam_tags": {}, "permissions_boundary_arn": "", "user_path": ""},
        {"policy_document": _DOCUMENT},
    ),
    (
        "aws",
        "config/root",
        {
            "access_key": "AKIAADMIN",
            "secret_key": "canary",
            "region": "eu-west-1",
            "iam_endpoint": "http://127.0.0.1:9",
            "sts_endpoint": "http://127.0.0.1:9",
            "sts_region": "eu-west-1",
            "sts_fallback_endpoints": ["http://127.0.0.1:9"],
            "sts_fallback_regions": ["eu-west-2"],
            "username_template": "{{random 20}}",
            "max_retries": -1,
        },
        {"secret_key": None},
    ),
    (
        "rabbitmq",
        "roles/a",
        {
            "tags": "management,policymaker",
            "vhosts": '{"/":{"configure":"","read":".*","write":"a"}}',
            "vhost_topics": '{"/":{"amq.topic":{"read":".*","write":"a"}}}',
        },
        {
            "vhosts": {"/": {"configure": "", "read": ".*", "write": "a"}},
            "vhost_topics": {"/": {"amq.topic": {"read": ".*", "write": "a"}}},
        },
    ),
    (
        "rabbitmq",
        "roles/a",
        {"tags": "", "vhosts": "{}", "vhost_topics": "{}"},
        {"vhosts": {}, "vhost_topics": {}},
    ),
    ("kubernetes", "roles/a", _KUBERNETES_ROLE, {"name": "a"}),
    (
        "kubernetes",
        "roles/a",
        {
            **dict.fromkeys(("generated_role_rules", "name_template", "allowed_kubernetes_namespace_selector"), ""),
            "extra_annotations": {},
            "extra_labels": {},
            **dict.fromkeys(("token_max_ttl", "token_default_ttl"), 0),
            "token_default_audiences": [],
            "service_account_name": "b",
            "kubernetes_role_type": "Role",
        },
        {"allowed_kubernetes_namespaces": ["b", "a"]},
    ),
    (
        "kubernetes",
        "config",
        {"kubernetes_host": "https://127.0.0.1:9", "kubernetes_ca_cert": "", "disable_local_ca_jwt": True},
        {},
    ),
    ("ldap", "config", {**_LDAP, "bindpass": "canary"}, {"bindpass": None}),
    ("ldap", "config", {**_LDAP, "request_timeout": 90, "skip_static_role_import_rotation": False}, {}),
    ("ldap", "static-role/a", {"username": "a", "dn": "cn=a,dc=a", "rotation_period": 3600}, {}),
    (
        "ldap",
        "role/a",
        {
            "creation_ldif": _LDIF,
            "deletion_ldif": _UNLDIF,
            "rollback_ldif": _UNLDIF,
            "username_template": "a_{{random 12}}",
            "default_ttl": 3600,
            "max_ttl": 7200,
        },
        {},
    ),
    ("pki", "roles/a", _PKI_ROLE, {}),
    ("pki", "roles/a", {"policy_identifiers": ["1.2.3", "1.2.4"]}, {}),
    (  # blocks `policy_identifier`: one form for all of them, or the provider takes them for the older one
        "pki",
        "roles/a",
        {"policy_identifiers": '[{"oid":"1.2.3"},{"cps":"https://x","notice":"N","oid":"1.2.4"}]'},
        {"policy_identifiers": ['{"oid":"1.2.3"}', '{"oid":"1.2.4","cps":"https://x","notice":"N"}']},
    ),
    (
        "pki",
        "config/auto-tidy",
        _TIDY,
        {
            "interval_duration": 3600,
            "safety_buffer": 259200,
            "issuer_safety_buffer": 31536000,
            "acme_account_safety_buffer": 2592000,
        },
    ),
]
"""Mount, path, what is written, and what reads otherwise than it was written; None for what isn't shown."""


@pytest.mark.parametrize("mount", sorted({mount for mount, *_ in WRITES}))
async def test_what_is_written_reads_back_equal(mount: str) -> None:
    """In value and in type, after the creation and after an update that takes everything away."""
    node = await TestNode.start()
    await node.ok("POST", f"sys/mounts/{mount}", {"type": mount})
    if mount == "ldap":  # nothing of the directory is asked then
        await node.ok("PUT", "ldap/config", {**_LDAP, "bindpass": "canary"})
    for _, path, written, otherwise in (each for each in WRITES if each[0] == mount):
        if path.startswith("static-role/"):
            await node.ok("PUT", f"{mount}/config", {"skip_static_role_import_rotation": True})
        await node.ok("PUT", f"{mount}/{path}", written)
        read = (await node.ok("GET", f"{mount}/{path}")).body["data"]
        meant = {name: value for name, value in {**written, **otherwise}.items() if name not in {"default_sts_ttl"}}
        shown = {name: read.get(name) for name in meant}
        assert json.dumps(shown, sort_keys=True) == json.dumps(meant, sort_keys=True), path


async def test_a_configuration_of_credentials_that_is_taken_away_is_gone() -> None:
    """The provider sends an empty map then."""
    node = await TestNode.start()
    await node.ok("POST", "sys/mounts/database", {"type": "database"})
    await node.ok("PUT", "database/roles/a", _DATABASE_ROLE)
    await node.ok("PUT", "database/roles/a", {**_DATABASE_ROLE, "credential_config": {}})
    assert "credential_config" not in (await node.ok("GET", "database/roles/a")).body["data"]


@pytest.mark.parametrize("by_command_line", [False, True])
async def test_a_connection_has_the_types_that_the_provider_reads(*, by_command_line: bool) -> None:
    """Whoever wrote it: its reading ends with a panic for other ones, so that no plan and no import is possible."""
    node = await TestNode.start()
    await node.ok("POST", "sys/mounts/database", {"type": "database"})
    details: dict[str, Any] = {
        "connection_url": "postgresql://{{username}}:{{password}}@127.0.0.1:9/a",
        "username": "root",
        "max_open_connections": 2,
        "max_idle_connections": 0,
        "max_connection_lifetime": "60s",
        "disable_escaping": False,
        "password_authentication": "scram-sha-256",
        "username_template": "{{random 20}}",
    }
    others = {"plugin_name": "postgresql-database-plugin", "allowed_roles": ["b", "a"]}
    body: dict[str, Any] = {**details, **others, "root_rotation_statements": ["SELECT 1"], "password": "canary"}
    if by_command_line:
        texts = {"max_connection_lifetime": "60", "disable_escaping": "false", "allowed_roles": "b,a"}
        body |= {"max_open_connections": "2", "max_idle_connections": "0", **texts}
    await node.ok("PUT", "database/config/a", {**body, "verify_connection": False})
    read = (await node.ok("GET", "database/config/a")).body["data"]
    assert json.dumps(read["connection_details"], sort_keys=True) == json.dumps(details, sort_keys=True)
    assert {name: read[name] for name in others} == others
    assert read["root_credentials_rotate_statements"] == ["SELECT 1"]
    assert (read["password_policy"], read["plugin_version"]) == ("", "")


async def test_a_connection_that_is_written_as_it_reads_is_told_what_is_wrong() -> None:
    """Who copies the answer of a read into a `vault_generic_endpoint` has the details in an object.

    Source: https://github.com/hashicorp/terraform-provider-vault/issues/51
    """
    node = await TestNode.start()
    await node.ok("POST", "sys/mounts/database", {"type": "database"})
    body = {
        "plugin_name": "postgresql-database-plugin",
        "connection_details": {"connection_url": "postgresql://{{username}}:{{password}}@127.0.0.1:9/a"},
    }
    refused = await node.ask("PUT", "database/config/a", body)
    assert (refused.status, refused.body["errors"]) == (
        400,
        [
            "error creating database object: connection_url cannot be empty: what a read shows in connection_details "
            "is written beside the other parameters, not in an object"
        ],
    )
