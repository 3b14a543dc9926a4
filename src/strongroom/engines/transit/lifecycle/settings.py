"""Settings of keys, and which of them go together (p).

Source: https://openbao.org/api-docs/secret/transit/#create-key
"""

from __future__ import annotations

from strongroom.engines.transit.key_types import KEY_TYPES, OTHER_NAMES, KeyType, unknown_type
from strongroom.engines.transit.key_types.hybrid import EC_TYPES, HYBRID, PQC_TYPES
from strongroom.engines.transit.key_types.macs import HMAC, HMAC_BYTES, HMAC_MOST_BYTES
from strongroom.lib.errors import InvalidRequest

SHORTEST_ROTATION_S = 3600
_ELSEWHERE = frozenset({"managed_key", "external-key"})


def type_and_set(name: str, parameter_set: str) -> tuple[KeyType, str]:
    """The type that a client names, and the parameter set.

    Some names of other servers, such as `mldsa-44`, stand for both.

    Raises: `InvalidRequest` for a type that there is none of, and for a set that the type doesn't have.
    """
    if name in _ELSEWHERE:
        raise InvalidRequest(f"keys of type {name} live in other hardware, which this server doesn't use")
    called, set_of_name = OTHER_NAMES.get(name, (name, ""))
    type_ = KEY_TYPES.get(called)
    if type_ is None:
        raise unknown_type(name)
    if set_of_name and parameter_set not in ("", set_of_name):
        raise InvalidRequest(f"key type {name} contradicts parameter_set {parameter_set}")
    parameter_set = set_of_name or parameter_set
    if parameter_set and not type_.parameter_sets:
        raise InvalidRequest(f"parameter_set is not valid for key type {name}")
    if type_.parameter_sets and parameter_set not in type_.parameter_sets:
        known = ", ".join(type_.parameter_sets)
        raise InvalidRequest(f'invalid parameter set "{parameter_set}" for key type {name}; it is one of {known}')
    type_.check()
    return type_, parameter_set


def check_hybrid(type_: KeyType, pqc: str, ec: str) -> None:
    """Raise `InvalidRequest` unless a hybrid key names its two types, and another key none."""
    if type_.name != HYBRID:
        if pqc or ec:
            raise InvalidRequest(f"hybrid_key_type_pqc and hybrid_key_type_ec are not valid for key type {type_.name}")
        return
    for field, given, known in (("pqc", pqc, PQC_TYPES), ("ec", ec, tuple(EC_TYPES))):
        if given not in known:
            raise InvalidRequest(
                f'invalid hybrid_key_type_{field} "{given}" for hybrid key; it is one of {", ".join(known)}'
            )


def key_size(type_: KeyType, asked: int) -> int:
    """The bytes of a key of type `hmac`; 0 for other types.  Raises `InvalidRequest`."""
    if type_.name != HMAC:
        if asked:
            raise InvalidRequest(f"key_size is not valid for algorithm {type_.name}")
        return 0
    if asked and not HMAC_BYTES <= asked <= HMAC_MOST_BYTES:
        raise InvalidRequest(f"invalid key_size {asked}: an HMAC key has {HMAC_BYTES} to {HMAC_MOST_BYTES} bytes")
    return asked or HMAC_BYTES


def check_rotation_period(period_s: int) -> None:
    """Raise `InvalidRequest` for a period of rotation that is shorter than an hour, unless it is none."""
    if 0 < period_s < SHORTEST_ROTATION_S:
        raise InvalidRequest("auto rotate period must be 0 to disable or at least an hour")


def check_derivation(type_: KeyType, *, derived: bool, convergent: bool) -> None:
    """Raise `InvalidRequest` for a key whose type has no derivation, or no convergent encryption."""
    if convergent and not derived:
        raise InvalidRequest("convergent encryption requires derivation to be enabled")
    if derived and not type_.derives:
        raise InvalidRequest(f"key derivation and convergent encryption not supported for keys of type {type_.name}")
    if convergent and not type_.converges:
        raise InvalidRequest(f"convergent encryption not supported for keys of type {type_.name}")
