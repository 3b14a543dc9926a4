"""A real nginx that staples answers of OCSP to its certificate."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from tests.ports import free_port
from tests.sim import nginx

_CONFIG = """
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr info;
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
    ssl_certificate {folder}/site.pem;
    ssl_certificate_key {folder}/site.key;
    ssl_trusted_certificate {folder}/root.pem;
    ssl_stapling on;
    ssl_stapling_verify on;
    ssl_stapling_responder {responder};
    location / {{ return 204; }}
  }}
}}
"""


@contextlib.contextmanager
def stapling(folder: Path, responder: str) -> Iterator[int]:
    """Run nginx with `site.pem`, `site.key` and `root.pem` of the folder.

    Args:
        responder: the URL that it asks.

    Yields: its port.
    """
    assert nginx.PROGRAM is not None
    port = free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    file = folder / "nginx.conf"
    file.write_text(_CONFIG.format(user=user, folder=folder, port=port, responder=responder))
    command = [nginx.PROGRAM, "-c", str(file), "-p", str(folder), "-e", "stderr"]
    with nginx.started(command, folder / "nginx.log", lambda _: _is_open(port)):
        yield port


def _is_open(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False
