"""Fields of requests that say what is removed, and their limits.

Source: https://openbao.org/api-docs/secret/pki/#tidy
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.engines.pki.issuing.rules.moments import CENTURY_S
from strongroom.engines.pki.tidy.records import BUFFERS, Work
from strongroom.lib.durations import parse_duration_ns
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Body, Doc, Duration, replace

_LONGEST_PAUSE_NS = 60 * 10**9


class WorkFields(Body, frozen=True):
    """What is removed."""

    tidy_cert_store: Annotated[bool | None, Doc(description="Whether certificates that have expired are removed.")] = (
        None
    )
    tidy_revoked_certs: Annotated[
        bool | None, Doc(description="Whether revoked certificates that have expired are removed.")
    ] = None
    tidy_revocation_list: Annotated[bool | None, Doc(description="An old name of `tidy_revoked_certs`.")] = None
    tidy_revocation_queue: Annotated[
        bool | None, Doc(description="Accepted, and without an effect: there is no such queue.")
    ] = None
    revocation_queue_safety_buffer: Annotated[
        Duration | None, Doc(description="Accepted, and without an effect: there is no such queue.")
    ] = None
    tidy_cross_cluster_revoked_certs: Annotated[
        bool | None, Doc(description="Accepted, and without an effect: all nodes have one store.")
    ] = None
    tidy_invalid_certs: Annotated[
        bool | None, Doc(description="Accepted, and without an effect: nothing invalid is stored.")
    ] = None
    tidy_revoked_cert_issuer_associations: Annotated[
        bool | None, Doc(description="Whether issuers are looked for of revoked certificates that lack theirs.")
    ] = None
    tidy_expired_issuers: Annotated[
        bool | None, Doc(description="Whether issuers that have expired are removed. Their keys stay.")
    ] = None
    tidy_move_legacy_ca_bundle: Annotated[
        bool | None, Doc(description="Accepted, and without an effect: there is no such row.")
    ] = None
    tidy_acme: Annotated[
        bool | None, Doc(description="Whether old orders and unused accounts of ACME are removed.")
    ] = None
    safety_buffer: Annotated[
        Duration | None, Doc(description="How long after its end a certificate is kept. The default is 72h.")
    ] = None
    revoked_safety_buffer: Annotated[
        Duration | None,
        Doc(description="How long after its end a revoked certificate is kept. The default is safety_buffer."),
    ] = None
    issuer_safety_buffer: Annotated[
        Duration | None, Doc(description="How long after its end an issuer is kept. The default is 8760h.")
    ] = None
    acme_account_safety_buffer: Annotated[
        Duration | None, Doc(description="How long an account without orders is kept. The default is 720h.")
    ] = None
    pause_duration: Annotated[str | None, Doc(description="How long to wait after each certificate.")] = None
    page_size: Annotated[
        int | None, Doc(description="Accepted for compatibility: certificates are always taken a few at a time.")
    ] = None

    def changed(self, work: Work) -> Work:
        """What is removed, with the fields that are given.  Limits aren't checked."""
        given: dict[str, Any] = {
            name: value for name in Work.__struct_fields__ if (value := getattr(self, name, None)) is not None
        }
        if self.tidy_revocation_list is not None and self.tidy_revoked_certs is None:
            given["tidy_revoked_certs"] = self.tidy_revocation_list
        if self.safety_buffer is not None and self.revoked_safety_buffer is None and _follows(work):
            given["revoked_safety_buffer"] = self.safety_buffer
        return replace(work, **given)


def _follows(work: Work) -> bool:
    return work.revoked_safety_buffer == work.safety_buffer


def check_pause(text: str, unreadable: str) -> None:
    """Raise `InvalidRequest` for what is no time to wait."""
    try:
        pause_ns = parse_duration_ns(text)
    except InvalidRequest as error:
        raise InvalidRequest(f"{unreadable}: {error.text}") from error
    if pause_ns < 0:
        raise InvalidRequest("received invalid, negative pause_duration")
    if pause_ns > _LONGEST_PAUSE_NS:
        raise InvalidRequest("pause_duration is at most 60s: it is waited after each certificate")


def check_longest(work: Work) -> None:
    """Raise `InvalidRequest` for buffers beyond what times can say."""
    for name in BUFFERS:
        if getattr(work, name) > CENTURY_S:
            raise InvalidRequest(f"{name} is at most a hundred years")
