"""A certificate and its key for Python's `ssl`, which reads them from files only."""

from __future__ import annotations

import contextlib
import os
import ssl
import tempfile
from collections.abc import Iterator


def load_pair(context: ssl.SSLContext, pem: str) -> None:
    """Have a context show a certificate.

    Args:
        pem: the certificate, those of authorities between, and the key, which isn't encrypted.

    Raises: `ssl.SSLError` or `ValueError` if that isn't what `pem` has.
    """
    with _unnamed(pem.encode()) as path:
        context.load_cert_chain(path, password=_no_password)


def _no_password() -> str:
    raise ValueError("the key is encrypted")  # instead of a question on the terminal


@contextlib.contextmanager
def _unnamed(content: bytes) -> Iterator[str]:
    """A path to this content for the time of the block.

    Where the system can, there is no file of that content in any folder.
    """
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("key", os.MFD_CLOEXEC)
        try:
            os.write(descriptor, content)
            yield f"/proc/self/fd/{descriptor}"
        finally:
            os.close(descriptor)
    else:
        with tempfile.NamedTemporaryFile() as file:  # readable by its owner alone
            file.write(content)
            file.flush()
            yield file.name
