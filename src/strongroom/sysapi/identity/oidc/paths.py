"""All paths of `identity/oidc/`: every group of them is a mixin in a file of its own."""

from __future__ import annotations

from strongroom.sysapi.identity.oidc.assignments import AssignmentPaths
from strongroom.sysapi.identity.oidc.authorize import AuthorizePaths
from strongroom.sysapi.identity.oidc.clients import ClientPaths
from strongroom.sysapi.identity.oidc.config import ConfigPaths
from strongroom.sysapi.identity.oidc.exchange import ExchangePaths
from strongroom.sysapi.identity.oidc.keys import KeyPaths
from strongroom.sysapi.identity.oidc.providers import ProviderPaths
from strongroom.sysapi.identity.oidc.roles import RolePaths
from strongroom.sysapi.identity.oidc.scopes import ScopePaths
from strongroom.sysapi.identity.oidc.tokens import TokenPaths
from strongroom.sysapi.identity.oidc.userinfo import UserinfoPaths
from strongroom.sysapi.identity.oidc.well_known import WellKnownPaths


class OidcPaths(
    ConfigPaths,
    KeyPaths,
    RolePaths,
    TokenPaths,
    WellKnownPaths,
    ScopePaths,
    AssignmentPaths,
    ClientPaths,
    ProviderPaths,
    AuthorizePaths,
    ExchangePaths,
    UserinfoPaths,
):
    """All paths of OIDC."""

    secret_answers = frozenset({"access_token", "client_secret", "code", "id_token", "token"})
