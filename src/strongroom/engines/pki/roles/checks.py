"""Which roles there can be (p).

What would only fail when a certificate is asked for is refused here already.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Final

from strongroom.crypto.issuing import usages
from strongroom.crypto.issuing.private_keys import check_size
from strongroom.crypto.issuing.signing import SIGNATURE_BITS
from strongroom.engines.pki.issuing.rules.keys import ANY
from strongroom.engines.pki.issuing.rules.moments import is_moment
from strongroom.engines.pki.issuing.rules.names import others
from strongroom.engines.pki.issuing.rules.names.hosts import CN_VALIDATIONS, DISABLED
from strongroom.engines.pki.issuing.rules.oids import is_oid
from strongroom.engines.pki.issuing.rules.subjects import JSON, JSON_CSR
from strongroom.engines.pki.issuing.rules.texts import has_control_characters
from strongroom.engines.pki.issuing.rules.validity import DURATION, FORBID, PERMIT, TTL_LIMITED
from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest

_LISTS: Final = tuple(name for name in RoleRecord.__struct_fields__ if isinstance(getattr(RoleRecord(), name), tuple))
_SUBJECT: Final = ("ou", "organization", "country", "locality", "province", "street_address", "postal_code")
DUPLICATES: Final = 1000
"""The largest `duplicate_limit`.  All of them are looked at when one more is asked for."""


def check(role: RoleRecord) -> None:
    """Raise `InvalidRequest` for a role that there can't be."""
    _check_lengths(role)
    _check_keys(role)
    _check_names(role)
    _check_usages(role)
    _check_times(role)
    if role.duplicate_limit < 0 or role.duplicate_limit > DUPLICATES:
        raise InvalidRequest(f"duplicate_limit is from 0 to {DUPLICATES}")
    if bool(role.duplicate_limit) != bool(role.duplicate_window_s):
        raise InvalidRequest("duplicate_limit and duplicate_window count together: give both, or neither")
    if role.duplicate_limit and role.no_store:
        raise InvalidRequest("duplicate_limit counts stored certificates, and no_store is true")


def _check_lengths(role: RoleRecord) -> None:
    for name in _LISTS:
        if name != "policy_identifiers":
            limits.check_names(name, getattr(role, name))
    for name in _SUBJECT:
        for value in getattr(role, name):
            if has_control_characters(value):
                raise InvalidRequest(f"{name} has a control character")
    limits.check_name("issuer_ref", role.issuer_ref)


def _check_keys(role: RoleRecord) -> None:
    if role.key_type not in {ANY, "ed25519"}:
        check_size(role.key_type, role.key_bits)
    if role.key_bits < 0:
        raise InvalidRequest(f"unsupported bit length for key: {role.key_bits}")
    if role.signature_bits and role.signature_bits not in SIGNATURE_BITS:
        raise InvalidRequest(
            f"unsupported signature_bits: {role.signature_bits}, where 256, 384 and 512 are known, and 0"
        )


def _check_names(role: RoleRecord) -> None:
    for cidr in role.allowed_ip_sans_cidr:
        if not _is_cidr(cidr):
            raise InvalidRequest(f"error parsing allowed_ip_sans_cidr: invalid CIDR address: {cidr}")
    for name in role.allowed_other_sans:
        if name == others.ANY:
            continue
        try:
            others.split(name)
        except InvalidRequest as error:
            raise InvalidRequest(f"error parsing allowed_other_sans: {error.text}") from error
    for validation in role.cn_validations:
        if validation not in CN_VALIDATIONS:
            raise InvalidRequest(f"cn_validations value incorrect: unknown type: `{validation}`")
    if DISABLED in role.cn_validations and len(set(role.cn_validations)) > 1:
        raise InvalidRequest(
            "cn_validations value incorrect: cannot specify `disabled` along with `email` or `hostname`"
        )
    if role.serial_number_source not in {JSON, JSON_CSR}:
        raise InvalidRequest(f"unknown serial_number_source {role.serial_number_source}: it is {JSON_CSR} or {JSON}")


def _check_usages(role: RoleRecord) -> None:
    # The peer takes an unknown name, and issues certificates without any limit then.
    _check_known("key_usage", [name for name in role.key_usage if usages.key_usage(name) is None], usages.KEY_USAGES)
    _check_known(
        "ext_key_usage",
        [name for name in role.ext_key_usage if usages.ext_key_usage(name) is None],
        usages.EXT_KEY_USAGES,
    )
    for oid in role.ext_key_usage_oids:
        if not is_oid(oid):
            raise InvalidRequest(f'"{oid}" could not be parsed as a valid oid for an extended key usage')


def _check_known(field: str, unknown: Sequence[str], known: Sequence[str] | dict[str, str]) -> None:
    if unknown:
        raise InvalidRequest(f"{field} has the unknown name {unknown[0]}; known are, in any case: {', '.join(known)}")


def _check_times(role: RoleRecord) -> None:
    if 0 < role.max_ttl_s < role.ttl_s:
        raise InvalidRequest('"ttl" value must be less than "max_ttl" value')
    for name in ("not_before", "not_after"):
        text = getattr(role, name)
        if text and not is_moment(text):
            raise InvalidRequest(
                f'parsing time "{text[:64]}": {name} is a time in RFC 3339, such as 2030-01-31T12:00:00Z'
            )
    if role.not_before_bound not in {PERMIT, DURATION, FORBID}:
        raise InvalidRequest(
            "Unknown value for field `not_before_bound`. Possible values are `permit` `duration` or `forbid`"
        )
    if role.not_after_bound not in {PERMIT, TTL_LIMITED, FORBID} and not is_moment(role.not_after_bound):
        raise InvalidRequest(
            "Unknown value for field `not_after_bound`. Possible values are `permit`, `ttl-limited`, `forbid`, "
            "or an explicit timestamp."
        )


def _is_cidr(text: str) -> bool:
    if "/" not in text or "%" in text:
        return False
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    # A mask in another form than a number of bits isn't one to the peer.
    return text.rpartition("/")[2].isdigit()
