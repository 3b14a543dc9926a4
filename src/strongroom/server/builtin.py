"""Tables of the engines, auth methods and audit devices that ship with Strongroom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import entry_points

from strongroom.audit.broker import DeviceType
from strongroom.audit.channel import AuditDevice
from strongroom.audit.file import Ground, file_device
from strongroom.audit.spool import Spool
from strongroom.auth.app_id import AppId
from strongroom.auth.approle import AppRole
from strongroom.auth.aws import Aws
from strongroom.auth.azure import Azure
from strongroom.auth.cert import Cert
from strongroom.auth.gcp import Gcp
from strongroom.auth.github import Github
from strongroom.auth.jwt import Jwt
from strongroom.auth.kerberos import Kerberos
from strongroom.auth.kubernetes import Kubernetes
from strongroom.auth.ldap import Ldap
from strongroom.auth.okta import Okta
from strongroom.auth.radius import Radius
from strongroom.auth.userpass import Userpass
from strongroom.engines.aws import AwsEngine
from strongroom.engines.database import Database
from strongroom.engines.kubernetes import KubernetesSecrets
from strongroom.engines.kv import KvEngine
from strongroom.engines.ldap import Ldap as LdapSecrets
from strongroom.engines.one_database import MysqlEngine, PostgresqlEngine
from strongroom.engines.rabbitmq import RabbitMq
from strongroom.lib.fault import where
from strongroom.sdk.engine import AuthMethod, Engine
from strongroom.sdk.path import DeclarationError
from strongroom.services.mounts import AUTH, SECRET
from strongroom.sysapi.cubbyhole import Cubbyhole
from strongroom.sysapi.identity import Identity
from strongroom.sysapi.system import System
from strongroom.sysapi.token import Token

ENGINES: tuple[tuple[str, type[Engine]], ...] = (
    ("aws", AwsEngine),
    ("kv", KvEngine),
    ("generic", KvEngine),
    ("ldap", LdapSecrets),
    ("openldap", LdapSecrets),
    ("kubernetes", KubernetesSecrets),
    ("rabbitmq", RabbitMq),
    ("system", System),
    ("cubbyhole", Cubbyhole),
    ("database", Database),
    ("identity", Identity),
    ("mysql", MysqlEngine),
    ("postgresql", PostgresqlEngine),
)
"""Secrets engines by the type that they are mounted by."""

AUTH_METHODS: tuple[tuple[str, type[Engine]], ...] = (
    ("app-id", AppId),
    ("approle", AppRole),
    ("aws", Aws),
    ("azure", Azure),
    ("cert", Cert),
    ("gcp", Gcp),
    ("github", Github),
    ("jwt", Jwt),
    ("kerberos", Kerberos),
    ("kubernetes", Kubernetes),
    ("ldap", Ldap),
    ("oidc", Jwt),
    ("okta", Okta),
    ("radius", Radius),
    ("token", Token),
    ("userpass", Userpass),
)
"""Auth methods by the type that they are enabled by."""

ENTRY_POINTS = "strongroom.plugins"
"""The group under which an installed package offers engines and auth methods."""


def audit_devices(spool: Spool | None, ground: Ground | None = None) -> Mapping[str, DeviceType]:
    """Constructors of audit devices by type.

    Args:
        spool: takes entries for this node's forwarder; None without a forwarder. ground: decides where files may be.
    """
    around = ground or Ground()

    def file(options: Mapping[str, str], id_: str, configured: bool) -> AuditDevice:
        spooled = None if spool is None else lambda target: spool.device(id_, target)
        return file_device(options, spooled, replace(around, configured=configured))

    return {"file": file}


class PluginError(Exception):
    """A plugin that the configuration allows can't be used.  The text gives the reason."""


def engines(allowed: tuple[str, ...]) -> dict[tuple[str, str], Engine]:
    """Everything that can be mounted, by table and type.

    Args:
        allowed: entry-point names that the configuration allows.  An installed plugin that isn't allowed isn't loaded.

    Raises: `PluginError` for a name that no installed package offers, that offers something else, or that is taken.
    """
    out: dict[tuple[str, str], Engine] = {}
    for table, classes in ((SECRET, ENGINES), (AUTH, AUTH_METHODS)):
        for type_, class_ in classes:
            out[table, type_] = class_()
    offered = {point.name: point for point in entry_points(group=ENTRY_POINTS)}
    for name in allowed:
        if name not in offered:
            raise PluginError(
                f'the plugin "{name}" is allowed by the configuration, but no installed package offers it '
                f"(entry point group {ENTRY_POINTS})"
            )
        try:
            class_ = offered[name].load()
        except Exception as error:
            raise PluginError(f'the plugin "{name}" cannot be imported: {_reason(error)}') from None
        if not (isinstance(class_, type) and issubclass(class_, Engine)):
            raise PluginError(f'the plugin "{name}" is neither an engine nor an auth method')
        if not getattr(class_, "type", ""):
            raise PluginError(f'the plugin "{name}" cannot be mounted: its class has no `type`')
        table = AUTH if issubclass(class_, AuthMethod) else SECRET
        if (table, class_.type) in out:
            raise PluginError(f'the plugin "{name}" has the type "{class_.type}", which is taken')
        try:
            out[table, class_.type] = class_()
        except Exception as error:
            raise PluginError(f'the plugin "{name}" cannot be made: {where(error)}') from None
    return out


def _reason(error: Exception) -> str:
    """Why a plugin can't be imported.

    The text is shown only for Python's own errors: a missing module, a syntax error, a class that can't be an engine.
    Any other text comes from the plugin or a library, and may contain a password.
    """
    if isinstance(error, ImportError | SyntaxError | DeclarationError):
        return str(error)
    return where(error)
