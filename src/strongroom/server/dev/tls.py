"""`-dev-tls`: an authority and a certificate for as long as the development server runs."""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from strongroom.crypto.x509 import Authority
from strongroom.http.settings import ListenerError
from strongroom.http.sockets import parse_tcp_address
from strongroom.lib.clock import Clock

_LIFETIME = timedelta(days=365)
_SKEW = timedelta(minutes=1)
"""Clients whose clock is behind a little are no reason to fail."""


@dataclass(frozen=True, slots=True)
class DevTls:
    """The files that a development server writes, named as Vault names them."""

    ca: Path
    certificate: Path
    key: Path


@contextlib.contextmanager
def written(directory: str, address: str, clock: Clock) -> Iterator[DevTls]:
    """Make authority, certificate and key, and remove them at the end.

    Args:
        directory: where to; empty for a new one that only this user can enter.
        address: `host:port`, where the server listens; its host is one of the certificate's names.

    Raises: `ListenerError` when a file can't be written, or is there already.
    """
    with contextlib.ExitStack() as kept:
        if not directory:
            directory = kept.enter_context(tempfile.TemporaryDirectory(prefix="strongroom-tls-"))
        parent = Path(directory)
        files = DevTls(parent / "vault-ca.pem", parent / "vault-cert.pem", parent / "vault-key.pem")
        now = datetime.fromtimestamp(int(clock.now()), UTC)
        authority = Authority.make("Strongroom Dev CA", now - _SKEW, now + _LIFETIME)
        issued = authority.issue(_names(parse_tcp_address(address).host), now - _SKEW, now + _LIFETIME)
        for path, content, mode in (
            (files.ca, authority.certificate_pem, 0o644),
            (files.certificate, issued.certificate_pem, 0o644),
            (files.key, issued.key_pem.reveal(), 0o600),
        ):
            _write(path, content, mode)
            kept.callback(path.unlink, missing_ok=True)
        yield files


def _names(host: str) -> tuple[str, ...]:
    hosts = (socket.gethostname(), "localhost", "127.0.0.1", "::1", host)
    return tuple(name for name in hosts if name and name.isascii())


def _write(path: Path, content: bytes, mode: int) -> None:
    try:
        # Never over what is there: it may be the key of something that runs, or a link that somebody else laid out.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    except OSError as error:
        raise ListenerError(f"-dev-tls: {path}: {error.strerror}") from error
