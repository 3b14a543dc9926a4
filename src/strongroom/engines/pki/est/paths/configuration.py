"""`config/est`.

Source: https://developer.hashicorp.com/vault/api-docs/secret/pki/issuance#set-est-configuration
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from strongroom.engines.pki.est.policies import WELL_KNOWN, claims, role_in
from strongroom.engines.pki.est.records import AUDIT_FIELDS, CONFIG, EstConfig, config_of
from strongroom.engines.pki.issuing.rules import moments
from strongroom.engines.pki.roles import rows as role_rows
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import (
    Body,
    CommaList,
    Doc,
    JsonMap,
    Keys,
    Mount,
    Request,
    Response,
    StringMap,
    View,
    is_segment_name,
    path,
    replace,
)

_FIELDS: Final = frozenset(
    {
        *AUDIT_FIELDS,
        "csr",
        "other_sans",
        "signature_bits",
        "exclude_cn_from_sans",
        "ou",
        "organization",
        "country",
        "locality",
        "province",
        "street_address",
        "postal_code",
        "serial_number",
        "use_pss",
        "key_type",
        "key_bits",
        "add_basic_constraints",
    }
)
_OPERATIONS: Final = frozenset({"cacerts", "simpleenroll", "simplereenroll", "serverkeygen", "csrattrs", "fullcmc"})
_AUTHENTICATORS: Final = {"cert": frozenset({"accessor", "cert_role"}), "userpass": frozenset({"accessor"})}
_KEYS: Final = Keys(frozenset(_AUTHENTICATORS), inner={name: Keys(keys) for name, keys in _AUTHENTICATORS.items()})
_NO_SENTINEL: Final = "enable_sentinel_parsing is kept without effect: this server has no Sentinel policies"
_NO_AUDIT_FIELDS: Final = "audit_fields is kept without effect: audit entries have the certificate request as it came"


class EstFields(Body, frozen=True):
    """Settings of EST.  What a request doesn't name stays."""

    enabled: Annotated[bool | None, Doc(description="Whether clients of EST are served.")] = None
    default_mount: Annotated[
        bool | None, Doc(description="Whether the mount serves `/.well-known/est` of its namespace; one mount can.")
    ] = None
    default_path_policy: Annotated[
        str | None, Doc(description="What paths without a label do: `sign-verbatim` or `role:<name>`.")
    ] = None
    label_to_path_policy: Annotated[
        StringMap | None, Doc(description="The same for each label, which is served at `/.well-known/est/<label>` too.")
    ] = None
    authenticators: Annotated[
        JsonMap | None,
        Doc(
            description="By which auth mounts clients are logged in: `cert` with `accessor` and perhaps `cert_role`, "
            "`userpass` with `accessor`."
        ),
        _KEYS,
    ] = None
    enable_sentinel_parsing: Annotated[bool | None, Doc(description="Kept, and without effect.")] = None
    audit_fields: Annotated[CommaList | None, Doc(description="Kept, and without effect.")] = None


class EstConfigurationPaths:
    """Settings of EST."""

    @path.read("config/est")
    async def read_est_config(self, request: Request) -> Response:
        """Reads the settings of EST."""
        return Response(data=_shown(await config_of(request.view)))

    @path.write("config/est")
    async def write_est_config(self, request: Request, body: EstFields) -> Response:
        """Changes the settings of EST."""
        config = replace(_with(await config_of(request.view), body), updated_at=request.now)
        await _check(request.view, config)
        await request.claim_well_known(WELL_KNOWN, claims(config))
        request.view.write(CONFIG, config)
        return Response(data=_shown(config), warnings=_warnings(config, body, request.mount))


