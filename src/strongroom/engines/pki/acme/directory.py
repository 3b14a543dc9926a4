"""Directories: one for the mount, each issuer, each role, and each role of an issuer.

Source: RFC 8555, section 7.1.1; https://developer.hashicorp.com/vault/api-docs/secret/pki/issuance#acme-directories
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from strongroom.engines.pki.acme import rows
from strongroom.engines.pki.acme.issuing import Signatory, cluster_path, signatory_of
from strongroom.engines.pki.acme.problems import Problem
from strongroom.engines.pki.acme.records import AcmeConfig
from strongroom.engines.pki.path_policies import ROLE
from strongroom.lib.errors import NotFound
from strongroom.sdk import Request

ANY: Final = "*"
FORBID: Final = "forbid"
NOT_REQUIRED: Final = "not-required"
ALWAYS_REQUIRED: Final = "always-required"
EAB_POLICIES: Final = (NOT_REQUIRED, "new-account-required", ALWAYS_REQUIRED)


class Place(msgspec.Struct, frozen=True):
    """A directory as the path of a request names it."""

    issuer_ref: str = ""
    role: str = ""

    @property
    def path(self) -> str:
        """Where its resources are, below the mount."""
        issuer = f"issuer/{self.issuer_ref}/" if self.issuer_ref else ""
        role = f"roles/{self.role}/" if self.role else ""
        return f"{issuer}{role}acme"


class Directory(msgspec.Struct, frozen=True):
    """A directory that serves requests."""

    path: str
    url: str
    config: AcmeConfig
    signatory: Signatory
    """Who signs, and by which rules."""

    @property
    def index(self) -> tuple[str, str]:
        """The header field by which a client finds the directory."""
        return ("Link", f'<{self.url}/directory>;rel="index"')

    def of(self, *parts: str) -> str:
        """The URL of a resource."""
        return "/".join((self.url, *parts))

    def document(self) -> dict[str, Any]:
        """What clients read first.  It names what is served, and nothing else."""
        return {
            "newNonce": self.of("new-nonce"),
            "newAccount": self.of("new-account"),
            "newOrder": self.of("new-order"),
            "revokeCert": self.of("revoke-cert"),
            "keyChange": self.of("key-change"),
            "renewalInfo": self.of("renewal-info"),
            "meta": {"externalAccountRequired": self.config.eab_policy != NOT_REQUIRED},
        }


async def config_if_enabled(request: Request) -> AcmeConfig:
    """The settings of the ACME server.  Raises `NotFound` while the mount has none."""
    config = await rows.config_of(request.view)
    if not config.enabled:
        raise NotFound
    return config


async def open_directory(request: Request, place: Place) -> Directory:
    """The directory of a request.

    Raises: `NotFound` while ACME is disabled; `Problem` if settings forbid the directory.
    """
    config = await config_if_enabled(request)
    role = place.role
    if not role:
        role = _default_role(config)
    elif not allowed(role, config.allowed_roles):
        raise Problem("unauthorized", "the role is not among the allowed_roles of this ACME server")
    signatory = await signatory_of(request.view, place.issuer_ref, role)
    if ANY not in config.allowed_issuers:
        known = {signatory.issuer_id, signatory.issuer_name, signatory.issuer_ref}
        if known.isdisjoint(config.allowed_issuers):
            raise Problem("unauthorized", "the issuer is not among the allowed_issuers of this ACME server")
    path = place.path
    return Directory(path, f"{await cluster_path(request.view)}/{path}", config, signatory)


def allowed(name: str, names: tuple[str, ...]) -> bool:
    """Whether a list of settings has a name.  (p)"""
    return ANY in names or name in names


def _default_role(config: AcmeConfig) -> str:
    """The role of directories whose path names none; empty for none.  Raises `Problem`."""
    policy = config.default_directory_policy
    if policy == FORBID:
        raise Problem("unauthorized", "the default directory is forbidden (default_directory_policy): name a role")
    return policy.removeprefix(ROLE) if policy.startswith(ROLE) else ""
