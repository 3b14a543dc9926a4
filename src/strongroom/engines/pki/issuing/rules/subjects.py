"""The subject of a certificate: from the role, but for the common name, the serial number and user ids (p)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from strongroom.crypto.issuing.contents import Subject
from strongroom.engines.pki.issuing.rules.asked import Asked
from strongroom.engines.pki.issuing.rules.globs import fits
from strongroom.engines.pki.issuing.rules.texts import has_control_characters
from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.lib.errors import InvalidRequest

COMMON_NAME_CHARACTERS: Final = 64
"""Source: RFC 5280, appendix A.1, `ub-common-name`.  Many clients refuse a longer one, and so do many libraries."""
ATTRIBUTE_CHARACTERS: Final = 64
"""Of `serialNumber` (`ub-serial-number`); user ids have 256 (RFC 4524, section 2.16 gives no lower bound for them)."""
USER_ID_CHARACTERS: Final = 256
USER_IDS: Final = 16
JSON, JSON_CSR = "json", "json-csr"
"""Where the subject's serial number comes from: the request alone, or the certificate request if that has none."""


def subject_of(role: RoleRecord, asked: Asked) -> tuple[Subject, tuple[str, ...]]:
    """The subject, and warnings.

    Raises: `InvalidRequest` for a part that is missing, that the role doesn't allow, or that is too long.
    """
    common_name, told = chosen_name(role, asked)
    if not common_name and role.require_cn:
        raise InvalidRequest(
            'the common_name field is required, or must be provided in a CSR with "use_csr_common_name" set to true, '
            'unless "require_cn" is set to false'
        )
    _check_text("common_name", common_name, COMMON_NAME_CHARACTERS)
    serial_number = asked.serial_number
    if asked.requested is not None and role.serial_number_source == JSON_CSR:
        serial_number = serial_number or asked.requested.serial_number
    if serial_number and not _any(role.allowed_serial_numbers, serial_number):
        raise InvalidRequest(
            f"serial_number {serial_number[:256]} not allowed by this role: allowed_serial_numbers has "
            f"{_listed(role.allowed_serial_numbers)}"
        )
    _check_text("serial_number", serial_number, ATTRIBUTE_CHARACTERS)
    if len(asked.user_ids) > USER_IDS:
        raise InvalidRequest(f"user_ids has more than {USER_IDS} items")
    for each in asked.user_ids:
        if not _any(role.allowed_user_ids, each):
            raise InvalidRequest(
                f"user_id {each[:256]} is not allowed by this role: allowed_user_ids has "
                f"{_listed(role.allowed_user_ids)}"
            )
        _check_text("a user id", each, USER_ID_CHARACTERS)
    subject = Subject(
        country=role.country,
        organization=role.organization,
        ou=role.ou,
        locality=role.locality,
        province=role.province,
        street_address=role.street_address,
        postal_code=role.postal_code,
        common_name=common_name,
        serial_number=serial_number,
        user_ids=asked.user_ids,
    )
    return subject, told


def chosen_name(role: RoleRecord, asked: Asked) -> tuple[str, tuple[str, ...]]:
    """The common name, of the field or of the certificate request, and warnings.  Nothing is checked."""
    if asked.requested is None or not role.use_csr_common_name:
        return asked.common_name, ()
    told = 'the common_name field was provided but the role is set with "use_csr_common_name" set to true'
    return asked.requested.common_name or asked.common_name, (told,) if asked.common_name else ()


def _check_text(what: str, text: str, most: int) -> None:
    if has_control_characters(text):
        raise InvalidRequest(f"{what} has a control character")
    if len(text) > most:
        raise InvalidRequest(f"{what} has {len(text)} characters, where certificates have {most} at most")


def _any(patterns: Sequence[str], text: str) -> bool:
    return any(fits(pattern, text) for pattern in patterns)


def _listed(patterns: Sequence[str]) -> str:
    return ", ".join(patterns)[:256] or "nothing"
