"""Rows of the kubernetes auth method: `config`, and `role/<name>`."""

from __future__ import annotations

from typing import ClassVar

from strongroom.sdk import Record, SecretRecord
from strongroom.sdk.token_settings import TokenSettings


class Config(SecretRecord, frozen=True, tag="kubernetes-config"):
    """The cluster of the mount, and how its API is asked."""

    limit_bytes: ClassVar[int] = 256 * 1024

    host: str
    ca_cert: str = ""
    """In PEM.  Empty for the pod's own, or for the system's authorities."""
    reviewer_jwt: str = ""
    """Empty for the pod's own, or for the token that logs in."""
    pem_keys: tuple[str, ...] = ()
    issuer: str = ""
    disable_iss_validation: bool = True
    disable_local_ca_jwt: bool = False
    use_annotations_as_alias_metadata: bool = False

    def __repr__(self) -> str:
        return "Config(…)"


class Role(Record, frozen=True, tag="kubernetes-role"):
    """Which service accounts get which tokens."""

    names: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    namespace_selector: str = ""
    """As it was given."""
    namespace_labels: dict[str, str] = {}
    """The labels that the selector demands."""
    audience: str = ""
    alias_name_source: str = "serviceaccount_uid"
    token: TokenSettings = TokenSettings()
