"""From a role and a request to all that a certificate says, but for its key and its serial number (p)."""

from __future__ import annotations

import msgspec

from strongroom.crypto.issuing.contents import Access, Draft, Names, Subject
from strongroom.engines.pki.issuing.rules.asked import Asked
from strongroom.engines.pki.issuing.rules.context import Context
from strongroom.engines.pki.issuing.rules.names import names_of
from strongroom.engines.pki.issuing.rules.subjects import subject_of
from strongroom.engines.pki.issuing.rules.usages import Usages, usages_of
from strongroom.engines.pki.issuing.rules.validity import Validity, validity_of
from strongroom.engines.pki.roles.records import RoleRecord


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What a role allows of what a client asks for."""

    subject: Subject
    names: Names
    usages: Usages
    validity: Validity
    warnings: tuple[str, ...] = ()
    """All of them, those of `validity` too."""

    def draft(self, serial: int, public: bytes, access: Access, subject_key_id: bytes = b"") -> Draft:
        """What is signed."""
        return Draft(
            serial=serial,
            public=public,
            not_before=self.validity.not_before,
            not_after=self.validity.not_after,
            subject=self.subject,
            names=self.names,
            key_usage=self.usages.key_usage,
            ext_key_usage=self.usages.ext_key_usage,
            basic_constraints=self.usages.basic_constraints,
            policies=self.usages.policies,
            access=access,
            subject_key_id=subject_key_id,
        )


def judged(role: RoleRecord, asked: Asked, context: Context) -> Judged:
    """What goes into the certificate.

    Raises: `InvalidRequest` for anything that the role doesn't allow, or that no certificate can hold.
    """
    subject, told = subject_of(role, asked)
    names, more = names_of(role, asked, subject.common_name, context)
    usages = usages_of(role)
    validity = validity_of(role, asked, context)
    return Judged(
        subject=subject,
        names=names,
        usages=usages,
        validity=validity,
        warnings=(*told, *more, *validity.warnings),
    )
