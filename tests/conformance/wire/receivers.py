"""Receivers of audit entries, for the case file about devices that send them."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.ports import free_port
from tests.sim.line_receiver import receiving


class _Answers(BaseHTTPRequestHandler):
    """Answers a POST with the status that its path names."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Read the body, and answer."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(int(self.path.strip("/").partition("?")[0]))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def receivers(directory: Path) -> Iterator[dict[str, str]]:
    """Programs that listen by TCP, UDP, HTTP and at a Unix socket, and the address of nobody."""
    with (
        receiving() as tcp,
        receiving(path=str(directory / "socket")) as unix,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as http,
    ):
        udp.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield {
                "tcp": tcp.address,
                "unix": unix.address,
                "udp": f"127.0.0.1:{udp.getsockname()[1]}",
                "http": f"http://127.0.0.1:{http.server_port}",
                "nobody": f"127.0.0.1:{free_port()}",
            }
        finally:
            http.shutdown()
            thread.join()
