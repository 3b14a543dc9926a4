"""Asks OCSP responders about a client's certificate, and keeps what they say for as long as it counts.

Nothing here runs within a transaction.  A responder that hangs takes its own places only.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import structlog

from strongroom.auth.cert.records import Role
from strongroom.crypto import chains, ocsp
from strongroom.crypto.certificates import Certificate, certificates_of_pem
from strongroom.crypto.ocsp import Answer, Standing, Unproved
from strongroom.lib.clock import Clock, SystemClock
from strongroom.lib.errors import InvalidRequest, RateLimited, UpstreamFailed
from strongroom.lib.outgoing import Http, Slots, check_url
from strongroom.lib.rand import Random, SystemRandom

log = structlog.get_logger("cert")

REVOKED = "the certificate is revoked, as its OCSP responder says"
_TOTAL_S = 10.0
"""For one responder, with all attempts and the wait for a place."""
_ONCE_S = 4.0
_ALL_S = 30.0
"""For all responders of a certificate, one after the other."""
_FIRST_PAUSE_S = 0.1
_MOST_BYTES = 64 * 1024
_MOST_RESPONDERS = 16
_MOST_MOUNTS = 1024
_NONCE_BYTES = 16
_OK = 200
_HEADERS = {"content-type": "application/ocsp-request", "accept": "application/ocsp-response"}


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What has to be found out about a certificate, and by which rules."""

    mount: str
    """The id of the mount, whose cache it is."""
    leaf: Certificate
    issuer: Certificate
    role: Role = field(repr=False)
    most_kept: int
    """Answers that the mount keeps."""

    @property
    def name(self) -> str:
        """Tells it apart from inquiries with another certificate, or other rules."""
        role = self.role
        parts = (
            self.leaf.der.hex(),
            self.issuer.der.hex(),
            *(role.ocsp_servers_override or ()),
            role.ocsp_ca_certificates,
            str((role.ocsp_query_all_servers, role.ocsp_this_update_max_age_s, role.ocsp_max_retries)),
        )
        return f"ocsp {self.mount} {hashlib.sha256(chr(0).join(parts).encode()).hexdigest()}"


