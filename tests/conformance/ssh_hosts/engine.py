"""A mount of the SSH engine, with an authority and roles."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import hvac  # type: ignore[import-untyped]

from tests.conformance.servers import Server, start_ours, start_peer


@contextlib.contextmanager
def ssh_engine(kind: str, directory: Path) -> Iterator[Server]:
    """A server with a mount `ssh`: roles `ca` and `otp`, `strict`, which gives no extensions that are asked for,
    and `orphan`, which is so and has no issuer."""
    with (start_ours if kind == "ours" else start_peer)(directory) as server:
        client = hvac.Client(url=server.url, token=server.token)
        client.sys.enable_secrets_engine("ssh", "ssh")
        client.write_data("ssh/config/ca", data={"generate_signing_key": True, "key_type": "ed25519"})
        signs = {"key_type": "ca", "allow_user_certificates": True, "allowed_users": "*", "default_user": "eva"}
        client.write_data("ssh/roles/ca", data={**signs, "allowed_extensions": "*"})
        strict = {"allowed_extensions": "permit-pty", "default_extensions": {"permit-pty": ""}}
        client.write_data("ssh/roles/strict", data={**signs, **strict})
        client.write_data("ssh/roles/orphan", data={**signs, **strict, "issuer_ref": "gone"})
        hosts = {"key_type": "ca", "allow_host_certificates": True, "allowed_domains": "*", "allow_bare_domains": True}
        client.write_data("ssh/roles/hosts", data=hosts)
        users = {"key_type": "otp", "default_user": "root", "allowed_users": "eva,bob"}
        client.write_data("ssh/roles/otp", data={**users, "cidr_list": "127.0.0.0/8,::1/128,192.0.2.0/24"})
        client.write_data("ssh/roles/local", data={**users, "cidr_list": "127.0.0.0/8", "port": 2200})
        yield server
        client.adapter.close()
