"""Tables of the engines, auth methods and audit devices that ship with Strongroom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from strongroom.audit.broker import DeviceType
from strongroom.audit.channel import AuditDevice
from strongroom.audit.file import Ground, file_device
from strongroom.audit.outgoing.addresses import AddressRules
from strongroom.audit.outgoing.device import TYPES, outgoing_device
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
from strongroom.engines.pki import Pki
from strongroom.engines.rabbitmq import RabbitMq
from strongroom.engines.ssh import Ssh
from strongroom.engines.totp import Totp
from strongroom.engines.transit import Transit
from strongroom.engines.turns import TurnsEngine
from strongroom.sdk.engine import AuthMethod, Engine
from strongroom.server import plugins
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
    ("pki", Pki),
    ("postgresql", PostgresqlEngine),
    ("totp", Totp),
    ("ssh", Ssh),
    ("transit", Transit),
    ("turns", TurnsEngine),
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


def audit_devices(
    spool: Spool | None, ground: Ground | None = None, addresses: AddressRules | None = None
) -> Mapping[str, DeviceType]:
    """Constructors of audit devices by type.

    Args:
        spool: takes entries for this node's forwarder; None without a forwarder. ground: decides where files may be.
        addresses: where entries may be sent.
    """
    around, rules = ground or Ground(), addresses or AddressRules()

    def file(options: Mapping[str, str], id_: str, configured: bool) -> AuditDevice:
        spooled = None if spool is None else lambda target: spool.device(id_, target)
        return file_device(options, spooled, replace(around, configured=configured))

    def sending(type_: str) -> DeviceType:
        def make(options: Mapping[str, str], id_: str, configured: bool) -> AuditDevice:
            spooled = None if spool is None else lambda target, told: spool.device(id_, target, told)
            return outgoing_device(type_, options, spooled, rules, configured=configured)

        return make

    return {"file": file} | {type_: sending(type_) for type_ in TYPES}


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
    for name, plugin in plugins.load(allowed):
        table = AUTH if issubclass(plugin, AuthMethod) else SECRET
        if (table, plugin.type) in out:
            raise plugins.PluginError(f'the plugin "{name}" has the type "{plugin.type}", which is taken')
        out[table, plugin.type] = plugins.make(name, plugin)
    return out
