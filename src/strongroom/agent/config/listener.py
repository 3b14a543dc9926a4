"""The `listener` stanzas of an agent (pure)."""

from __future__ import annotations

from strongroom.agent.config.serving import AgentListener
from strongroom.lib.hcl import Block
from strongroom.server.config.addresses import check_listener
from strongroom.server.config.reader import ConfigError, Reader

_WITHOUT_EFFECT = frozenset(
    {
        *("chroot_namespace", "cluster_address", "cors_allowed_headers", "cors_allowed_origins", "cors_enabled"),
        *("disable_unauthed_generate_root_endpoints", "disable_unauthed_rekey_endpoints"),
        *("inflight_requests_logging", "profiling", "telemetry"),
        *("max_json_array_element_count", "max_json_depth", "max_json_object_entry_count"),
        *("max_json_string_value_length", "max_request_json_memory", "max_request_json_strings"),
        *("redact_addresses", "redact_cluster_name", "redact_version"),
    }
)
"""What a listener of the server decides about answers that an agent only passes on."""


def read_listener(reader: Reader, block: Block) -> AgentListener:
    """Read one stanza.

    Raises: `ConfigError` for a type or an address that can't be listened on, and for certificates by ACME.
    """
    kind, where = block.labels[0].lower(), reader.where(block.pos)
    if kind not in {"tcp", "unix"}:
        raise ConfigError(where, f'expected a listener "tcp" or "unix", found "{kind[:64]}"')
    within = f'listener "{kind}"'
    listener = reader.stanza(AgentListener, block.body, within=within, ignored={"type"}, type=kind, where=where)
    if kind == "unix" and not block.body.named("address"):
        raise ConfigError(where, f'expected "address", the path of the socket, in {within}, found none')
    for item in block.body.items:
        if item.name in _WITHOUT_EFFECT:
            reader.notice(item.pos, f"{item.name} has no effect in an agent in {within}")
        elif item.name.startswith("tls_acme_"):
            raise ConfigError(reader.where(item.pos), f"expected tls_cert_file and tls_key_file, found {item.name}")
    if kind == "tcp" and not listener.tls_disable and not (listener.tls_cert_file and listener.tls_key_file):
        raise ConfigError(where, f"expected tls_cert_file and tls_key_file, or tls_disable = true, in {within}")
    check_listener(listener, {item.name: reader.where(item.value.pos) for item in block.body.items})
    return listener
