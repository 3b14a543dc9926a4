"""What the API shows of the configuration: settings by name, none of which can hold a secret (pure).

A list of what is left out would show each new setting until somebody thinks of it; this one shows what is named.

Source: https://developer.hashicorp.com/vault/api-docs/system/config-state
"""

from __future__ import annotations

from typing import Any, Final

from strongroom.server.config.config import Config, Listener, SealConfig, StorageConfig

_SETTINGS: Final = (
    *("api_addr", "cluster_addr", "disable_cache", "introspection_endpoint", "log_format"),
    *("log_level", "pid_file", "raw_storage_endpoint", "workers"),
)
_LISTENER: Final = ("address", "cluster_address", "tls_disable", "tls_min_version", "proxy_protocol_behavior")


def shown_settings(config: Config) -> dict[str, Any]:
    """The settings of a configuration, as `sys/config/state/sanitized` has them."""
    own = config.settings
    storage = config.storage
    return {
        **{name: getattr(own, name) for name in _SETTINGS},
        "default_max_request_duration": own.default_max_request_duration_s,
        "enable_ui": own.ui,
        "plugins": list(own.plugins),
        "listeners": [_listener(each) for each in config.listeners],
        "seals": [_seal(each) for each in config.seals] or [{"type": "shamir", "disabled": False}],
        "storage": {
            "type": storage.type if storage is not None else "",
            "redirect_addr": own.api_addr,
            "cluster_addr": own.cluster_addr,
            **_bound(storage),
        },
    }


def _bound(storage: StorageConfig | None) -> dict[str, str]:
    """How old an answer may be, if the configuration lets it be old."""
    bound = storage.options.get("max_staleness", "") if storage is not None else ""
    return {"max_staleness": bound} if bound else {}


def _listener(listener: Listener) -> dict[str, Any]:
    return {"type": listener.type, "config": {name: getattr(listener, name) for name in _LISTENER}}


def _seal(seal: SealConfig) -> dict[str, Any]:
    return {"type": seal.type, "name": seal.name, "disabled": seal.disabled}
