"""Whether the audit log shows what is no secret, and hides what is one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from strongroom.cli.pki.health.check import Check, Parameter
from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.pki.health.mount import Mount
from strongroom.cli.pki.health.settings import names
from strongroom.cli.pki.health.tuning import denied

_REQUEST, _RESPONSE = "audit_non_hmac_request_keys", "audit_non_hmac_response_keys"
_OF_REQUESTS = (
    "csr certificate issuer_ref common_name alt_names other_sans ip_sans uri_sans ttl not_after serial_number key_type "
    "private_key_format managed_key_name managed_key_id ou organization country locality province street_address "
    "postal_code permitted_dns_domains policy_identifiers ext_key_usage_oids"
)
_OF_RESPONSES = "certificate issuing_ca serial_number error ca_chain"
_VISIBLE = ((_REQUEST, _OF_REQUESTS), (_RESPONSE, _OF_RESPONSES))
_SECRETS = "private_key pem_bundle"


def _look(mount: Mount, values: Mapping[str, Any]) -> Iterator[Finding]:
    reply = mount.tune()
    if reply.state == "denied":
        yield denied(mount)
        return
    findings = [*_hidden(mount, reply.data, values["ignored_parameters"]), *_shown(mount, reply.data)]
    yield from findings
    if not findings:
        yield Finding(Status.OK, mount.tune_endpoint, "Mount audit information is configured appropriately.")


def _hidden(mount: Mount, tune: Mapping[str, Any], ignored: frozenset[str]) -> Iterator[Finding]:
    for setting, parameters in _VISIBLE:
        for parameter in parameters.split():
            if parameter not in (tune.get(setting) or ()) and parameter not in ignored:
                yield Finding(
                    Status.INFORMATIONAL,
                    mount.tune_endpoint,
                    f"Mount currently HMACs {parameter} because it is not in {setting}; as this is not a sensitive "
                    "security parameter, it is encouraged to disable HMACing to allow better auditing of the PKI "
                    "engine.",
                )


def _shown(mount: Mount, tune: Mapping[str, Any]) -> Iterator[Finding]:
    for setting in (_REQUEST, _RESPONSE):
        for parameter in _SECRETS.split():
            if parameter in (tune.get(setting) or ()):
                yield Finding(
                    Status.WARNING,
                    mount.tune_endpoint,
                    f"Mount currently doesn't HMAC {parameter} because it is in {setting}; as this is a sensitive "
                    "security parameter it is encouraged to HMAC it in the Audit logs.",
                )


CHECK = Check(
    "audit_visibility",
    "Vault 1.9+",
    "/sys/mounts/{mount}/tune",
    _look,
    (Parameter("ignored_parameters", [], names),),
)
