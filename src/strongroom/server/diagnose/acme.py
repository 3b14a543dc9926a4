"""Diagnosis of a certificate by ACME: the cache, the authority, and what was obtained so far."""

from __future__ import annotations

import json
import os
import ssl
import stat
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from strongroom.crypto.tls_certificates import CertificateUnusable, Validity
from strongroom.server.certificates import cache
from strongroom.server.certificates.settings import AcmeError, AcmeSettings, acme_settings
from strongroom.server.certificates.start import check_root, installed, missing
from strongroom.server.config.config import Listener
from strongroom.server.diagnose.files import nearest, reachable
from strongroom.server.diagnose.result import Finding, Status, fail, ok

_ASK_TIMEOUT_S = 5.0
_OVERDUE = 0.75
"""Of a certificate's lifetime; it is renewed before."""
_NEEDED = ("newNonce", "newAccount", "newOrder")
"""What a directory has at least.  Source: RFC 8555, section 7.1.1"""

_Problem = tuple[str, str]
"""What is wrong, and what to do."""


def check_acme(name: str, listener: Listener, now: datetime) -> Finding:
    """Everything about one listener's certificate by ACME, at this time (in UTC).  Nothing is asked for.

    Args:
        name: of the finding.
    """
    shown = f"{listener.where}: listener at {listener.address}"
    try:
        settings = acme_settings(listener)
        check_root(settings.ca_root)
    except AcmeError as error:
        return fail(name, f"{shown}: {error}", "Correct the setting.")
    if not installed():
        return fail(name, f"{shown}: {missing()}", "Install it for the Python that runs the server.")
    if unsafe := [*_place(settings.cache), *_modes(settings)]:
        problem, advice = unsafe[0]
        return fail(name, f"{shown}: {problem}", advice)
    try:
        kept = cache.certificate(settings)
    except (OSError, CertificateUnusable) as error:
        advice = "Remove the file; another certificate is obtained when the server starts."
        return fail(name, f"{shown}: {settings.certificate}: {error}", advice)
    found = [*_certificate(settings, kept[1] if kept else None, now), *_authority(settings)]
    facts = {"directory": settings.directory, "cache": str(settings.cache), "names": ", ".join(settings.domains)}
    if found:
        return Finding(
            name,
            Status.WARN,
            warnings=tuple(f"{shown}: {problem}" for problem, _ in found),
            advice=" ".join(dict.fromkeys(advice for _, advice in found)),
            facts=facts,
        )
    ends = "" if kept is None else f", valid until {_date(kept[1].not_after)}"
    return ok(name, f"{shown}: {', '.join(settings.domains)} by ACME{ends}.", facts=facts)


def _place(directory: Path) -> Iterator[_Problem]:
    """Whether the server's user can keep something there, and others can't."""
    advice = f"chown it to the server's user, and chmod 0700 {directory}; or set tls_acme_cache_path."
    if not reachable(directory):
        above = nearest(directory)
        if not os.access(above, os.W_OK | os.X_OK):
            yield f"tls_acme_cache_path: user {os.geteuid()} can't make {directory} in {above}", advice
        return
    if not os.access(directory, os.W_OK | os.X_OK):
        yield f"tls_acme_cache_path: user {os.geteuid()} can't write to {directory}", advice
        return
    # The administrator diagnoses for another user, too.
    problem = cache.distrust(directory, owner_matters=os.geteuid() != 0)
    if problem:
        yield f"tls_acme_cache_path: {problem}", advice


def _modes(settings: AcmeSettings) -> Iterator[_Problem]:
    """Private keys that others can read."""
    keys = (settings.certificate, settings.account(settings.directory))
    for path in keys:
        if reachable(path) and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield (
                f"others can read the private key in {path}",
                f"Remove the file, have its certificate revoked if it was read, and chmod 0700 {path.parent}.",
            )


def _certificate(settings: AcmeSettings, validity: Validity | None, now: datetime) -> Iterator[_Problem]:
    advice = (
        "The log of a running server says why it isn't issued; its lines begin with certificates. After the cause is "
        "gone, send SIGHUP to try at once."
    )
    failed = cache.retry(settings)
    told = f", and {failed.failures} attempts failed" if failed else ""
    if validity is None:
        yield f"there is no certificate yet for {', '.join(settings.domains)}{told}", advice
        return
    at = now.timestamp()
    if at >= validity.not_after:
        yield f"the certificate of {settings.domains[0]} expired on {_date(validity.not_after)}{told}", advice
    elif at >= validity.not_before + (validity.not_after - validity.not_before) * _OVERDUE:
        text = f"the certificate of {settings.domains[0]} expires on {_date(validity.not_after)} and isn't renewed yet"
        yield f"{text}{told}", advice


def _authority(settings: AcmeSettings) -> Iterator[_Problem]:
    """Whether the directories answer from here."""
    for url in filter(None, (settings.directory, settings.test_directory)):
        problem = _unanswered(url, settings.ca_root)
        if problem:
            yield f"{url}: {problem}", "Check the URL, tls_acme_ca_root, the proxy and the firewall."


def _unanswered(url: str, ca_root: str) -> str:
    try:
        # As the library that asks has it: a file takes the place of the system's authorities.
        context = ssl.create_default_context(cafile=ca_root or None)
        with urllib.request.urlopen(url, timeout=_ASK_TIMEOUT_S, context=context) as answer:  # noqa: S310 - checked URL
            directory = json.loads(answer.read(1 << 20))
    except urllib.error.URLError as error:
        return str(error.reason)
    except (OSError, ValueError) as error:
        return str(error)
    missing = [key for key in _NEEDED if not isinstance(directory, dict) or key not in directory]
    return f"it is no ACME directory: {', '.join(missing)} missing" if missing else ""


def _date(moment: float) -> str:
    return str(datetime.fromtimestamp(moment, UTC).date())
