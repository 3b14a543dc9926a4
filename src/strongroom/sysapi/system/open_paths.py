"""What there is to say about the paths that are answered in every state, sealed or not, before any engine is asked.

Source: https://developer.hashicorp.com/vault/api-docs/system/health and its neighbours
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec

from strongroom.sdk.fields import Body, CommaList, Doc


class InitBody(Body, frozen=True):
    """`PUT sys/init`."""

    secret_shares: Annotated[int, Doc(description="How many key shares to make.")] = 0
    secret_threshold: Annotated[int, Doc(description="How many of them unseal.")] = 0
    pgp_keys: Annotated[CommaList | None, Doc(description="A PGP key for each share, to encrypt it.")] = None
    root_token_pgp_key: Annotated[str, Doc(description="A PGP key to encrypt the root token.")] = ""
    stored_shares: Annotated[int, Doc(description="For seals that open by themselves.")] = 0
    recovery_shares: Annotated[int, Doc(description="For seals that open by themselves.")] = 0
    recovery_threshold: Annotated[int, Doc(description="For seals that open by themselves.")] = 0
    recovery_pgp_keys: Annotated[CommaList | None, Doc(description="For seals that open by themselves.")] = None


class UnsealBody(Body, frozen=True):
    """`PUT sys/unseal`."""

    key: Annotated[str, Doc(description="One key share, in hexadecimal or base64.")] = ""
    reset: Annotated[bool, Doc(description="Forget the shares given so far.")] = False
    migrate: Annotated[bool, Doc(description="For going over to another kind of seal.")] = False

    def __repr__(self) -> str:
        return f"UnsealBody(reset={self.reset})"


class HealthBody(Body, frozen=True):
    """`GET sys/health`."""

    standbyok: Annotated[bool, Doc(description="Taken for Vault's sake: there is no standby.")] = False
    perfstandbyok: Annotated[bool, Doc(description="Taken for Vault's sake: there is no standby.")] = False
    activecode: Annotated[int, Doc(description="The status of an unsealed node.")] = 200
    standbycode: Annotated[int, Doc(description="Taken for Vault's sake: there is no standby.")] = 429
    sealedcode: Annotated[int, Doc(description="The status of a sealed node.")] = 503
    uninitcode: Annotated[int, Doc(description="The status of a node that is not initialized.")] = 501
    unavailablecode: Annotated[
        int, Doc(description="The status of a node whose store or audit log can't be written or reached.")
    ] = 503


class OpenPath(msgspec.Struct, frozen=True):
    """One of these paths."""

    summary: str
    verbs: Mapping[str, str]
    """What each of `get` and `post` does."""
    body: type[Body] | None = None
    """Of `post`; where there is only `get`, of its query."""


OPEN_PATHS: Mapping[str, OpenPath] = {
    "sys/seal-status": OpenPath("Whether the server is sealed.", {"get": "Tell whether the server is sealed."}),
    "sys/health": OpenPath(
        "The server's health.", {"get": "Tell the server's health, by the status of the answer too."}, HealthBody
    ),
    "sys/leader": OpenPath("Which node leads: every one.", {"get": "Tell who leads; here every node does."}),
    "sys/init": OpenPath(
        "Initialisation.", {"get": "Tell whether the server is initialized.", "post": "Initialize it."}, InitBody
    ),
    "sys/unseal": OpenPath("Unsealing.", {"post": "Hand in one key share."}, UnsealBody),
}
