"""What a configuration means: how the directory is reached, and how names are looked up (pure).

Also decides which configurations are refused.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from strongroom.auth.ldap.fields import DirectoryFields
from strongroom.auth.ldap.records import USER_FILTER, LdapConfig
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.ldap import (
    GROUP_VALUES,
    USER_VALUES,
    VERSIONS,
    Directory,
    Lookup,
    Tls,
    check_tls,
    less_safe,
    parse_template,
    parse_urls,
)
from strongroom.sdk import token_fields

MOST_BYTES = 2048
"""Of a DN, an attribute, a password."""
MOST_PEM_BYTES = 64 * 1024
_PEM = ("certificate", "client_tls_cert", "client_tls_key")
_HIDDEN = frozenset({"bindpass", "client_tls_cert", "client_tls_key"})
_CONNECT_S, _REQUEST_S = 30, 90
_MOST_S = 600
DEREFERENCE = ("never", "finding", "searching", "always")
COLLIDING = "userfilter configured does not consider userattr and may result in colliding entity aliases on logins"


def merged(config: LdapConfig, body: DirectoryFields) -> LdapConfig:
    """The configuration after a request's changes.  Raises `InvalidRequest` for what can't be used."""
    given: dict[str, Any] = {}
    for name in LdapConfig.__struct_fields__:
        value = getattr(body, name, None)
        if value is not None:
            given[name] = value.strip() if isinstance(value, str) and name not in {"bindpass", *_PEM} else value
    if "userattr" in given:
        given["userattr"] = given["userattr"].lower()
    if any(given.get(name, before) != before for name, before in _account(config).items()):
        # A rotation that has begun is overtaken, but not by who writes again what is there: the directory may have the
        # next password already, and no other place would have it.
        given["next_bindpass"] = ""
    changed = msgspec.structs.replace(config, **given, token=token_fields.merged(config.token, body))
    check(changed)
    if config.bindpass and body.bindpass is None and (what := less_safe(directory_of(config), directory_of(changed))):
        raise InvalidRequest(f"bindpass must be given with {what}")
    return changed


def _account(config: LdapConfig) -> dict[str, str]:
    return {"binddn": config.binddn, "bindpass": config.bindpass}


def shown(config: LdapConfig) -> dict[str, Any]:
    """The configuration as a response's data, without secrets."""
    names = [name for name in DirectoryFields.__struct_fields__ if name not in _HIDDEN and hasattr(config, name)]
    data = {name: getattr(config, name) for name in names}
    if config.rotated_at:
        data["last_bindpass_rotation"] = datetime.fromtimestamp(config.rotated_at, UTC).isoformat(timespec="seconds")
    return {**data, **token_fields.shown(config.token)}


def check(config: LdapConfig) -> None:
    """Raise `InvalidRequest` for a configuration that can't work, or that lets in too many."""
    for name in LdapConfig.__struct_fields__:
        value = getattr(config, name)
        most = MOST_PEM_BYTES if name in _PEM else MOST_BYTES if not name.endswith("filter") else 4 * MOST_BYTES
        if isinstance(value, str) and len(value.encode("utf-8", "surrogatepass")) > most:
            raise InvalidRequest(f"{name} is longer than {most} bytes")
    for name in ("tls_min_version", "tls_max_version"):
        if getattr(config, name) not in VERSIONS:
            raise InvalidRequest(f"invalid '{name}': it may be {', '.join(VERSIONS)}")
    if list(VERSIONS).index(config.tls_max_version) < list(VERSIONS).index(config.tls_min_version):
        raise InvalidRequest("'tls_max_version' must be greater than or equal to 'tls_min_version'")
    if config.dereference_aliases not in DEREFERENCE:
        raise InvalidRequest(f"dereference_aliases must be one of {', '.join(DEREFERENCE)}")
    for name in ("connection_timeout", "request_timeout"):
        if getattr(config, name) > _MOST_S:
            raise InvalidRequest(f"{name} is longer than {_MOST_S} seconds")
    if not config.userattr or not all(c.isalnum() or c in "-.;" for c in config.userattr):
        raise InvalidRequest("userattr must be the name of an attribute")
    check_tls(_tls(config))
    directory_of(config)
    _check_groups(config)
    if config.enable_samaccountname_login and config.upndomain and not searches_as_somebody(config):
        text = "enable_samaccountname_login needs binddn and bindpass, so that both names of a user count as one"
        raise InvalidRequest(text)


def _check_groups(config: LdapConfig) -> None:
    lookup = lookup_of(config)
    template = lookup.group_filter
    if template is None or template.names or config.use_token_groups or config.allow_unbound_groupfilter:
        return
    raise InvalidRequest(
        "groupfilter names neither {{.UserDN}} nor {{.Username}}, so that everybody would be in every group it finds; "
        "set use_token_groups, or allow_unbound_groupfilter if a filter on the user's own entry is meant"
    )


def warnings_of(config: LdapConfig) -> list[str]:
    """What is likely to be a mistake."""
    text = config.userfilter
    warnings = []
    if text and "UserAttr" not in lookup_of(config).user_filter.names and config.userattr not in text.lower():
        warnings.append(COLLIDING)
    if config.insecure_tls:
        warnings.append("insecure_tls: whoever is between this server and the directory can read all passwords")
    return warnings


def searches_as_somebody(config: LdapConfig) -> bool:
    """Whether users are searched for by a name and a password of the server's own."""
    return bool(config.binddn and config.bindpass)


def searches_first(config: LdapConfig) -> bool:
    """Whether users are searched for before they are bound."""
    return config.discoverdn or searches_as_somebody(config)


def nobody_found(config: LdapConfig) -> str:
    """What to look at where a search has found no user, or several; for the log."""
    by = f"userPrincipalName, because upndomain is {config.upndomain}" if config.upndomain else config.userattr
    return f'no single entry below userdn "{config.userdn}" fits userfilter, by {by}'


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
        page_size=max(0, config.max_page_size),
        dereference=config.dereference_aliases,
    )


def lookup_of(config: LdapConfig) -> Lookup:
    """Where users and groups are, and what they are called."""
    group_filter = parse_template(config.groupfilter, GROUP_VALUES, "groupfilter") if config.groupfilter else None
    return Lookup(
        user_dn=config.userdn,
        user_attr=config.userattr,
        user_filter=parse_template(config.userfilter or USER_FILTER, USER_VALUES, "userfilter"),
        upn_domain=config.upndomain,
        by_sam=config.enable_samaccountname_login,
        group_dn=config.groupdn,
        group_attr=config.groupattr or "cn",
        group_filter=group_filter,
        token_groups=config.use_token_groups,
    )
