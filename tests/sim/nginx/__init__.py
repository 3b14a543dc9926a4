"""A real nginx that ends TLS, asks clients for certificates and passes requests on."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

PROGRAM = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
MISSING = "" if PROGRAM else "needs the Debian package nginx-light"
_TIMEOUT_S = 30.0
_CONFIG = """
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    ssl_verify_client optional_no_ca;
    location / {{
      proxy_pass http://{upstream};
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header Client-Cert $ssl_client_escaped_cert;
    }}
  }}
}}
"""


@contextlib.contextmanager
def nginx(folder: Path, port: int, upstream: str, certificate: Path, key: Path) -> Iterator[str]:
    """Run it until the block ends.

    Args:
        folder: for its files. port: of the loopback. upstream: host and port that it passes requests on to.

    Yields: its own host and port.
    """
    assert PROGRAM is not None
    user = "user root;" if os.geteuid() == 0 else ""
    file = folder / "nginx.conf"
    text = _CONFIG.format(user=user, folder=folder, port=port, certificate=certificate, key=key, upstream=upstream)
    file.write_text(text)
    command = [PROGRAM, "-c", str(file), "-p", str(folder), "-e", "stderr"]
    with started(command, folder / "nginx.log", lambda _: _is_open(port)):
        yield f"127.0.0.1:{port}"


@contextlib.contextmanager
def started(command: list[str], log: Path, ready: Callable[[str], bool]) -> Iterator[None]:
    """A program that ends with the block.  Raises `AssertionError` with its log.

    Args:
        ready: whether it is, by what it has printed so far.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
    try:
        end = time.monotonic() + _TIMEOUT_S
        while not ready(log.read_text()):
            assert process.poll() is None and time.monotonic() < end, log.read_text()
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait(_TIMEOUT_S)


def _is_open(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False
