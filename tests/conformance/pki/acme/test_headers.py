"""Header fields of ACME on the wire."""

from __future__ import annotations

from pathlib import Path

import requests

from tests.conformance.pki.acme.served import served


def test_header_fields_need_no_tuning(tmp_path: Path) -> None:
    """Nonce and directory come with a mount that nobody has tuned; nothing may be kept by a cache."""
    with served(tmp_path) as mount:
        url = mount.directory.replace("directory", "new-nonce")
        head, got = requests.head(url, timeout=10), requests.get(url, timeout=10)
        assert (head.status_code, head.content, got.status_code, got.content) == (200, b"", 204, b"")
        assert head.headers["Replay-Nonce"] != got.headers["Replay-Nonce"]
        for answer in (head, got):
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["Link"] == f'<{mount.directory}>;rel="index"'
        jose = {"Content-Type": "application/jose+json"}
        refused = requests.post(url.replace("new-nonce", "new-order"), data=b"{}", headers=jose, timeout=10)
        assert (refused.status_code, refused.headers["Content-Type"]) == (400, "application/problem+json")
        assert refused.headers["Replay-Nonce"]
        other = {"Content-Type": "application/json"}
        wrong = requests.post(url.replace("new-nonce", "new-order"), data=b"{}", headers=other, timeout=10)
        assert wrong.status_code == 415


def test_other_paths_have_no_head(tmp_path: Path) -> None:
    """HEAD is refused where no path declares it, as before."""
    with served(tmp_path) as mount:
        assert requests.head(mount.directory, timeout=10).status_code == 405
        token = {"X-Vault-Token": mount.server.token}
        assert requests.head(f"{mount.server.url}/v1/pki/config/acme", headers=token, timeout=10).status_code == 405
