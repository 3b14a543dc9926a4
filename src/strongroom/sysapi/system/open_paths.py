"""The descriptions of paths that work in every state, sealed or not, without an engine.

Source: https://developer.hashicorp.com/vault/api-docs/system/health and its neighbours
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec

from strongroom.sdk.fields import SECRET, Body, CommaList, Doc


class InitBody(Body, frozen=True):
    """`PUT sys/init`."""

    secret_shares: Annotated[int, Doc(description="How many key shares to make.")] = 0
    secret_threshold: Annotated[int, Doc(description="How many of the key shares are needed to unseal.")] = 0
    pgp_keys: Annotated[
        CommaList | None, Doc(description="One PGP key per share. Each share is encrypted with its key.")
    ] = None
    root_token_pgp_key: Annotated[str, Doc(description="A PGP key. The root token is encrypted with it.")] = ""
    stored_shares: Annotated[int, Doc(description="Used only by auto-unseal seals.")] = 0
    recovery_shares: Annotated[int, Doc(description="Used only by auto-unseal seals.")] = 0
    recovery_threshold: Annotated[int, Doc(description="Used only by auto-unseal seals.")] = 0
    recovery_pgp_keys: Annotated[CommaList | None, Doc(description="Used only by auto-unseal seals.")] = None


class UnsealBody(Body, frozen=True):
    """`PUT sys/unseal`."""

    key: Annotated[str, Doc(description="One key share, in hexadecimal or base64.", extra=SECRET)] = ""
    reset: Annotated[bool, Doc(description="Discard the shares that were given so far.")] = False
    migrate: Annotated[bool, Doc(description="Set to migrate to another kind of seal.")] = False

    def __repr__(self) -> str:
        return f"UnsealBody(reset={self.reset})"


class HealthBody(Body, frozen=True):
    """`GET sys/health`."""

    standbyok: Annotated[bool, Doc(description="Accepted for compatibility. There are no standby nodes.")] = False
    perfstandbyok: Annotated[bool, Doc(description="Accepted for compatibility. There are no standby nodes.")] = False
    activecode: Annotated[int, Doc(description="The HTTP status code for an unsealed node.")] = 200
    standbycode: Annotated[int, Doc(description="Accepted for compatibility. There are no standby nodes.")] = 429
    sealedcode: Annotated[int, Doc(description="The HTTP status code for a sealed node.")] = 503
    uninitcode: Annotated[int, Doc(description="The HTTP status code for a node that is not initialized.")] = 501
    unavailablecode: Annotated[
        int,
        Doc(description="The HTTP status code for a node whose store or audit log can't be written or reached."),
    ] = 503


class OpenPath(msgspec.Struct, frozen=True):
    """One of these paths."""

    summary: str
    verbs: Mapping[str, str]
    """What each of `get` and `post` does."""
    body: type[Body] | None = None
    """The fields of `post`; if there is only `get`, those of its query."""


OPEN_PATHS: Mapping[str, OpenPath] = {
    "sys/seal-status": OpenPath("Whether the server is sealed.", {"get": "Tell whether the server is sealed."}),
    "sys/health": OpenPath(
        "The server's health.", {"get": "Tell the server's health, by the status of the answer too."}, HealthBody
    ),
    "sys/seal-backend-status": OpenPath(
        "Whether what the seal depends on is well.", {"get": "Tell whether what the seal depends on is well."}
    ),
    "sys/leader": OpenPath("Which node leads: every one.", {"get": "Tell who leads; here every node does."}),
    "sys/init": OpenPath(
        "Initialisation.", {"get": "Tell whether the server is initialized.", "post": "Initialize it."}, InitBody
    ),
    "sys/unseal": OpenPath("Unsealing.", {"post": "Hand in one key share."}, UnsealBody),
}
