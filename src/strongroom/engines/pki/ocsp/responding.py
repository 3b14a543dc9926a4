"""Answers to questions."""

from __future__ import annotations

from strongroom.crypto.issuing.private_keys import PrivateKey
from strongroom.crypto.ocsp_responder.answers import Refusal, Standing, Times, answer
from strongroom.crypto.ocsp_responder.questions import CertificateId, Question
from strongroom.crypto.revocation_lists.signers import signer
from strongroom.engines.pki.certificates import rows as certificate_rows
from strongroom.engines.pki.issuers.records import IssuerRecord
from strongroom.engines.pki.keys import rows as key_rows
from strongroom.engines.pki.ocsp import responders
from strongroom.engines.pki.revocation import revoked
from strongroom.engines.pki.revocation.config import config_of, seconds
from strongroom.engines.pki.revocation.lists.groups import Group, groups_of
from strongroom.engines.pki.revocation.records import NONCE_IGNORE
from strongroom.lib.generation import GENERATION
from strongroom.sdk import Request, View

_SLOW_BITS = 3072
"""RSA keys of so many bits sign in some milliseconds: too long for the event loop."""
_READY_PARTS = 8
"""An answer without a nonce is given again for so small a part of its time."""


async def answered(request: Request, question: Question) -> bytes | Refusal:
    """The answer to a question, or why there is none."""
    view = request.view
    config = await config_of(view)
    group = await responders.group_of(view, question)
    issuer = responders.responder(group) if group is not None else None
    if group is None or issuer is None:
        return Refusal.UNAUTHORIZED
    lasts_s = seconds(config.ocsp_expiry)
    nonce = question.nonce if config.ocsp_nonce != NONCE_IGNORE else None
    if nonce is not None or len(question.certificates) > 1 or lasts_s < _READY_PARTS:
        return await _made(request, view, group, issuer, Question(question.certificates, nonce))
    asked = question.certificates[0]
    if not (asked.is_usual and await responders.is_of(view, asked, group) and await _is_stored(view, asked)):
        # Nobody fills the memory with answers about certificates that there aren't, or by spelling those there are.
        return await _made(request, view, group, issuer, question)

    async def build(committed: View) -> bytes:
        return await _made(request, committed, group, issuer, Question((asked,)))

    part = int(request.now * _READY_PARTS // lasts_s)
    return await view.derived(("pki-ocsp", issuer.id, asked.encoded, part), build)


async def _made(request: Request, view: View, group: Group, issuer: IssuerRecord, question: Question) -> bytes:
    config = await config_of(view)
    standings = [await _standing(view, group, each) for each in question.certificates]
    key = await key_rows.loaded(view, issuer.key_id)
    lasts_s = seconds(config.ocsp_expiry)
    times = Times(made_at=request.now, next_at=request.now + lasts_s if lasts_s else 0.0)
    signs = signer(key.loaded, issuer.revocation_signature_algorithm)

    def work() -> bytes:
        return answer(standings, times, group.certificate.subject, signs, question.nonce)

    if not _is_slow(key):
        return work()
    told = "".join(str(each.revoked_at) for each in standings)
    made: bytes = request.once.outside(f"ocsp {issuer.id} {told}", lambda: GENERATION.make(work))
    return made


def _is_slow(key: PrivateKey) -> bool:
    return key.type == "rsa" and key.bits >= _SLOW_BITS


async def _standing(view: View, group: Group, asked: CertificateId) -> Standing:
    if asked.serial <= 0 or not await responders.is_of(view, asked, group):
        return Standing(asked, known=False)
    for gone in await revoked.all_of(view, asked.serial):
        # One whose issuer has left the mount is told by the list that has its entry.
        if gone.list_id == group.id or await _is_of(view, gone.issuer_id, group):
            return Standing(asked, revoked_at=gone.revoked_at, reason=gone.reason)
    stored = await certificate_rows.certificate_of(view, asked.serial)
    # One that isn't stored is good: roles may have it so, and whoever asks has its issuer's signature.
    return Standing(asked, known=stored is None or await _is_of(view, stored.issuer_id, group))


async def _is_stored(view: View, asked: CertificateId) -> bool:
    if asked.serial <= 0:
        return False
    known = await certificate_rows.certificate_of(view, asked.serial) or await revoked.first_of(view, asked.serial)
    return known is not None


async def _is_of(view: View, issuer_id: str, group: Group) -> bool:
    return (await groups_of(view)).of_issuer.get(issuer_id) == group.id