def _with(config: EstConfig, body: EstFields) -> EstConfig:
    given: dict[str, Any] = {}
    for name in ("enabled", "default_mount", "default_path_policy", "enable_sentinel_parsing"):
        if (value := getattr(body, name)) is not None:
            given[name] = value
    if body.label_to_path_policy is not None:
        given["label_to_path_policy"] = dict(sorted(body.label_to_path_policy.items()))
    if body.audit_fields is not None:
        given["audit_fields"] = tuple(body.audit_fields)
    if body.authenticators is not None:
        found = _authenticators(body.authenticators)
        given["certificate_accessor"] = found.get("cert", {}).get("accessor", "")
        given["certificate_role"] = found.get("cert", {}).get("cert_role", "")
        given["password_accessor"] = found.get("userpass", {}).get("accessor", "")
    return replace(config, **given)


def _authenticators(given: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Raises `InvalidRequest` for one of another kind, with unknown fields, or without an accessor."""
    found = {}
    for kind, fields in given.items():
        known = _AUTHENTICATORS.get(kind)
        if known is None:
            raise InvalidRequest(f'authenticators are "cert" and "userpass", not "{kind}"')
        if not isinstance(fields, dict) or not all(isinstance(each, str) for each in fields.values()):
            raise InvalidRequest(f"the authenticator {kind} is an object of texts")
        if strange := sorted(fields.keys() - known):
            raise InvalidRequest(f"the authenticator {kind} has no field {strange[0]}")
        if not fields.get("accessor"):
            raise InvalidRequest(f"the authenticator {kind} needs an accessor")
        found[kind] = fields
    return found


async def _check(view: View, config: EstConfig) -> None:
    """Raise `InvalidRequest` for settings that contradict each other, or name what there isn't."""
    if config.default_mount and not config.default_path_policy:
        raise InvalidRequest("default_path_policy has to be set where default_mount is")
    policies = {f"label_to_path_policy {label}": policy for label, policy in config.label_to_path_policy.items()}
    if config.default_path_policy:
        policies["default_path_policy"] = config.default_path_policy
    for label in config.label_to_path_policy:
        if not is_segment_name(label):
            raise InvalidRequest(f'"{label}" can\'t be a label: it is one segment of a path')
        if label in _OPERATIONS:
            raise InvalidRequest(f'"{label}" is what clients ask for, and no label')
    for what, policy in policies.items():
        role = role_in(policy, what)
        if role and await role_rows.role_of(view, role) is None:
            raise InvalidRequest(f'{what}: there is no role "{role}"')
    if unknown := sorted(set(config.audit_fields) - _FIELDS):
        raise InvalidRequest(f'audit_fields can\'t have "{unknown[0]}"')


def _warnings(config: EstConfig, body: EstFields, mount: Mount) -> list[str]:
    named = [accessor for accessor in (config.certificate_accessor, config.password_accessor) if accessor]
    told = []
    if missing := [accessor for accessor in named if accessor not in mount.delegated_auth_accessors]:
        # One command with all of them: tuning replaces the list.
        flags = [f"-delegated-auth-accessors={each}" for each in (*mount.delegated_auth_accessors, *missing)]
        told.append(
            f"the mount may not have clients logged in by {' and '.join(missing)} yet: "
            f"strongroom secrets tune {' '.join(flags)} {mount.path.rstrip('/')}"
        )
    if body.enable_sentinel_parsing:
        told.append(_NO_SENTINEL)
    if body.audit_fields is not None:
        told.append(_NO_AUDIT_FIELDS)
    return told


def _shown(config: EstConfig) -> dict[str, Any]:
    authenticators: dict[str, dict[str, str]] = {}
    if config.certificate_accessor:
        authenticators["cert"] = {"accessor": config.certificate_accessor, "cert_role": config.certificate_role}
    if config.password_accessor:
        authenticators["userpass"] = {"accessor": config.password_accessor}
    return {
        "enabled": config.enabled,
        "default_mount": config.default_mount,
        "default_path_policy": config.default_path_policy,
        "label_to_path_policy": dict(config.label_to_path_policy),
        "authenticators": authenticators,
        "enable_sentinel_parsing": config.enable_sentinel_parsing,
        "audit_fields": list(config.audit_fields),
        "last_updated": moments.shown(config.updated_at) if config.updated_at else "",
    }
