"""The methods by which the agent can log in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from strongroom.agent.config.auto_auth import Method
from strongroom.agent.methods.approle import AppRole
from strongroom.agent.methods.aws import Aws
from strongroom.agent.methods.azure import Azure
from strongroom.agent.methods.cert import Cert
from strongroom.agent.methods.gcp import Gcp
from strongroom.agent.methods.jwt import Jwt
from strongroom.agent.methods.kerberos import Kerberos
from strongroom.agent.methods.kubernetes import Kubernetes
from strongroom.agent.methods.method import LoginMethod
from strongroom.agent.methods.password import ByPassword
from strongroom.agent.methods.token_file import TokenFile
from strongroom.agent.options import Given
from strongroom.server.config.reader import ConfigError, meant

METHODS: Mapping[str, Callable[..., LoginMethod]] = {
    "approle": AppRole,
    "aws": Aws,
    "azure": Azure,
    "cert": Cert,
    "gcp": Gcp,
    "jwt": Jwt,
    "kerberos": Kerberos,
    "kubernetes": Kubernetes,
    "ldap": ByPassword,
    "token_file": TokenFile,
    "userpass": ByPassword,
}

NOT_SERVED = frozenset({"alicloud", "cf", "oci", "pcf"})
"""Methods that other servers of this API have, and this one hasn't."""


def maker_of(method: Method) -> Callable[..., LoginMethod]:
    """What makes the method of a configuration.  Raises `ConfigError` for one that there isn't."""
    if method.type in METHODS:
        return METHODS[method.type]
    if method.type in NOT_SERVED:
        raise ConfigError(
            method.where, f'the method "{method.type}" belongs to an auth method that this server hasn\'t'
        )
    known = ", ".join(METHODS)
    raise ConfigError(
        method.where,
        f'expected one of the methods {known}, found "{method.type[:64]}"{meant(method.type, METHODS)}',
    )


def mount_of(method: Method) -> str:
    """Where the method is mounted on the server, as `auth/approle`."""
    return method.mount_path.strip("/") or f"auth/{method.type}"


def given_by(method: Method) -> Given:
    """The method's options."""
    return Given(method.config, f'method "{method.type}"', method.where)
