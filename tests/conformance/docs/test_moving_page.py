"""The page about moving in, with a server of the reference in the place of the reader's Vault."""

from __future__ import annotations

from pathlib import Path

from tests.conformance.docs.shell import opened, programs, run_page
from tests.conformance.importing.asking import Side
from tests.conformance.servers import start_peer

PAGE = Path(__file__).parents[3] / "docs" / "moving.md"


def fill(side: Side) -> None:
    """What the page presumes of the other server."""
    side.write("sys/policies/acl/web", {"policy": 'path "secret/data/web/*" { capabilities = ["read"] }\n'})
    for password in ("first", "second"):
        side.write("secret/data/web/db", {"data": {"password": password}})
    side.write("secret/data/web/mail", {"data": {"password": "gone"}})
    side.ask("DELETE", "secret/data/web/mail")
    side.write("sys/auth/approle", {"type": "approle"})
    side.write("auth/approle/role/web", {"token_policies": "web"})
    side.write("sys/auth/userpass", {"type": "userpass"})
    side.write("auth/userpass/users/eva", {"password": "of-eva", "token_policies": "web"})
    side.write("sys/mounts/transit", {"type": "transit"})
    side.write("transit/keys/orders", {"exportable": True, "allow_plaintext_backup": True})
    side.write("transit/keys/signing", {"type": "ed25519"})


def test_the_page(tmp_path: Path) -> None:
    """A plan, an import, and what is left to do by hand."""
    (tmp_path / "vault").mkdir()
    with start_peer(tmp_path / "vault") as vault, opened(tmp_path, programs(tmp_path)) as (shell, names):
        fill(Side(vault))
        names.replace("https://vault.example.com:8200", vault.url)
        assert run_page(PAGE, shell, names) > 6
