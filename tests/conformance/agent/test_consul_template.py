"""The real consul-template with this project's server: secrets, leases and a token that are kept, certificates, exec.

To have it: `go install github.com/hashicorp/consul-template@v0.41.1`, and the folder of Go's programs in `PATH`.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.conformance.agent.world import World, world
from tests.conformance.program import Program, served, wait_until

PROGRAM = shutil.which("consul-template")
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="consul-template isn't in PATH: the module says how to get it")
_KV = '{{ with secret "secret/data/ct" }}{{ .Data.data.v }}{{ end }} {{ with secret "kv1/ct" }}{{ .Data.v }}{{ end }}'
_LEASE = '{{ with secret "database/creds/kept" }}{{ .LeaseID }} {{ .Data.username }} {{ .Data.password }}{{ end }}'
_CERTIFICATE = '{{ with pkiCert "pki/issue/web" "common_name=a.example.com" }}{{ .Key }}{{ .Cert }}{{ .CA }}{{ end }}'
_LEASED = '{{ with secret "leased-pki/issue/web" "common_name=a.example.com" }}{{ .Data.certificate }}{{ end }}'
TEMPLATES = {
    "kv": _KV,
    "names": '{{ range secrets "kv1/" }}{{ . }} {{ end }}',
    "lease": _LEASE,
    "certificate": _CERTIFICATE,
    "leased": _LEASED,
}


@dataclass(frozen=True)
class Running:
    """consul-template, its files, and the server."""

    world: World
    folder: Path
    token: str
    program: Program

    def text(self, name: str) -> str:
        """What was rendered; empty before."""
        path = self.folder / name
        return path.read_text() if path.exists() else ""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server whose users of Redis live for six seconds, unless their lease is renewed."""
    with world(tmp_path_factory.mktemp("world")) as found:
        role = {"db_name": "cache", "creation_statements": ['["~a:*","+get"]'], "default_ttl": "6s", "max_ttl": "1h"}
        found.write("database/roles/kept", role)
        found.write("kv1/ct", {"v": "one"})
        found.put_secret("ct", v="first")
        yield found


def config(found: World, folder: Path, token: str, *names: str, unwrap: bool = False, more: str = "") -> Path:
    """A configuration of consul-template with the named templates."""
    stanzas = [
        f'template {{\n  contents = {json.dumps(TEMPLATES[name])}\n  destination = "{folder / name}"\n}}\n'
        for name in names
    ]
    settings = {"address": found.server.url, "token": token, "default_lease_duration": "2s"}
    lines = "".join(f'  {name} = "{value}"\n' for name, value in settings.items())
    path = folder / "consul-template.hcl"
    vault = f"vault {{\n{lines}  renew_token = true\n  unwrap_token = {str(unwrap).lower()}\n}}\n"
    path.write_text('kill_signal = "SIGTERM"\n' + vault + more + "".join(stanzas))
    return path


def new_token(found: World, **settings: Any) -> str:
    """A token with the rights of the other agents' tests."""
    return str(found.write("auth/token/create", {"policies": ["app"], **settings})["auth"]["client_token"])


@pytest.fixture(scope="module")
def running(place: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """consul-template with all templates and a token that has to be renewed within six seconds."""
    folder = tmp_path_factory.mktemp("consul-template")
    token = new_token(place, period="6s")
    command: list[str | Path] = [str(PROGRAM), f"-config={config(place, folder, token, *TEMPLATES)}"]

    def ready(_: Program) -> bool:
        return all((folder / name).exists() for name in TEMPLATES)

    with served(command, folder, folder / "log", ready) as program:
        yield Running(place, folder, token, program)


def test_secrets_of_both_versions(running: Running) -> None:
    """They are read and listed, and one of the second version, which has no lease, is read again."""
    assert running.text("kv") == "first one"
    assert running.text("names") == "ct "
    running.world.put_secret("ct", v="second")
    wait_until(lambda: running.text("kv") == "second one", running.program.log_text)


def test_a_lease_is_renewed(running: Running) -> None:
    """The user stays as it is, and can log in."""
    lease, user, password = running.text("lease").split()

    def renewed() -> bool:
        answer = running.world.write("sys/leases/lookup", {"lease_id": lease})
        return answer["data"]["last_renewal"] is not None

    wait_until(renewed, running.program.log_text)
    assert running.text("lease").split() == [lease, user, password]
    assert running.world.works({"username": user, "password": password})
    assert len(running.world.leases("database/creds/kept")) == 1


def test_a_token_is_renewed(running: Running) -> None:
    """The server knows a renewal of it."""
    asked = {"token": running.token}
    wait_until(
        lambda: "last_renewal" in running.world.write("auth/token/lookup", asked)["data"], running.program.log_text
    )


def test_certificates(running: Running) -> None:
    """The key belongs to the first certificate, which comes from the second; one of `secret` has a lease."""
    made = running.text("certificate").encode()
    leaf, authority = x509.load_pem_x509_certificates(made)
    leaf.verify_directly_issued_by(authority)
    assert load_pem_private_key(made, None).public_key() == leaf.public_key()
    assert x509.load_pem_x509_certificate(running.text("leased").encode())
    assert len(running.world.leases("leased-pki/issue/web")) == 1


def test_a_program_is_run_again_when_a_secret_changes(place: World, tmp_path: Path) -> None:
    """It is started when the file is there, and started anew when that is another one; its token came wrapped."""
    place.put_secret("ct", v="before")
    place.root.write("kv1/ct", {"v": "x"}, method="POST")
    inner = {"policies": ["app"], "period": "1h"}
    wrapped = place.root.with_headers(("X-Vault-Wrap-TTL", "5m")).write("auth/token/create", inner, method="POST")
    shell = f"cat {tmp_path}/kv >> {tmp_path}/seen; echo >> {tmp_path}/seen; exec sleep 60"
    more = f'exec {{\n  command = ["sh", "-c", "{shell}"]\n  splay = "0s"\n  kill_timeout = "5s"\n}}\n'
    written = config(place, tmp_path, wrapped["wrap_info"]["token"], "kv", unwrap=True, more=more)
    seen = tmp_path / "seen"
    with served([str(PROGRAM), f"-config={written}"], tmp_path, tmp_path / "log", lambda _: seen.exists()) as program:
        place.put_secret("ct", v="after")
        wait_until(lambda: seen.read_text() == "before x\nafter x\n", program.log_text)
