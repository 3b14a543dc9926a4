"""Each method logs in at both servers, and writes what the peer's agent would write with the same configuration."""

from __future__ import annotations

import base64
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from strongroom.agent.session.keeping import LoginFailed
from tests.conformance.agent.login.world import WRAPPING_PATH, World, run_ours, run_theirs
from tests.unit.agent.sinks.test_envelope import opened

SINK = 'sink "file" { config = { path = "@/token" } }'
APPROLE = 'method "approle" { config = { role_id_file_path = "%/role"\n secret_id_file_path = "@/secret"\n } }'
WRAPPED = APPROLE.replace("\n }", f'\n secret_id_response_wrapping_path = "{WRAPPING_PATH}" }}', 1)
JWT = 'method "jwt" { config = { path = "@/secret"\n role = "web" } }'
KUBERNETES = 'method "kubernetes" { config = { role = "web"\n token_path = "%/pod" } }'
CERT = (
    'method "cert" { config = { name = "web"\n ca_cert = "%/ca.pem"\n'
    'client_cert = "%/client.pem"\n client_key = "%/client.key" } }'
)
TOKEN = 'method "token_file" { config = { token_file_path = "@/secret" } }'
USERPASS = 'method "userpass" { config = { username = "eva"\n password_file_path = "@/secret" } }'


def _secret(place: World, method: str) -> str:
    """What a method reads from `secret`."""
    if method == TOKEN:
        token: str = place.root.auth.token.create(policies=["default"], ttl="1h")["auth"]["client_token"]
        return token
    if method == USERPASS:
        return "password-of-eva\n"
    return place.signed() if method == JWT else place.secret_id(wrapped=method == WRAPPED)


def _same(found: dict[str, Any]) -> dict[str, Any]:
    """What two tokens that were got in the same way have in common."""
    names = ("path", "policies", "meta", "renewable", "type", "creation_ttl", "explicit_max_ttl", "orphan", "num_uses")
    meta = {name: value for name, value in (found["meta"] or {}).items() if name != "secret_id_accessor"}
    return {name: found.get(name) for name in names} | {"meta": meta}


@pytest.mark.parametrize(
    ("method", "path", "left"),
    [
        (APPROLE, "auth/approle/login", False),
        (WRAPPED, "auth/approle/login", False),
        (JWT, "auth/jwt/login", False),
        (KUBERNETES, "auth/kubernetes/login", True),
        (CERT, "auth/cert/login", True),
        (TOKEN, "auth/token/create", True),
        (USERPASS, "auth/userpass/login/eva", False),
    ],
    ids=["approle", "wrapped", "jwt", "kubernetes", "cert", "token_file", "userpass"],
)
def test_a_login(place: World, tmp_path: Path, method: str, path: str, left: bool) -> None:
    """The token is of the right login; the peer's agent leaves the same file, and a token that is the same."""
    written = []
    for run in (run_ours, run_theirs):
        if run is run_theirs and method == USERPASS:
            continue  # the peer's agent hasn't got that method
        file, secret = tmp_path / "token", tmp_path / "secret"
        file.unlink(missing_ok=True)
        secret.write_text(_secret(place, method))
        run(place.config(tmp_path, f"{method}\n{SINK}"))
        token = file.read_text()
        found = place.about(token)
        assert found["path"] == path
        written.append((_same(found), stat.S_IMODE(file.stat().st_mode), token.endswith("\n"), secret.exists()))
    assert written[0][3] is left
    assert all(other == written[0] for other in written)


@pytest.mark.parametrize("by", ["method", "sink"])
def test_a_wrapped_token(place: World, tmp_path: Path, by: str) -> None:
    """What stands for the token has the same form, is opened once, and tells by which request it was made."""
    wraps = 'wrap_ttl = "5m"\n'
    method = KUBERNETES.replace("{", "{ " + wraps, 1) if by == "method" else KUBERNETES
    sink = SINK.replace("{", "{ " + wraps, 1) if by == "sink" else SINK
    forms = []
    for run in (run_ours, run_theirs):
        run(place.config(tmp_path, f"{method}\n{sink}"))
        text = (tmp_path / "token").read_text()
        assert text.count("\n") == text.endswith("\n") == 1
        wrapping = json.loads(text)
        forms.append((list(wrapping), wrapping["ttl"], wrapping["creation_path"]))
        inside = place.root.sys.unwrap(wrapping["token"])
        token = inside["auth"]["client_token"] if by == "method" else inside["data"]["token"]
        assert place.about(token)["path"] == "auth/kubernetes/login"
    assert forms[0] == forms[1]
    assert forms[0][2] == ("auth/kubernetes/login" if by == "method" else "sys/wrapping/wrap")


@pytest.mark.parametrize("derive", [True, False])
def test_an_encrypted_token(place: World, tmp_path: Path, derive: bool) -> None:
    """The owner of the key reads what either agent wrote, by the same steps."""
    owner = X25519PrivateKey.generate()
    public = {"curve25519_public_key": base64.b64encode(owner.public_key().public_bytes_raw()).decode()}
    (tmp_path / "public").write_text(json.dumps(public))
    sink = (
        f'sink "file" {{ dh_type = "curve25519"\n dh_path = "@/public"\n derive_key = {str(derive).lower()}\n'
        'aad = "told"\n config = { path = "@/token"\n mode = 0600 } }'
    )
    for run in (run_ours, run_theirs):
        run(place.config(tmp_path, f"{KUBERNETES}\n{sink}"))
        text = (tmp_path / "token").read_text()
        assert text.count("\n") == text.endswith("\n") == 1
        token = opened(text, owner, derive=derive, aad=b"told")
        assert place.about(token)["path"] == "auth/kubernetes/login"


def test_a_restart_uses_up_nothing(place: World, tmp_path: Path) -> None:
    """An agent that finds its token goes on with it when its secret id is used up, and takes a newer one."""
    accessors = []
    for secret_id in (True, False, True):
        if secret_id:
            (tmp_path / "secret").write_text(place.secret_id(wrapped=True))
        run_ours(_untouched(place, tmp_path))
        accessors.append(place.about((tmp_path / "token").read_text())["accessor"])
        assert not (tmp_path / "secret").exists()
    assert accessors[0] == accessors[1] != accessors[2]


def _untouched(place: World, directory: Path) -> Path:
    """The same configuration, written once: a changed one asks for a new login."""
    path = directory / "agent.hcl"
    return path if path.exists() else place.config(directory, f"{WRAPPED}\n{SINK}")


def test_a_secret_id_that_somebody_else_has_unwrapped(place: World, tmp_path: Path) -> None:
    """The login fails with a text that says so, and nothing is used up."""
    wrapping = place.secret_id(wrapped=True)
    place.root.sys.unwrap(wrapping)
    (tmp_path / "secret").write_text(wrapping)
    method = WRAPPED.replace("{ config", "{ exit_on_err = true\n config", 1)
    with pytest.raises(LoginFailed, match="somebody else has opened it"):
        run_ours(place.config(tmp_path, f"{method}\n{SINK}"))
    assert (tmp_path / "secret").read_text() == wrapping
    assert not (tmp_path / "token").exists()
