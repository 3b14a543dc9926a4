"""Whether the audit log shows what is no secret, and hides what is one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from strongroom.cli.pki.health.advice import tuned
from strongroom.cli.pki.health.check import Check, Parameter
from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.pki.health.mount import Mount
from strongroom.cli.pki.health.settings import names

_REQUEST, _RESPONSE = "audit_non_hmac_request_keys", "audit_non_hmac_response_keys"
_OF_REQUESTS = (
    "csr issuer_ref common_name alt_names other_sans ip_sans uri_sans ttl not_after serial_number key_type "
    "private_key_format managed_key_name managed_key_id ou organization country locality province street_address "
    "postal_code permitted_dns_domains policy_identifiers ext_key_usage_oids"
)
"""Without `certificate`: in imports it may have the key, so the server logs a digest of it in any case."""
_OF_RESPONSES = "certificate issuing_ca serial_number error ca_chain"
_VISIBLE = ((_REQUEST, _OF_REQUESTS), (_RESPONSE, _OF_RESPONSES))
_WHERE = {_REQUEST: "requests", _RESPONSE: "answers"}
_SECRETS = "private_key pem_bundle"


def _look(mount: Mount, values: Mapping[str, Any]) -> Iterator[Finding]:
    reply = mount.tune()
    if reply.state == "denied":
        yield mount.refused(reply)
        return
    findings = [*_hidden(mount, reply.data, values["ignored_parameters"]), *_shown(mount, reply.data)]
    yield from findings
    if not findings:
        yield Finding(
            Status.OK,
            mount.tune_endpoint,
            "The audit log has this mount's parameters as they are, and what is secret as digests.",
        )


def _hidden(mount: Mount, tune: Mapping[str, Any], ignored: frozenset[str]) -> Iterator[Finding]:
    for setting, parameters in _VISIBLE:
        for parameter in parameters.split():
            if parameter not in _named(tune, setting) and parameter not in ignored:
                text = (
                    f"{parameter} is no secret, and the audit log has a digest of it in {_WHERE[setting]}. To read it "
                    f"there: {_set(mount, setting, [*_named(tune, setting), parameter])}, which sets the whole list."
                )
                yield Finding(Status.INFORMATIONAL, mount.tune_endpoint, text)


def _shown(mount: Mount, tune: Mapping[str, Any]) -> Iterator[Finding]:
    for setting in (_REQUEST, _RESPONSE):
        for parameter in _SECRETS.split():
            if parameter in _named(tune, setting):
                rest = [each for each in _named(tune, setting) if each != parameter]
                text = (
                    f"{setting} asks for {parameter} in plain, which holds private keys. Strongroom logs a digest all "
                    f"the same; other servers log the key. Take it out: {_set(mount, setting, rest)}"
                )
                yield Finding(Status.WARNING, mount.tune_endpoint, text)


def _named(tune: Mapping[str, Any], setting: str) -> list[str]:
    return list(tune.get(setting) or ())


def _set(mount: Mount, setting: str, names: list[str]) -> str:
    return tuned(mount.path, setting.replace("_", "-"), names)


CHECK = Check(
    "audit_visibility",
    "1.9",
    "/sys/mounts/{mount}/tune",
    _look,
    (Parameter("ignored_parameters", [], names),),
)
