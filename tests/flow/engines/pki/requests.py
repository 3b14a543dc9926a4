"""Certificate requests that OpenSSL makes."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.flow.engines.pki.mounts import openssl

EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")


def request_for(
    directory: Path, subject: str = "CN=www.example.com", extensions: str = "", key: tuple[str, ...] = EC
) -> str:
    """A request in PEM.

    Args:
        subject: attributes, a line for each. extensions: as OpenSSL's configuration has them, a line for each.
        key: options of the key and the signature.
    """
    more = "req_extensions = ext\n" if extensions else ""
    config = f"[req]\ndistinguished_name = dn\nprompt = no\nutf8 = yes\n{more}[dn]\n{subject}\n[ext]\n{extensions}\n"
    (directory / "request.cnf").write_text(config)
    return openssl(
        "req", "-new", "-nodes", "-config", str(directory / "request.cnf"), "-keyout", str(directory / "key.pem"), *key
    )


def broken(request: str) -> str:
    """The same request with another signature."""
    der = subprocess.run(
        ["openssl", "req", "-outform", "der"], input=request.encode(), capture_output=True, check=True
    ).stdout
    return subprocess.run(
        ["openssl", "req", "-inform", "der"],
        input=der[:-1] + bytes((der[-1] ^ 1,)),
        capture_output=True,
        check=True,
    ).stdout.decode()
