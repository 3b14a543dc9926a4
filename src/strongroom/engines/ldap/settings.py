"""What a configuration means, and which are refused (pure)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from strongroom.engines.ldap.fields import ConfigFields
from strongroom.engines.ldap.records import AD, OPENLDAP, PASSWORD, PHRASE, RACF, LdapConfig
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.ldap import VERSIONS, Directory, Tls, check_tls, less_safe, parse_urls
from strongroom.sdk.rotation import RotationFields, imported, of_root, rescheduled, shown_of_root, shown_state

MOST_BYTES = 2048
"""Of a DN, an attribute, a password."""
MOST_PEM_BYTES = 64 * 1024
_PEM = ("certificate", "client_tls_cert", "client_tls_key")
_HIDDEN = frozenset({"client_tls_cert", "client_tls_key"})
_PLAIN = tuple(
    name for name in ConfigFields.__struct_fields__ if name not in {"bindpass", *RotationFields.__struct_fields__}
)
"""The parameters that are kept as they are given."""
_CONNECT_S, _REQUEST_S = 30, 90
_MOST_S = 600
SCHEMAS = (OPENLDAP, RACF, AD)
USER_ATTRIBUTES = {OPENLDAP: "cn", AD: "userPrincipalName", RACF: "racfid"}
ONLY_OVER_TLS = "Active Directory changes passwords only over TLS: set url to ldaps://…, or starttls"
NOT_CONFIGURED = "missing LDAP configuration"


def merged(config: LdapConfig, body: ConfigFields, now: float) -> LdapConfig:
    """The configuration after a request's changes.  Raises `InvalidRequest` for what can't be used."""
    given: dict[str, Any] = {}
    for name in _PLAIN:
        value = getattr(body, name)
        if value is not None:
            given[name] = value.strip() if isinstance(value, str) and name not in _PEM else value
    rotation = of_root(config.rotation, body)
    changed = replace(config, **given, rotation=rotation)
    if changed.binddn != config.binddn:
        changed = replace(changed, root_dn="", root=imported(config.root.current, rotation, now))
    if body.bindpass is not None and body.bindpass != bindpass(config):
        # A rotation that has begun is overtaken, but not by who writes again what is there: the directory may have the
        # next password already, and no other place would have it.
        changed = replace(changed, root=imported({"password": body.bindpass} if body.bindpass else {}, rotation, now))
    if rotation != config.rotation:
        changed = replace(changed, root=rescheduled(changed.root, rotation, now))
    check(changed)
    if config.root.known and body.bindpass is None and (what := moved(config, changed)):
        raise InvalidRequest(f"bindpass must be given with {what}")
    return replace(changed, moved_at=now) if moved(config, changed) else changed


def moved(before: LdapConfig, after: LdapConfig) -> str:
    """Why what is sent by one configuration could get to others than by the one before; empty if it doesn't."""
    return less_safe(directory_of(before), directory_of(after))


def bindpass(config: LdapConfig) -> str:
    """The password of `binddn`; empty if there is none."""
    return config.root.current.get("password", "")


def shown(config: LdapConfig, now: float) -> dict[str, Any]:
    """The configuration as a response's data, without secrets."""
    data = {name: getattr(config, name) for name in _PLAIN if name not in _HIDDEN}
    data["userattr"] = user_attribute(config)
    if not config.password_policy:
        del data["password_policy"]
    if config.root_dn:
        data["root_dn"] = config.root_dn
    state = shown_state(config.root, now)
    if "last_vault_rotation" in state:
        data["last_bind_password_rotation"] = state.pop("last_vault_rotation")
    return {**data, **shown_of_root(config.rotation), **state}


def timestamp(at: float) -> str:
    """A time as RFC 3339 has it."""
    return datetime.fromtimestamp(int(at), UTC).isoformat().replace("+00:00", "Z")


def check(config: LdapConfig) -> None:
    """Raise `InvalidRequest` for a configuration that can't work."""
    texts = {name: getattr(config, name) for name in _PLAIN} | {"bindpass": bindpass(config)}
    for name, value in texts.items():
        most = MOST_PEM_BYTES if name in _PEM else MOST_BYTES
        if isinstance(value, str) and len(value.encode("utf-8", "surrogatepass")) > most:
            raise InvalidRequest(f"{name} is longer than {most} bytes")
    if config.schema not in SCHEMAS:
        raise InvalidRequest(
            f"the configured schema {config.schema} is not valid. Supported schemas: [{' '.join(SCHEMAS)}]"
        )
    if config.credential_type not in {PASSWORD, PHRASE}:
        raise InvalidRequest(f'invalid credential_type "{config.credential_type}": it is password or phrase')
    if config.credential_type == PHRASE and config.schema != RACF:
        raise InvalidRequest("credential_type is phrase for the schema racf only")
    for name in ("tls_min_version", "tls_max_version"):
        if getattr(config, name) not in VERSIONS:
            raise InvalidRequest(f"invalid '{name}': it may be {', '.join(VERSIONS)}")
    if list(VERSIONS).index(config.tls_max_version) < list(VERSIONS).index(config.tls_min_version):
        raise InvalidRequest("'tls_max_version' must be greater than or equal to 'tls_min_version'")
    for name in ("connection_timeout", "request_timeout"):
        if getattr(config, name) > _MOST_S:
            raise InvalidRequest(f"{name} is longer than {_MOST_S} seconds")
    if config.max_ttl and config.ttl > config.max_ttl:
        raise InvalidRequest("ttl is longer than max_ttl")
    if not all(c.isalnum() or c in "-.;" for c in config.userattr):
        raise InvalidRequest("userattr must be the name of an attribute")
    check_tls(_tls(config))
    directory_of(config)


def warnings_of(config: LdapConfig) -> list[str]:
    """What is likely to be a mistake."""
    warnings = []
    if config.insecure_tls:
        warnings.append("insecure_tls: whoever is between this server and the directory can read all passwords")
    if config.schema == AD and not is_private(config):
        warnings.append(ONLY_OVER_TLS)
    if not config.binddn or not config.root.known:
        warnings.append("without binddn and bindpass no account can be made or changed")
    return warnings


def is_private(config: LdapConfig) -> bool:
    """Whether every connection to the directory is by TLS."""
    return config.starttls or all(url.tls for url in parse_urls(config.url))


def check_passwords(config: LdapConfig) -> None:
    """Raise `InvalidRequest` if passwords can't be changed by this configuration."""
    if not config.binddn or not config.root.known:
        raise InvalidRequest("binddn and bindpass are not configured")
    if config.schema == AD and not is_private(config):
        raise InvalidRequest(ONLY_OVER_TLS)


def user_attribute(config: LdapConfig) -> str:
    """The attribute that holds an account's name."""
    return config.userattr or USER_ATTRIBUTES[config.schema]


def _tls(config: LdapConfig) -> Tls:
    return Tls(
        verify=not config.insecure_tls,
        ca_pem=config.certificate,
        client_cert_pem=config.client_tls_cert,
        client_key_pem=config.client_tls_key,
        min_version=config.tls_min_version,
        max_version=config.tls_max_version,
    )


def directory_of(config: LdapConfig) -> Directory:
    """How the directory is reached."""
    return Directory(
        urls=parse_urls(config.url),
        starttls=config.starttls,
        tls=_tls(config),
        connect_s=config.connection_timeout or _CONNECT_S,
        request_s=config.request_timeout or _REQUEST_S,
    )
