"""Obtains certificates from an authority that speaks ACME.  Blocks for as long as that takes.

Source: RFC 8555, RFC 8737, RFC 9773 (when to renew)
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
import structlog
from acme import challenges, errors, messages
from acme.client import ClientNetwork, ClientV2
from josepy.jwa import ES256
from josepy.jwk import JWK, JWKEC

from strongroom.__about__ import VERSION
from strongroom.crypto.tls_certificates import challenge_certificate, leaf_of, new_key, signing_request
from strongroom.http.settings import ListenerError
from strongroom.lib.clock import Clock
from strongroom.lib.fault import where
from strongroom.lib.secret import Secret
from strongroom.server.certificates import cache
from strongroom.server.certificates.responder import Answers, answering
from strongroom.server.certificates.settings import AcmeSettings, CertificateOrder

log = structlog.get_logger("certificates")

_TIMEOUT_S = 30
"""The time limit of one request to the authority."""
_ORDER_S = 300.0
"""The time limit of a whole order.  Authorities take minutes at worst."""
_HTTP = "http-01"
_ALPN = "tls-alpn-01"
_PROOF_LIFETIME = timedelta(days=7)
_SKEW = timedelta(hours=1)


class IssueFailed(Exception):
    """No certificate was issued; the text says why."""

    def __init__(self, reason: str, *, rate_limited: bool = False) -> None:
        super().__init__(reason)
        self.rate_limited = rate_limited
        """Whether the authority wants fewer requests."""


class _WithinTlsResponse(challenges.KeyAuthorizationChallengeResponse):
    typ = _ALPN


@challenges.Challenge.register
class _WithinTls(challenges.KeyAuthorizationChallenge):
    """The challenge within TLS, which the library no longer supports."""

    typ = _ALPN
    response_cls = _WithinTlsResponse

    def validation(self, account_key: JWK, **_: Any) -> bytes:
        return hashlib.sha256(self.key_authorization(account_key).encode()).digest()


class Authority:
    """One authority, with the account that settings give.

    Args:
        directory: its URL.

    Raises: `IssueFailed` if it can't be reached or gives no account.
    """

    def __init__(self, settings: AcmeSettings, directory: str, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        with _told():
            self._key = self._account_key(directory)
            self._net = ClientNetwork(self._key, alg=ES256, user_agent=f"strongroom/{VERSION}", timeout=_TIMEOUT_S)
            # The type says bool; what `requests` is given may be a file of authorities, too.
            self._net.verify_ssl = settings.ca_root or True  # type: ignore[assignment]
            self._client = ClientV2(ClientV2.get_directory(directory, self._net), self._net)

    def _account_key(self, directory: str) -> JWK:
        pem = cache.account_key(self._settings, directory)
        if pem is None:
            pem = new_key("p256")
            cache.keep_account_key(self._settings, directory, pem)
        return JWKEC.load(pem.reveal())

    def suggested_renewal(self, pem: bytes) -> float | None:
        """When the authority wants a certificate to be renewed, in seconds since the epoch; None if it doesn't say.

        Raises: `IssueFailed` if it can't be asked.
        """
        with _told():
            moment, _ = self._client.renewal_time(leaf_of(pem))
        return None if moment is None else moment.timestamp()

    def obtain(self, wanted: CertificateOrder, proofs: tuple[str, ...]) -> Secret:
        """Have a certificate issued for the names of the settings.

        Args:
            wanted: where the names may be proven.
            proofs: the kinds of challenge to prove them with, the preferred one first.

        Returns: its key and chain, in PEM.  Raises: `IssueFailed`.
        """
        key = new_key(self._settings.key_type)
        with _told():
            self._register()
            order = self._client.new_order(signing_request(key, self._settings.domains))
            with self._proving(wanted, order, proofs):
                # The library reckons with naive local times.
                deadline = datetime.fromtimestamp(self._clock.now() + _ORDER_S)  # noqa: DTZ006
                order = self._client.poll_and_finalize(order, deadline)
        return Secret(key.reveal() + order.fullchain_pem.encode())

    def _register(self) -> None:
        """Create an account.  For a key that it knows, an authority returns the existing account."""
        binding = None
        if self._settings.eab_key_id:
            binding = messages.ExternalAccountBinding.from_data(
                self._key.public_key(),
                self._settings.eab_key_id,
                self._settings.eab_mac_key,
                self._client.directory,
            )
        wanted = messages.NewRegistration.from_data(
            email=self._settings.email or None, external_account_binding=binding, terms_of_service_agreed=True
        )
        try:
            self._client.new_account(wanted)
        except errors.ConflictError as known:
            self._net.account = messages.RegistrationResource(body=wanted, uri=known.location)

    @contextlib.contextmanager
    def _proving(
        self, wanted: CertificateOrder, order: messages.OrderResource, proofs: tuple[str, ...]
    ) -> Iterator[None]:
        """Prove every name that isn't proven yet, until the block ends."""
        answers = Answers()
        chosen = []
        with contextlib.ExitStack() as kept:
            proofs = self._listen(kept, wanted, answers, proofs)
            kept.callback(cache.clear_challenges, self._settings)
            for authorization in order.authorizations:
                if authorization.body.status == messages.STATUS_VALID:
                    continue
                name = authorization.body.identifier.value
                challenge = _choose(authorization.body.challenges, proofs)
                if challenge is None:
                    raise IssueFailed(f"the authority accepts none of {', '.join(proofs)} for {name}")
                self._lay_out(name, challenge.chall, answers)
                chosen.append(challenge)
            for challenge in chosen:
                self._client.answer_challenge(challenge, challenge.response(self._key))
            yield

    def _listen(
        self, kept: contextlib.ExitStack, wanted: CertificateOrder, answers: Answers, proofs: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Open the port for HTTP if that is to be used; the kinds of proof that are left."""
        if _HTTP not in proofs:
            return proofs
        try:
            kept.enter_context(answering(wanted.hosts, self._settings.http_port, answers))
        except ListenerError as error:
            if proofs == (_HTTP,):
                raise IssueFailed(f"HTTP challenges can't be answered: {error}") from error
            log.warning("HTTP challenges can't be answered", reason=str(error))
            return tuple(kind for kind in proofs if kind != _HTTP)
        return proofs

    def _lay_out(self, name: str, challenge: Any, answers: Answers) -> None:
        if challenge.typ == _HTTP:
            answers.add(challenge.encode("token"), challenge.key_authorization(self._key))
            return
        now = datetime.fromtimestamp(int(self._clock.now()), UTC)
        digest = challenge.validation(self._key)
        proof = challenge_certificate(name, digest, now - _SKEW, now + _PROOF_LIFETIME)
        cache.keep_challenge(self._settings, name, proof)


def _choose(offered: Iterable[messages.ChallengeBody], proofs: tuple[str, ...]) -> messages.ChallengeBody | None:
    for kind in proofs:
        for challenge in offered:
            if challenge.chall.typ == kind:
                return challenge
    return None


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Convert every error on the way to a certificate into `IssueFailed`."""
    try:
        yield
    except errors.ValidationError as error:
        raise IssueFailed("; ".join(_refusals(error)) or "a name could not be proven") from error
    except errors.IssuanceError as error:
        raise IssueFailed(str(error.error)) from error
    except messages.Error as error:
        raise IssueFailed(str(error), rate_limited=error.code == "rateLimited") from error
    except errors.TimeoutError as error:
        raise IssueFailed("the authority did not decide in time") from error
    except requests.RequestException as error:
        # The innermost of nested errors has the cause.
        cause = getattr(error.args[0], "reason", error) if error.args else error
        raise IssueFailed(f"the authority can't be reached: {cause}") from error
    except IssueFailed:
        raise
    except Exception as error:
        # An authority may send anything, and the library trusts its responses.  An unexpected error is a failure like
        # any other: it is logged, and the next attempt waits.
        raise IssueFailed(f"the authority's answer makes no sense: {where(error)}") from error


def _refusals(error: errors.ValidationError) -> Iterator[str]:
    for authorization in error.failed_authzrs:
        for challenge in authorization.body.challenges:
            if challenge.error is not None:
                kind = challenge.chall.to_partial_json().get("type", "")
                yield f"{authorization.body.identifier.value} was not proven by {kind}: {challenge.error}"
