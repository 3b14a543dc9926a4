"""What stored rows mean: the name of each kind, and what stands for a field that a row leaves out.

A row holds no field that has its default.  Whoever changes a name or a default changes what stores hold already: a new
field needs a row here, and nothing else here may change.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

import strongroom
from strongroom.barrier.record import Part, Record

for _module in pkgutil.walk_packages(strongroom.__path__, "strongroom."):
    if "__main__" not in _module.name:
        importlib.import_module(_module.name)

FORMS: dict[str, tuple[str | None, dict[str, Any]]] = {
    "strongroom.audit.records.AuditRecord": ("audit-device", {"configured": False}),
    "strongroom.audit.records.AuditedHeader": ("audit-header", {}),
    "strongroom.audit.records.FormerDevice": ("audit-former-device", {"heads": 0}),
    "strongroom.audit.records.WriterHead": ("audit-head", {}),
    "strongroom.audit.records.Manifest": ("audit-manifest", {"devices": {}, "heads": {}}),
    "strongroom.auth.kerberos.records.KerberosConfig": (
        "kerberos-config",
        {"add_group_aliases": False, "remove_instance_name": False, "decode_pac": True},
    ),
    "strongroom.auth.kerberos.records.KerberosGroup": ("kerberos-group", {"policies": ()}),
    "strongroom.auth.kerberos.records.UsedTicket": ("kerberos-used", {}),
    "strongroom.auth.kerberos.records.UsedWindow": ("kerberos-window", {}),
    "strongroom.auth.ldap.records.LdapConfig": (
        "ldap-config",
        {
            "url": "ldap://127.0.0.1",
            "starttls": False,
            "insecure_tls": False,
            "certificate": "",
            "client_tls_cert": "",
            "client_tls_key": "",
            "tls_min_version": "tls12",
            "tls_max_version": "tls12",
            "connection_timeout": 30,
            "request_timeout": 90,
            "max_page_size": 0,
            "dereference_aliases": "never",
            "binddn": "",
            "bindpass": "",
            "userdn": "",
            "userattr": "cn",
            "userfilter": "({{.UserAttr}}={{.Username}})",
            "upndomain": "",
            "enable_samaccountname_login": False,
            "discoverdn": False,
            "deny_null_bind": True,
            "groupdn": "",
            "groupattr": "cn",
            "groupfilter": "(|(memberUid={{.Username}})(member={{.UserDN}})(uniqueMember={{.UserDN}}))",
            "allow_unbound_groupfilter": False,
            "anonymous_group_search": False,
            "use_token_groups": False,
            "require_group_match": False,
            "case_sensitive_names": False,
            "username_as_alias": False,
            "use_pre111_group_cn_behavior": False,
            "token": {"": "TokenSettings"},
        },
    ),
    "strongroom.auth.ldap.records.LdapGroup": ("ldap-group", {"policies": ()}),
    "strongroom.auth.ldap.records.LdapUser": ("ldap-user", {"policies": (), "groups": ()}),
    "strongroom.auth.radius.records.RadiusConfig": (
        "radius-config",
        {
            "port": 1812,
            "unregistered_user_policies": (),
            "dial_timeout_s": 10,
            "read_timeout_s": 10,
            "nas_port": 10,
            "nas_identifier": "",
            "require_message_authenticator": True,
            "token": {"": "TokenSettings"},
        },
    ),
    "strongroom.auth.radius.records.RadiusUser": ("radius-user", {"policies": ()}),
    "strongroom.auth.userpass.records.Imported": ("userpass-imported", {}),
    "strongroom.auth.userpass.records.ScryptHash": (None, {}),
    "strongroom.auth.userpass.records.User": (
        "userpass-user",
        {"scrypt": None, "bcrypt": "", "token": {"": "TokenSettings"}},
    ),
    "strongroom.barrier.barrier.SecretRecord": ("SecretRecord", {}),
    "strongroom.barrier.keyring.Keyring": ("keyring", {}),
    "strongroom.barrier.keyring.Term": (None, {}),
    "strongroom.engines.kv.records.KvConfig": (
        "kv-config",
        {"max_versions": 0, "cas_required": False, "delete_version_after_s": 0, "metadata_cas_required": False},
    ),
    "strongroom.engines.kv.records.Metadata": (
        "kv-metadata",
        {
            "versions": {},
            "current_version": 0,
            "oldest_version": 0,
            "max_versions": 0,
            "cas_required": False,
            "delete_version_after_s": 0,
            "custom_metadata": {},
            "metadata_version": 0,
            "metadata_cas_required": False,
        },
    ),
    "strongroom.engines.kv.records.NamesKey": ("kv-names", {"upgraded": False}),
    "strongroom.engines.kv.records.PlainSecret": ("kv-plain", {}),
    "strongroom.engines.kv.records.Version": (None, {"deleted_at": 0.0, "destroyed": False}),
    "strongroom.engines.kv.records.VersionData": ("kv-version", {}),
    "strongroom.services.oidc.records.OidcAssignment": ("oidc-assignment", {"entity_ids": (), "group_ids": ()}),
    "strongroom.services.oidc.records.OidcClient": (
        "oidc-client",
        {
            "client_secret": "",
            "client_type": "confidential",
            "key": "default",
            "redirect_uris": (),
            "assignments": (),
            "id_token_ttl_s": 86400,
            "access_token_ttl_s": 86400,
            "authorization_code": True,
            "client_credentials": False,
        },
    ),
    "strongroom.services.oidc.records.OidcClientName": ("oidc-client-name", {}),
    "strongroom.services.oidc.records.OidcCode": (
        "oidc-code",
        {"nonce": "", "auth_time": 0, "challenge": "", "challenge_method": ""},
    ),
    "strongroom.services.oidc.records.OidcConfig": ("oidc-config", {"issuer": ""}),
    "strongroom.services.oidc.records.OidcKey": (
        "oidc-key",
        {
            "algorithm": "RS256",
            "allowed_client_ids": (),
            "rotation_period_s": 86400,
            "verification_ttl_s": 86400,
            "kid": "",
            "next_kid": "",
            "next_rotation_at": 0.0,
        },
    ),
    "strongroom.services.oidc.records.OidcPrivateKey": ("oidc-private-key", {}),
    "strongroom.services.oidc.records.OidcProvider": (
        "oidc-provider",
        {"issuer": "", "allowed_client_ids": (), "scopes_supported": ()},
    ),
    "strongroom.services.oidc.records.OidcPublicKey": ("oidc-public-key", {"expires_at": 0.0}),
    "strongroom.services.oidc.records.OidcReference": ("oidc-reference", {}),
    "strongroom.services.oidc.records.OidcRole": ("oidc-role", {"template": "", "ttl_s": 86400}),
    "strongroom.services.oidc.records.OidcScope": ("oidc-scope", {"template": "", "description": ""}),
    "strongroom.sdk.schedule.ScheduledWork": (
        "scheduled",
        {"data": {}, "attempts": 0, "next_attempt_at": 0.0, "last_error": ""},
    ),
    "strongroom.sdk.token_settings.TokenSettings": (
        None,
        {
            "bound_cidrs": (),
            "explicit_max_ttl_s": 0,
            "max_ttl_s": 0,
            "no_default_policy": False,
            "num_uses": 0,
            "period_s": 0,
            "policies": (),
            "strictly_bind_ip": False,
            "ttl_s": 0,
            "type": "default",
            "old_names": (),
        },
    ),
    "strongroom.sealing.initialize.Cluster": ("cluster", {"audit_key": b""}),
    "strongroom.sealing.rekey.BackupRecord": ("rekey-backup", {}),
    "strongroom.barrier.namespace_keys.OwnSeal": ("namespace-seal", {"sealings": 0}),
    "strongroom.barrier.namespace_keys.NamespacePlace": ("namespace-place", {"own_seal": False}),
    "strongroom.barrier.due.DueRecord": ("due", {}),
    "strongroom.services.approvals.records.ApprovalRecord": ("approval", {}),
    "strongroom.services.approvals.records.ApprovalSettings": ("control-group-settings", {}),
    "strongroom.services.approvals.records.HeldRequest": (
        "held-request",
        {
            "namespace": "root",
            "headers": {},
            "method": "",
            "wrap_ttl_s": 0,
            "wrap_format": "",
            "mfa_methods": (),
            "entity_id": "",
            "entity_name": "",
            "entity_namespace": "",
        },
    ),
    "strongroom.services.cors.CorsRecord": ("cors", {"credentials": False}),
    "strongroom.services.identity.records.AliasRecord": (
        "alias",
        {"metadata": {}, "created_at": 0.0, "updated_at": 0.0, "custom_metadata": {}, "merged_from": ()},
    ),
    "strongroom.services.identity.records.ClearingRecord": (
        "identity-clearing",
        {"dry_run": False, "due_at": 0.0, "current": None, "last": None},
    ),
    "strongroom.services.identity.records.ClearingRun": (
        None,
        {"dry_run": False, "after": "", "looked_at": 0, "cleared": 0, "finished_at": 0.0},
    ),
    "strongroom.services.identity.records.Edge": ("group-edge", {}),
    "strongroom.services.identity.records.EntityRecord": (
        "entity",
        {
            "metadata": {},
            "policies": (),
            "disabled": False,
            "aliases": (),
            "merged_from": (),
            "last_login_at": 0.0,
            "by_login": False,
            "seen_at": 0.0,
            "tokens_until": 0.0,
        },
    ),
    "strongroom.services.identity.records.GroupAliasRecord": ("group-alias", {"created_at": 0.0, "updated_at": 0.0}),
    "strongroom.services.identity.records.GroupRecord": (
        "group",
        {
            "metadata": {},
            "policies": (),
            "type": "internal",
            "modify_index": 1,
            "alias": None,
            "alias_index": 0,
            "membership_ttl_s": 0,
        },
    ),
    "strongroom.services.identity.records.Membership": (
        "group-membership",
        {"source": "", "alias": "", "alias_index": 0, "refreshed_at": 0.0},
    ),
    "strongroom.services.identity.records.Pointer": ("identity-pointer", {"powerless": False}),
    "strongroom.services.identity.records.Remains": ("identity-remains", {"after": ""}),
    "strongroom.services.leases.records.LeaseMark": ("lease-mark", {}),
    "strongroom.services.leases.records.LeaseRecord": (
        "lease",
        {"internal": {}, "last_renewed_at": 0.0, "attempts": 0, "next_attempt_at": 0.0, "last_error": "", "state": ""},
    ),
    "strongroom.services.mfa.records.Demand": (None, {}),
    "strongroom.services.mfa.records.DuoSettings": (None, {"push_info": "", "use_passcode": False}),
    "strongroom.services.mfa.records.EnforcementRecord": (
        "mfa-enforcement",
        {"accessors": (), "types": (), "group_ids": (), "entity_ids": ()},
    ),
    "strongroom.services.mfa.records.EnforcementUse": ("mfa-enforcement-use", {}),
    "strongroom.services.mfa.records.MethodName": ("mfa-method-name", {}),
    "strongroom.services.mfa.records.MethodRecord": (
        "mfa-method",
        {"name": "", "username_format": "", "totp": None, "duo": None, "okta": None, "pingid": None},
    ),
    "strongroom.services.mfa.records.OktaSettings": (
        None,
        {"base_url": "", "primary_email": False, "production": None},
    ),
    "strongroom.services.mfa.records.PendingLogin": (
        "mfa-pending-login",
        {
            "display_name": "",
            "metadata": {},
            "alias": "",
            "alias_metadata": {},
            "renewable": True,
            "token": {"": "TokenSettings"},
            "internal": {},
            "group_aliases": None,
        },
    ),
    "strongroom.services.mfa.records.PingIdSettings": (None, {"use_signature": False}),
    "strongroom.services.mfa.records.TotpSecret": ("mfa-totp-secret", {"pending_for": ""}),
    "strongroom.services.mfa.records.TotpSettings": (
        None,
        {
            "period_s": 30,
            "key_bytes": 20,
            "qr_pixels": 200,
            "algorithm": "SHA1",
            "digits": 6,
            "skew": 1,
            "max_attempts": 5,
            "self_enrollment": False,
        },
    ),
    "strongroom.services.mfa.records.Tries": (
        "mfa-tries",
        {"failures": 0, "blocks": 0, "blocked_until": 0.0, "last_step": -1},
    ),
    "strongroom.services.mounts.lockout.FailedLogins": ("failed-logins", {}),
    "strongroom.services.mounts.records.Lockout": (
        None,
        {"threshold": 0, "duration_s": 0, "counter_reset_s": 0, "disabled": False},
    ),
    "strongroom.services.mounts.records.MountConfig": (
        None,
        {
            "default_lease_ttl_s": 0,
            "max_lease_ttl_s": 0,
            "force_no_cache": False,
            "audit_non_hmac_request_keys": None,
            "audit_non_hmac_response_keys": None,
            "listing_visibility": "",
            "passthrough_request_headers": None,
            "allowed_response_headers": None,
            "allowed_managed_keys": None,
            "token_type": "",
            "plugin_version": "",
            "lockout": None,
            "identity_creation": "",
        },
    ),
    "strongroom.services.mounts.records.MountRecord": (
        "mount",
        {
            "description": "",
            "options": None,
            "config": {"": "MountConfig"},
            "local": False,
            "seal_wrap": False,
            "external_entropy_access": False,
            "created_at": 0.0,
            "namespace": "root",
            "area": "",
        },
    ),
    "strongroom.services.mounts.records.MountPlace": ("mount-place", {}),
    "strongroom.services.mounts.records.Move": ("mount-move", {}),
    "strongroom.services.mounts.records.PendingDeletion": (
        "rubble",
        {
            "lease_mount": "",
            "mount": None,
            "tokens_after": "",
            "tokens_done": False,
            "leases_after": "",
            "left": "",
        },
    ),
    "strongroom.services.namespaces.records.NamespaceRecord": (
        "namespace",
        {"custom_metadata": {}, "unlock_key": b"", "own_seal": False, "tainted": False},
    ),
    "strongroom.services.namespaces.records.Remains": ("namespace-remains", {"wiped": False}),
    "strongroom.services.policy.control_group.Factor": (
        None,
        {"group_names": (), "group_ids": (), "capabilities": 0, "ttl_s": 0, "namespace": ""},
    ),
    "strongroom.services.policy.records.PolicyRecord": (
        "policy",
        {
            "version": 1,
            "modified_at": 0.0,
            "expires_at": 0.0,
            "cas_required": False,
            "allow_wildcards": False,
            "allow_slashes": False,
        },
    ),
    "strongroom.services.tokens.records.AccessorRecord": ("accessor", {}),
    "strongroom.services.tokens.records.ChildRecord": ("child", {}),
    "strongroom.services.tokens.records.DeadTree": ("dead-tree", {"leases_after": ""}),
    "strongroom.services.tokens.records.TokenRecord": (
        "token",
        {
            "display_name": "",
            "metadata": None,
            "ttl_s": 0,
            "creation_ttl_s": 0,
            "expires_at": 0.0,
            "explicit_max_ttl_s": 0,
            "period_s": 0,
            "renewable": False,
            "num_uses": 0,
            "parent": "",
            "auth_mount": "",
            "role": "",
            "entity_id": "",
            "bound_cidrs": (),
            "strictly_bind_ip": False,
            "bound_ip": "",
            "last_renewed_at": 0.0,
            "type": "service",
            "no_default_policy": False,
            "internal": {},
            "alias": "",
            "alias_mount": "",
            "alias_metadata": {},
            "max_ttl_s": 0,
            "namespace": "root",
            "retired": False,
        },
    ),
    "strongroom.services.tokens.records.TokenRole": (
        "token-role",
        {
            "allowed_policies": (),
            "disallowed_policies": (),
            "allowed_policies_glob": (),
            "disallowed_policies_glob": (),
            "orphan": False,
            "renewable": True,
            "path_suffix": "",
            "allowed_entity_aliases": None,
            "period_s": 0,
            "explicit_max_ttl_s": 0,
            "bound_cidrs": (),
            "num_uses": 0,
            "no_default_policy": False,
            "strictly_bind_ip": False,
            "token_type": "default-service",
            "old_period": False,
            "old_explicit_max_ttl": False,
            "old_bound_cidrs": False,
        },
    ),
    "strongroom.services.nodes.NodeRecord": ("node", {"api_address": "", "cluster_address": ""}),
    "strongroom.services.versions.VersionRecord": ("version", {"previous": ""}),
    "strongroom.sysapi.cubbyhole.engine.CubbyholeMark": ("cubbyhole-mark", {}),
    "strongroom.sysapi.cubbyhole.engine.CubbyholeRecord": ("cubbyhole", {}),
    "strongroom.sysapi.rotation.RotationRecord": (
        "rotation",
        {"enabled": True, "interval_s": 0, "max_operations": 3865470566},
    ),
    "strongroom.sysapi.system.paths.passwords.PasswordPolicyRecord": ("password-policy", {}),
    "strongroom.sysapi.wrapping.records.WrappedRecord": ("wrapped", {"wrapped_accessor": ""}),
    "strongroom.sysapi.wrapping.signed.SigningKey": ("wrapping-key", {}),
}


def kinds(base: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    """All that is derived from a class."""
    for kind in base.__subclasses__():
        yield kind
        yield from kinds(kind)


def name_of(kind: type[msgspec.Struct]) -> str:
    """With its module."""
    return f"{kind.__module__}.{kind.__qualname__}"


def default_of(field: msgspec.structs.FieldInfo) -> Any:
    """What stands for the field where a row leaves it out; of a part, its class."""
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    return {"": type(value).__qualname__} if isinstance(value, msgspec.Struct) else value


@pytest.mark.parametrize("name", FORMS)
def test_a_row_means_what_it_always_did(name: str) -> None:
    """Its kind goes by the same name, and what it leaves out stands for the same."""
    module, _, attribute = name.rpartition(".")
    kind: type[msgspec.Struct] = getattr(sys.modules[module], attribute)
    defaults = {
        field.name: default_of(field)
        for field in msgspec.structs.fields(kind)
        if not field.required and field.name not in {"unknown_", "version_"}
    }
    assert (kind.__struct_config__.tag, defaults) == FORMS[name]


def test_every_kind_is_here_and_no_two_go_by_one_name() -> None:
    """Those of all engines and auth methods, too."""
    found = [kind for base in (Record, Part) for kind in kinds(base) if kind.__module__.startswith("strongroom.")]
    assert {name_of(kind) for kind in found} == FORMS.keys()
    tags = [tag for tag, _ in FORMS.values() if tag is not None]
    assert len(tags) == len(set(tags))