class Responders:
    """Asks responders for all mounts of one process.

    Args:
        http: None for the usual one. clock: tells when responses cease to count. random: makes nonces.
    """

    def __init__(self, http: Http | None = None, clock: Clock | None = None, random: Random | None = None) -> None:
        self._http = http or Http("the OCSP responder", total_s=_ONCE_S, most_bytes=_MOST_BYTES)
        self._clock = clock or SystemClock()
        self._random = random or SystemRandom()
        self._slots = Slots("the OCSP responder", at_once=8, waiting=120)
        self._kept: OrderedDict[str, OrderedDict[str, Answer]] = OrderedDict()

    @property
    def waiting(self) -> tuple[int, int]:
        """How many logins wait for a responder, and how many were refused because too many did."""
        return self._slots.taken, self._slots.refused

    async def fault(self, inquiry: Inquiry) -> str:
        """Why a certificate's standing isn't good; empty if it is.

        `REVOKED` is what responders have said; anything else is why they couldn't be asked.

        Raises: `RateLimited` if too many wait for the responder.
        """
        urls = inquiry.role.ocsp_servers_override or inquiry.leaf.ocsp_urls[:_MOST_RESPONDERS]
        if not urls:
            return "the certificate names no OCSP responder"
        known = self._known(inquiry)
        if known is not None:
            return _fault(known)
        ask = self._all if inquiry.role.ocsp_query_all_servers else self._first
        try:
            async with asyncio.timeout(_ALL_S):
                return await ask(urls, inquiry)
        except TimeoutError:
            return "the OCSP responders did not answer in time"

    async def _first(self, urls: tuple[str, ...], inquiry: Inquiry) -> str:
        """What the first responder says that knows the certificate."""
        faults = set()
        for url in urls:
            outcome = await self._ask(url, inquiry)
            if isinstance(outcome, Answer) and outcome.standing is not Standing.UNKNOWN:
                self._keep(inquiry, outcome)
                return _fault(outcome)
            faults.add(_fault(outcome))
        return "; ".join(sorted(faults))

    async def _all(self, urls: tuple[str, ...], inquiry: Inquiry) -> str:
        """What all responders say: one is enough to revoke, and all are needed to let in."""
        outcomes = await asyncio.gather(*(self._ask(url, inquiry) for url in urls))
        faults = {_fault(outcome) for outcome in outcomes} - {""}
        if REVOKED in faults:
            return REVOKED
        if not faults:
            self._keep(inquiry, min((each for each in outcomes if isinstance(each, Answer)), key=lambda one: one.until))
        return "; ".join(sorted(faults))

    async def _ask(self, url: str, inquiry: Inquiry) -> Answer | str:
        """A responder's answer, or why there is none."""
        try:
            check_url(url, "the address of an OCSP responder")
            async with self._slots.place(urlsplit(url).netloc, total_s=_TOTAL_S):
                return await self._insist(url, inquiry)
        except RateLimited:
            raise
        except (UpstreamFailed, InvalidRequest) as error:
            return error.text

    async def _insist(self, url: str, inquiry: Inquiry) -> Answer | str:
        role, pause_s, fault = inquiry.role, _FIRST_PAUSE_S, ""
        ca_pem = role.ocsp_ca_certificates if url.startswith("https:") else ""
        for attempt in range(1 + role.ocsp_max_retries):
            if attempt:
                await asyncio.sleep(pause_s)
                pause_s *= 2
            nonce = self._random.bytes(_NONCE_BYTES)
            asked = ocsp.question(inquiry.leaf, inquiry.issuer, nonce)
            try:
                reply = await self._http.ask("POST", url, headers=_HEADERS, content=asked, ca_pem=ca_pem)
            except UpstreamFailed as error:
                fault = error.text
                continue
            if reply.status != _OK:
                fault = f"the OCSP responder answered with the status {reply.status}"
                continue
            return self._verified(reply.body, inquiry, nonce)
        return fault

    def _verified(self, body: bytes, inquiry: Inquiry, nonce: bytes) -> Answer | str:
        role = inquiry.role
        signers = certificates_of_pem(role.ocsp_ca_certificates) if role.ocsp_ca_certificates.strip() else ()
        try:
            return ocsp.answer(
                body,
                inquiry.leaf,
                inquiry.issuer,
                nonce=nonce,
                now=self._clock.now(),
                max_age_s=role.ocsp_this_update_max_age_s,
                signers=signers,
            )
        except Unproved as error:
            return f"OCSP: {error}"

    def _known(self, inquiry: Inquiry) -> Answer | None:
        kept = self._kept.get(inquiry.mount, OrderedDict())
        answer = kept.get(inquiry.name)
        return answer if answer is not None and self._clock.now() < answer.until else None

    def _keep(self, inquiry: Inquiry, answer: Answer) -> None:
        if not answer.until:
            return
        kept = self._kept.setdefault(inquiry.mount, OrderedDict())
        self._kept.move_to_end(inquiry.mount)
        kept[inquiry.name] = answer
        kept.move_to_end(inquiry.name)
        while len(kept) > inquiry.most_kept:
            kept.popitem(last=False)
        while len(self._kept) > _MOST_MOUNTS:
            self._kept.popitem(last=False)


def _fault(outcome: Answer | str) -> str:
    if isinstance(outcome, str):
        return outcome
    match outcome.standing:
        case Standing.GOOD:
            return ""
        case Standing.REVOKED:
            return REVOKED
        case Standing.UNKNOWN:
            return "the OCSP responder doesn't know the certificate"


def issuer_of(path: chains.Path, others: tuple[Certificate, ...], role: Role) -> Certificate | None:
    """Who has issued the leaf of a verified path; None if that certificate isn't known (p).

    Of a certificate that is registered itself, the issuer is looked for among all that is at hand.
    """
    if len(path) > 1:
        return path[1]
    at_hand = [*certificates_of_pem(role.certificate), *others]
    if role.ocsp_ca_certificates.strip():
        at_hand += certificates_of_pem(role.ocsp_ca_certificates)
    leaf = path[0]
    fitting = (each for each in at_hand if each.der != leaf.der and chains.may_have_issued(each, leaf))
    return next((each for each in fitting if chains.has_issued(each, leaf)), None)
