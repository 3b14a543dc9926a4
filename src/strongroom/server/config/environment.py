"""Applies environment variables to a configuration (pure: the environment is an argument).

Source: https://developer.hashicorp.com/vault/docs/configuration, the "Environment variables" of its pages
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from strongroom.lib.hcl import HclError, Literal, Position
from strongroom.server.config.addresses import check_connection_url, check_url
from strongroom.server.config.config import Config
from strongroom.server.config.reader import (
    ConfigError,
    Convert,
    Reader,
    Where,
    boolean,
    integer,
    network_address,
    one_of,
    seconds,
    text,
)
from strongroom.server.config.stanzas import LOG_FORMATS, LOG_LEVELS, SealConfig, StorageConfig, UserLockout

_PREFIXES = ("STRONGROOM_", "BAO_", "VAULT_")
"""The first one that is set wins."""

_SETTINGS: Mapping[str, tuple[str, Convert]] = {
    "API_ADDR": ("api_addr", network_address),
    "CLUSTER_ADDR": ("cluster_addr", network_address),
    "LOG_LEVEL": ("log_level", one_of(*LOG_LEVELS)),
    "LOG_FORMAT": ("log_format", one_of(*LOG_FORMATS)),
    "LOG_FILE": ("log_file", text),
    "LOG_ROTATE_BYTES": ("log_rotate_bytes", integer),
    "LOG_ROTATE_DURATION": ("log_rotate_duration_s", seconds),
    "LOG_ROTATE_MAX_FILES": ("log_rotate_max_files", integer),
    "UI": ("ui", boolean),
}
_OLD_API_ADDR = ("REDIRECT_ADDR", "ADVERTISE_ADDR")

_STORAGE_OPTIONS: Mapping[str, Mapping[str, str]] = {
    "raft": {"_RAFT_PATH": "path", "_RAFT_NODE_ID": "node_id"},
    "postgresql": {"_PG_CONNECTION_URL": "connection_url"},
    "consul": {"CONSUL_HTTP_ADDR": "address", "CONSUL_HTTP_TOKEN": "token"},
    "etcd": {"ETCD_ADDR": "address", "ETCD_USERNAME": "username", "ETCD_PASSWORD": "password"},
    "s3": {"AWS_S3_BUCKET": "bucket", "AWS_S3_ENDPOINT": "endpoint"},
    "dynamodb": {"AWS_DYNAMODB_TABLE": "table", "AWS_DYNAMODB_ENDPOINT": "endpoint"},
    "gcs": {"GOOGLE_STORAGE_BUCKET": "bucket"},
    "azure": {
        "AZURE_ACCOUNT_NAME": "accountName",
        "AZURE_ACCOUNT_KEY": "accountKey",
        "AZURE_BLOB_CONTAINER": "container",
    },
}
"""Storage type → variable → option; a leading `_` stands for each of the prefixes."""

_SEAL_OPTIONS: Mapping[str, Mapping[str, str]] = {
    "awskms": {"_AWSKMS_SEAL_KEY_ID": "kms_key_id", "AWS_REGION": "region", "AWS_KMS_ENDPOINT": "endpoint"},
    "azurekeyvault": {
        "_AZUREKEYVAULT_VAULT_NAME": "vault_name",
        "_AZUREKEYVAULT_KEY_NAME": "key_name",
        "AZURE_TENANT_ID": "tenant_id",
        "AZURE_CLIENT_ID": "client_id",
        "AZURE_CLIENT_SECRET": "client_secret",
    },
    "gcpckms": {
        "_GCPCKMS_SEAL_KEY_RING": "key_ring",
        "_GCPCKMS_SEAL_CRYPTO_KEY": "crypto_key",
        "GOOGLE_CREDENTIALS": "credentials",
        "GOOGLE_PROJECT": "project",
        "GOOGLE_REGION": "region",
    },
    "ocikms": {
        "_OCIKMS_SEAL_KEY_ID": "key_id",
        "_OCIKMS_CRYPTO_ENDPOINT": "crypto_endpoint",
        "_OCIKMS_MANAGEMENT_ENDPOINT": "management_endpoint",
    },
    "alicloudkms": {"_ALICLOUDKMS_SEAL_KEY_ID": "kms_key_id", "ALICLOUD_REGION": "region"},
    "transit": {
        "_TRANSIT_SEAL_KEY_NAME": "key_name",
        "_TRANSIT_SEAL_MOUNT_PATH": "mount_path",
        "_TRANSIT_SEAL_DISABLE_RENEWAL": "disable_renewal",
    },
    "pkcs11": {
        "_HSM_LIB": "lib",
        "_HSM_SLOT": "slot",
        "_HSM_TOKEN_LABEL": "token_label",
        "_HSM_PIN": "pin",
        "_HSM_KEY_LABEL": "key_label",
        "_HSM_KEY_ID": "key_id",
        "_HSM_HMAC_KEY_LABEL": "hmac_key_label",
        "_HSM_MECHANISM": "mechanism",
    },
}


def apply_environment(config: Config, environment: Mapping[str, str]) -> Config:
    """The configuration with the environment's overrides.

    Args:
        config: of all files, merged.
        environment: of the process.  An empty variable counts as unset.

    Raises:
        ConfigError: a variable's value has the wrong type; the place is the variable's name.
    """

    def lookup(name: str) -> tuple[str, str]:
        """The variable that is set, and its value; empty texts if none is."""
        names = [f"{prefix}{name[1:]}" for prefix in _PREFIXES] if name.startswith("_") else [name]
        return next(((variable, found) for variable in names if (found := environment.get(variable))), ("", ""))

    settings: dict[str, Any] = {}
    for suffix in reversed(_OLD_API_ADDR):
        if value := lookup(f"_{suffix}")[1]:
            settings["api_addr"] = value
    for suffix, (attribute, convert) in _SETTINGS.items():
        variable, value = lookup(f"_{suffix}")
        if value:
            settings[attribute] = _converted(variable, value, convert)
        if value and attribute == "api_addr":
            check_url(Where(f"${variable}", 1), value)
    return replace(
        config,
        settings=replace(config.settings, **settings),
        storage=_storage(config.storage, lookup),
        ha_storage=_storage(config.ha_storage, lookup),
        seals=_seals(config.seals, lookup),
        user_lockouts=_lockouts(config.user_lockouts, lookup),
    )


def _converted(variable: str, value: str, convert: Convert) -> object:
    reader = Reader(f"${variable}")
    try:
        return convert(reader, Literal(value, Position(1, 1)))
    except HclError as error:
        raise ConfigError(reader.where(error.pos), error.problem) from None


def _overridden(
    options: Mapping[str, str], variables: Mapping[str, str], lookup: Callable[[str], tuple[str, str]]
) -> dict[str, str]:
    found = {option: value for name, option in variables.items() if (value := lookup(name)[1])}
    return {**options, **found}


def _storage(storage: StorageConfig | None, lookup: Callable[[str], tuple[str, str]]) -> StorageConfig | None:
    if storage is None:
        return None
    variable, url = lookup("_PG_CONNECTION_URL")
    if url and storage.type == "postgresql":
        check_connection_url(Where(f"${variable}", 1), url)
    return replace(storage, options=_overridden(storage.options, _STORAGE_OPTIONS.get(storage.type, {}), lookup))


def _seals(seals: tuple[SealConfig, ...], lookup: Callable[[str], tuple[str, str]]) -> tuple[SealConfig, ...]:
    """The variables apply to a single seal.  With several seals, a variable couldn't name the one it means."""
    variable, kind = lookup("_SEAL_TYPE")
    if not seals and kind:
        seals = (SealConfig(kind.lower(), Where(f"${variable}", 1), kind.lower()),)
    if len(seals) != 1:
        return seals
    return (replace(seals[0], options=_overridden(seals[0].options, _SEAL_OPTIONS.get(seals[0].type, {}), lookup)),)


def _lockouts(lockouts: tuple[UserLockout, ...], lookup: Callable[[str], tuple[str, str]]) -> tuple[UserLockout, ...]:
    """The switch that turns every lockout off."""
    variable, value = lookup("_DISABLE_USER_LOCKOUT")
    if not value or not _converted(variable, value, boolean):
        return lockouts
    return (UserLockout("all", Where(f"${variable}", 1), disabled=True),)
