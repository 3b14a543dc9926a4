"""Which issuer answers a question."""

from __future__ import annotations

from strongroom.crypto.ocsp_responder.issuers import digests
from strongroom.crypto.ocsp_responder.questions import CertificateId, Question
from strongroom.engines.pki.issuers.records import OCSP_SIGNING, IssuerRecord
from strongroom.engines.pki.revocation.lists.groups import Group, groups_of, member_of
from strongroom.sdk import View

_Named = tuple[str, bytes, bytes]


async def _named(view: View) -> dict[_Named, str]:
    """The group of issuers that each pair of digests names."""

    async def build(committed: View) -> dict[_Named, str]:
        groups = (await groups_of(committed)).by_id.values()
        return {name: group.id for group in groups for name in await _names(committed, group)}

    return await view.derived("pki-ocsp-issuers", build)


async def _names(view: View, group: Group) -> list[_Named]:
    """The digests that name a group, kept while its first issuer is the same: another issuer's change costs little."""

    async def build(committed: View) -> list[_Named]:
        member = await member_of(committed, group.issuers[0].id)
        return digests(member.certificate) if member is not None else []

    return await view.derived(("pki-ocsp-names", group.issuers[0].id), build)


def _name(asked: CertificateId) -> _Named:
    return asked.hashed, asked.name_hash, asked.key_hash


async def group_of(view: View, question: Question) -> Group | None:
    """The issuers of the first certificate that is one of this mount.

    Returns: those of the default issuer if there is none, which says of all that they are unknown; None without one.
    """
    names, groups = await _named(view), await groups_of(view)
    found = next((names[_name(each)] for each in question.certificates if _name(each) in names), groups.default)
    return groups.by_id.get(found)


async def is_of(view: View, asked: CertificateId, group: Group) -> bool:
    """Whether a question names these issuers as those of a certificate."""
    return (await _named(view)).get(_name(asked)) == group.id


def responder(group: Group) -> IssuerRecord | None:
    """The issuer that signs answers; None if none of them may, or has its key here."""
    return next((each for each in group.issuers if each.key_id and OCSP_SIGNING in each.usage), None)
