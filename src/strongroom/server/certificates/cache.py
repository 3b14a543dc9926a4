"""The cache of ACME on disk: account keys, certificates with their keys, challenges, and times of retries.

    <cache>/accounts/      the key of each account
    <cache>/certificates/  key and certificate in one file, so that neither is ever read without the other
    <cache>/challenges/    what a listener proves a name with while an authority looks
    <cache>/retries/       failures so far, so that a restart doesn't reset them

Directories are 0700, files 0600; a file is complete from its first moment on.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from pathlib import Path

import msgspec

from strongroom.crypto.tls_certificates import Validity, check_issued
from strongroom.lib.secret import Secret
from strongroom.server.certificates.settings import AcmeError, AcmeSettings

_DIRECTORIES = ("accounts", "certificates", "challenges", "retries")
_LOCK = "lock"


class Retry(msgspec.Struct, frozen=True):
    """Attempts that failed, and when the next one is due."""

    fingerprint: str
    """Of the settings they were made with."""
    failures: int
    not_before: float
    """Seconds since the epoch."""


def prepare(cache: Path) -> None:
    """Make the directories that are missing, and see that nobody else can change them.

    Raises: `AcmeError`.
    """
    try:
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_owner(cache)
        for name in _DIRECTORIES:
            part = cache / name
            part.mkdir(mode=0o700, exist_ok=True)
            if part.lstat().st_uid != os.geteuid() or not stat.S_ISDIR(part.lstat().st_mode):
                raise AcmeError(f"tls_acme_cache_path: {part} is not a directory of the server's user")
            part.chmod(0o700)
        probe = cache / f".{os.getpid()}.writable"
        _write(probe, b"")
        probe.unlink()
    except OSError as error:
        raise AcmeError(f"tls_acme_cache_path: {error.filename or cache}: {error.strerror}") from error


def _check_owner(cache: Path) -> None:
    problem = distrust(cache)
    if problem:
        raise AcmeError(f"tls_acme_cache_path: {problem}")


def distrust(cache: Path, *, owner_matters: bool = True) -> str:
    """Why other users could replace a directory; empty if they couldn't.  Raises `OSError`."""
    found = cache.stat()
    if owner_matters and found.st_uid not in {os.geteuid(), 0}:
        return f"{cache} belongs to another user"
    # In a directory such as /tmp, only its owner can rename what is in it.
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not found.st_mode & stat.S_ISVTX:
        return f"others can write to {cache}: chmod go-w {cache}"
    return ""


def lock(cache: Path) -> int | None:
    """Claim a cache for this process, until it ends; None if another has it.  Raises `OSError`."""
    descriptor = os.open(cache / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def account_key(settings: AcmeSettings, directory: str) -> Secret | None:
    """The kept key of an account, in PEM; None if there is none.  Raises `OSError`."""
    with contextlib.suppress(FileNotFoundError):
        return Secret(settings.account(directory).read_bytes())
    return None


def keep_account_key(settings: AcmeSettings, directory: str, key: Secret) -> None:
    """Keep the key of an account.  Raises `OSError`."""
    _write(settings.account(directory), key.reveal())


def certificate(settings: AcmeSettings) -> tuple[bytes, Validity] | None:
    """The kept certificate with its key, in PEM; None if there is none.

    Raises: `OSError`, or `CertificateUnusable` for one that doesn't serve these settings.
    """
    try:
        pem = settings.certificate.read_bytes()
    except FileNotFoundError:
        return None
    return pem, check_issued(pem, settings.domains)


def keep_certificate(settings: AcmeSettings, pem: Secret) -> Validity:
    """Keep a new certificate with its key, in place of the one before.

    Raises: `OSError`, or `CertificateUnusable` for one that doesn't serve these settings.
    """
    validity = check_issued(pem.reveal(), settings.domains)
    _write(settings.certificate, pem.reveal())
    return validity


def keep_challenge(settings: AcmeSettings, name: str, pem: Secret) -> None:
    """Have the listeners prove a name.  Raises `OSError`."""
    _write(settings.proofs.file(name), pem.reveal())


def clear_challenges(settings: AcmeSettings) -> None:
    """Prove nothing any more.  Raises `OSError`."""
    for path in settings.proofs.directory.iterdir():
        path.unlink(missing_ok=True)


def retry(settings: AcmeSettings) -> Retry | None:
    """Earlier failures with these settings."""
    try:
        found = msgspec.json.decode(_retry_file(settings).read_bytes(), type=Retry)
    except (OSError, msgspec.MsgspecError):
        # The file only saves an attempt.
        return None
    return found if found.fingerprint == settings.fingerprint else None


def keep_retry(settings: AcmeSettings, failures: int, not_before: float) -> None:
    """Keep how often it has failed.  Raises `OSError`."""
    _write(_retry_file(settings), msgspec.json.encode(Retry(settings.fingerprint, failures, not_before)))


def forget_retry(settings: AcmeSettings) -> None:
    """It has worked.  Raises `OSError`."""
    _retry_file(settings).unlink(missing_ok=True)


def _retry_file(settings: AcmeSettings) -> Path:
    return settings.cache / "retries" / f"{settings.name}.json"


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    # Otherwise a crash could bring the previous file back, whose order is used up.
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
