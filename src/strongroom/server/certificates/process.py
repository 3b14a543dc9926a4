"""The process that obtains and renews the certificates of a node's listeners.

It works for minutes at a time, over the network and with its own libraries, so it is neither a worker nor the
supervisor.  It gets no data except the settings of its certificates.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import structlog

from strongroom.crypto.tls_certificates import CertificateUnusable, Validity
from strongroom.lib.clock import Clock, SystemClock
from strongroom.lib.hardening import die_with, hide_memory
from strongroom.lib.rand import Random, SystemRandom
from strongroom.lib.secret import Secret
from strongroom.server import build, logs
from strongroom.server.certificates import cache, schedule
from strongroom.server.certificates.authority import Authority, IssueFailed
from strongroom.server.certificates.settings import CertificateOrder
from strongroom.server.diagnostics import signals
from strongroom.server.messages.companions import CertificatesRenewed, ReopenLog, StartCertificates, ToCertificates
from strongroom.server.messages.framing import Framing, Garbled, pack

log = structlog.get_logger("certificates")

_LONGEST_WAIT_S = 60.0
"""How often to check what is due, because clocks are set and machines sleep."""
_ASK_EVERY_S = 6 * 3600.0
"""How often to ask an authority for the renewal time (RFC 9773, section 4.3.2)."""


_CLAIM_EVERY_S = 5.0


class Renewal:
    """Keeps one certificate valid.

    Args:
        wanted: which.
        tell: called when there is a new one.
    """

    def __init__(self, wanted: CertificateOrder, clock: Clock, random: Random, tell: Callable[[], None]) -> None:
        self._wanted = wanted
        self._settings = wanted.settings
        self._clock = clock
        self._random = random
        self._tell = tell
        self._failures = 0
        self._not_before = 0.0
        self._renew_at = 0.0
        self._ask_at = clock.now() + _ASK_EVERY_S
        self._take_up()

    def _take_up(self) -> None:
        """Continue with the state of an earlier process."""
        try:
            kept = cache.certificate(self._settings)
        except (OSError, CertificateUnusable) as error:
            log.error("the cached certificate cannot be used", names=self._settings.domains, reason=str(error))
            kept = None
        if kept is not None:
            self._found(kept[1])
        earlier = cache.retry(self._settings)
        if earlier is not None:
            self._failures = earlier.failures
            # Bounded by the longest pause, because the clock may have been wrong when the file was written.
            longest_s = schedule.LONGEST_PAUSE_S * 2
            self._not_before = min(earlier.not_before, self._clock.now() + longest_s)
            if self.due_at > self._clock.now() and kept is None:
                log.warning("there is no certificate, and earlier attempts failed", **self._next())

    def _found(self, validity: Validity) -> None:
        self._renew_at = schedule.renewal_at(validity, self._chance())
        log.info(
            "a certificate is in use",
            names=self._settings.domains,
            expires=_shown(validity.not_after),
            renewal=_shown(self._renew_at),
        )

    @property
    def due_at(self) -> float:
        """The time of the next work, in seconds since the epoch."""
        due = max(self._renew_at, self._not_before)
        return min(due, self._ask_at) if self._may_ask else due

    @property
    def _may_ask(self) -> bool:
        """Whether the authority may be asked for a renewal time now."""
        return max(self._ask_at, self._clock.now()) < self._renew_at

    def hurry(self) -> None:
        """End the wait after a failure."""
        if self._failures:
            self._not_before = 0.0

    def work(self) -> None:
        """Do the due work."""
        now = self._clock.now()
        if now >= max(self._renew_at, self._not_before):
            self._renew()
        elif self._may_ask and now >= self._ask_at:
            self._ask()

    def _renew(self) -> None:
        settings = self._settings
        kinds = schedule.proofs(
            http=settings.http, alpn=settings.alpn, tls_port=self._wanted.tls_port, failures=self._failures
        )
        log.info("requesting a certificate", names=settings.domains, directory=settings.directory)
        try:
            # Stored before the attempt, so that a process that dies during attempts doesn't ask the authority again and
            # again.
            cache.keep_retry(settings, self._failures + 1, self._clock.now() + self._pause_s(self._failures + 1))
            if self._failures and settings.test_directory:
                # First with the test authority, so that another failure doesn't count against the real authority's rate
                # limit.
                self._obtain(settings.test_directory, kinds)
            validity = cache.keep_certificate(settings, self._obtain(settings.directory, kinds))
            cache.forget_retry(settings)
        except IssueFailed as error:
            self._failed(str(error), rate_limited=error.rate_limited)
            return
        except (OSError, CertificateUnusable) as error:
            self._failed(str(error))
            return
        self._failures = 0
        # Even if the new certificate has a very short lifetime.
        self._not_before = self._clock.now() + schedule.FIRST_PAUSE_S
        self._found(validity)
        self._tell()

    def _obtain(self, directory: str, kinds: tuple[str, ...]) -> Secret:
        return Authority(self._settings, directory, self._clock).obtain(self._wanted, kinds)

    def _failed(self, reason: str, *, rate_limited: bool = False) -> None:
        self._failures += 1
        self._not_before = self._clock.now() + self._pause_s(self._failures, rate_limited=rate_limited)
        log.error("no certificate was issued", reason=reason, **self._next())
        try:
            cache.keep_retry(self._settings, self._failures, self._not_before)
        except OSError as error:
            log.error("the number of failed attempts cannot be stored", reason=error.strerror)

    def _pause_s(self, failures: int, *, rate_limited: bool = False) -> float:
        return schedule.pause_s(failures, self._chance(), rate_limited=rate_limited)

    def _ask(self) -> None:
        """Renew earlier if the authority asks for it, for example before a revocation."""
        self._ask_at = self._clock.now() + _ASK_EVERY_S
        try:
            kept = cache.certificate(self._settings)
            if kept is None:
                return
            authority = Authority(self._settings, self._settings.directory, self._clock)
            suggested = authority.suggested_renewal(kept[0])
        except (IssueFailed, OSError, CertificateUnusable) as error:
            log.warning("the renewal time cannot be fetched", names=self._settings.domains, reason=str(error))
            return
        if suggested is not None:
            self._renew_at = min(self._renew_at, suggested)

    def _next(self) -> dict[str, Any]:
        return {
            "names": self._settings.domains,
            "failures": self._failures,
            "next_attempt": _shown(max(self._not_before, self._renew_at)),
        }

    def _chance(self) -> float:
        return int.from_bytes(self._random.bytes(4), "big") / (1 << 32)


def _shown(moment: float) -> str:
    return datetime.fromtimestamp(int(moment), UTC).isoformat()


class Process:
    """Keeps all certificates valid, until it is killed."""

    def __init__(
        self, control: socket.socket, framing: Framing[ToCertificates], wanted: tuple[CertificateOrder, ...]
    ) -> None:
        self._control = control
        self._framing = framing
        self._clock = SystemClock()
        random = SystemRandom()
        self._renewals = [Renewal(each, self._clock, random, self._tell) for each in wanted]
        for settings in {each.settings.cache: each.settings for each in wanted}.values():
            cache.clear_challenges(settings)

    def run(self) -> None:
        """Do due work, and wait for the next."""
        while True:
            for renewal in self._renewals:
                if renewal.due_at <= self._clock.now():
                    renewal.work()
            due_at = min(renewal.due_at for renewal in self._renewals)
            self._wait(min(max(due_at - self._clock.now(), 0), _LONGEST_WAIT_S))

    def _tell(self) -> None:
        self._control.sendall(pack(CertificatesRenewed()))

    def _wait(self, timeout_s: float) -> None:
        if not select.select([self._control], [], [], timeout_s)[0]:
            return
        for message in receive(self._control, self._framing):
            if isinstance(message, ReopenLog):
                _reopen(message.level)
                for renewal in self._renewals:
                    renewal.hurry()


def _reopen(level: str) -> None:
    try:
        logs.reopen(level)
    except logs.LogError as error:
        log.error("the log file was not reopened: logging continues in the old file", reason=str(error))


def receive(control: socket.socket, framing: Framing[ToCertificates]) -> list[ToCertificates]:
    """The next messages.  Without a supervisor this process ends."""
    while True:
        data = control.recv(65536)
        if not data:
            sys.exit(0)
        try:
            messages = framing.feed(data)
        except Garbled as error:
            log.error("invalid message from the supervisor", reason=str(error))
            sys.exit(1)
        if messages:
            return messages


def _claim(wanted: tuple[CertificateOrder, ...]) -> list[int]:
    """Wait until no other server uses the same caches, because two servers would delete each other's challenges."""
    claimed = []
    for directory in sorted({each.settings.cache for each in wanted}):
        told = False
        while (descriptor := cache.lock(directory)) is None:
            if not told:
                log.error("another server uses the same tls_acme_cache_path", path=str(directory))
                told = True
            time.sleep(_CLAIM_EVERY_S)
        claimed.append(descriptor)
    return claimed


def main() -> None:
    """Entry point of the process: the control socket's descriptor is the only argument."""
    # A service manager sends SIGTERM to all processes.  The supervisor decides when this one ends.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    control = socket.socket(fileno=int(sys.argv[1]))
    hide_memory()
    # The library uses local times, and an hour that a time zone repeats would make it wait or ask for longer.
    os.environ["TZ"] = "UTC"
    time.tzset()
    framing: Framing[ToCertificates] = Framing(ToCertificates)
    if not build.agree(control, sys.argv[2]):
        return
    [start, *_] = receive(control, framing)
    if not isinstance(start, StartCertificates):
        sys.exit(1)
    die_with(start.supervisor)
    logs.configure(start.log.level, start.log.format, start.log.file)
    logs.hide(each.settings.eab_mac_key for each in start.wanted if each.settings.eab_mac_key)
    signals.answer(lambda: {"process": "certificates", "pid": os.getpid(), "certificates": len(start.wanted)})
    _claim(start.wanted)
    Process(control, framing, start.wanted).run()


if __name__ == "__main__":
    main()
