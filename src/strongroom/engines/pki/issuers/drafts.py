"""From a request to all that the certificate of an authority says, but for its key and its serial number (p)."""

from __future__ import annotations

from typing import Final

import msgspec

from strongroom.crypto.issuing import usages
from strongroom.crypto.issuing.contents import Access, Draft, Names, Subject
from strongroom.engines.pki.issuers.constraints import constraints_of
from strongroom.engines.pki.issuers.fields import CertificateFields, SubjectFields
from strongroom.engines.pki.issuing.rules import Context, validity_of
from strongroom.engines.pki.issuing.rules.names import names_of
from strongroom.engines.pki.issuing.rules.oids import is_oid
from strongroom.engines.pki.issuing.rules.subjects import subject_of
from strongroom.engines.pki.issuing.rules.validity import Validity
from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import CommaList, replace

_ANYTHING: Final = RoleRecord(
    allow_any_name=True,
    enforce_hostnames=False,
    allowed_uri_sans=("*",),
    allowed_other_sans=("*",),
    allowed_serial_numbers=("*",),
    allowed_user_ids=("*",),
    cn_validations=("disabled",),
    require_cn=False,
)
"""Who makes authorities may call them as he likes."""
_AUTHORITY_USAGES: Final = ("key_cert_sign", "crl_sign")
_ATTRIBUTES: Final = (
    "country",
    "organization",
    "ou",
    "locality",
    "province",
    "street_address",
    "postal_code",
)
_MOST_VALUES: Final = 16
_MOST_CHARACTERS: Final = 256
NO_PATH: Final = -1
"""`max_path_length` for no limit."""


class Named(msgspec.Struct, frozen=True):
    """Whom a certificate is for."""

    subject: Subject
    names: Names


class Usages(msgspec.Struct, frozen=True):
    """What an authority's key is used for."""

    key_usage: tuple[str, ...]
    ext_key_usage: tuple[str, ...]


def named(body: SubjectFields, context: Context, common_name: str = "") -> Named:
    """Whom a certificate is for.

    Args:
        common_name: the one that counts if the request has none.

    Raises: `InvalidRequest` for what no certificate can hold.
    """
    values = {name: _attribute(name, getattr(body, name)) for name in _ATTRIBUTES}
    role = replace(_ANYTHING, **values)
    asked = replace(body.asked(), common_name=body.common_name or common_name)
    # The name of an authority is mostly no host, and nobody misses it among the alternative names.
    subject, _ = subject_of(role, asked)
    names, _ = names_of(role, asked, subject.common_name, context)
    return Named(subject, names)


def validity(body: SubjectFields, context: Context) -> Validity:
    """From when until when a certificate is valid.  Raises `InvalidRequest` as `rules.validity_of` does."""
    return validity_of(replace(_ANYTHING, not_before_duration_s=body.not_before_duration), body.asked(), context)


def used(body: CertificateFields) -> Usages:
    """What the key is used for.  Raises `InvalidRequest` for a usage that isn't known."""
    key_usage = [_known("key_usage", name, usages.key_usage(name)) for name in filter(None, body.key_usage or ())]
    extended = [
        _known("ext_key_usage", name, usages.ext_key_usage(name)) for name in filter(None, body.ext_key_usage or ())
    ]
    for oid in filter(None, body.ext_key_usage_oids or ()):
        if not is_oid(oid):
            raise InvalidRequest(f'ext_key_usage_oids: "{oid[:256]}" is no object identifier')
        extended.append(oid)
    return Usages(tuple(dict.fromkeys((*key_usage, *_AUTHORITY_USAGES))), tuple(dict.fromkeys(extended)))


def path_length(given: int | None, above: int | None = None) -> int | None:
    """How many authorities may stand below.

    Args:
        given: as in a request.
        above: what the certificates of the issuer and of those above it leave; None for any number.

    Raises: `InvalidRequest` for a number that there can't be, or if there may be none below the issuer.
    """
    if above is not None and above <= 0:
        raise InvalidRequest(
            "signing certificate has a max path length of zero, and cannot issue further CA certificates"
        )
    if given is None:
        return above - 1 if above is not None else None
    if not NO_PATH <= given <= 255:
        raise InvalidRequest(f"max_path_length is {given}, where it is from 0 to 255, or -1 for no limit")
    return None if given == NO_PATH else given


def draft_of(
    body: CertificateFields,
    found: Named,
    valid: Validity,
    *,
    serial: int,
    public: bytes,
    path: int | None,
    access: Access,
    key_id: bytes = b"",
) -> Draft:
    """The certificate of an authority.  Raises `InvalidRequest` as `used` and `constraints_of` do."""
    usage = used(body)
    return Draft(
        serial=serial,
        public=public,
        not_before=valid.not_before,
        not_after=valid.not_after,
        subject=found.subject,
        names=found.names,
        key_usage=usage.key_usage,
        ext_key_usage=usage.ext_key_usage,
        basic_constraints="authority",
        path_length=path,
        constraints=constraints_of(body),
        access=access,
        subject_key_id=key_id,
    )


def nameless(draft: Draft) -> list[str]:
    """A warning for an authority without a name.  Source: RFC 5280, section 4.1.2.6"""
    if draft.subject:
        return []
    return ["This authority has no subject: many programs refuse certificates whose issuer has no name."]


def zero_path(path: int | None) -> list[str]:
    """A warning for an authority that can have none below it."""
    if path != 0:
        return []
    return ["The maximum path length is 0: this authority can issue certificates, but have no authority below it."]


def _attribute(name: str, given: CommaList | None) -> tuple[str, ...]:
    found = tuple(filter(None, given or ()))
    if len(found) > _MOST_VALUES or any(len(each) > _MOST_CHARACTERS for each in found):
        raise InvalidRequest(f"{name} has at most {_MOST_VALUES} values of {_MOST_CHARACTERS} characters")
    if any(not each.isprintable() for each in found):
        raise InvalidRequest(f"{name} has a control character")
    return found


def _known(field: str, name: str, found: str | None) -> str:
    if found is None:
        raise InvalidRequest(f'{field}: "{name[:256]}" isn\'t known')
    return found
