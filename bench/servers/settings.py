"""The configurations that both servers get (pure): the same listener and audit file, each its own durable store."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_LISTENER = """
listener "tcp" {
  address = "127.0.0.1:{port}"
{tls}}
api_addr = "{scheme}://127.0.0.1:{port}"
audit "file" "bench" {
  options = { file_path = "{home}/audit.log" }
}
"""
_OURS = """
workers = {workers}
storage "sqlite" {
  path = "{home}/store"
}
"""
_PEER = """
disable_mlock = true
cluster_addr = "https://127.0.0.1:{cluster}"
storage "raft" {
  path = "{home}/store"
  node_id = "bench"
}
"""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What may differ between the servers of one run.

    Attributes:
        workers: processes of ours; the reference server has threads, as many as the machine has cores.
        certificate: file with a certificate and its key beside it (`.key`), for TLS.
    """

    workers: int = 2
    certificate: Path | None = None


def config(kind: str, home: Path, port: int, settings: ServerSettings) -> str:
    """The configuration of a server of one kind, `ours` or `peer`, in HCL."""
    tls = "  tls_disable = true\n"
    if settings.certificate is not None:
        key = settings.certificate.with_suffix(".key")
        tls = f'  tls_cert_file = "{settings.certificate}"\n  tls_key_file = "{key}"\n'
    values = {
        "{tls}": tls,
        "{scheme}": "http" if settings.certificate is None else "https",
        "{port}": str(port),
        "{cluster}": str(port + 1),
        "{home}": str(home),
        "{workers}": str(settings.workers),
    }
    text = (_OURS if kind == "ours" else _PEER) + _LISTENER
    for name, value in values.items():
        text = text.replace(name, value)
    return text
