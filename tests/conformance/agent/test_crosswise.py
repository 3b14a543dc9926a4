"""Agents at the other program's server: one configuration, with approle, a sink, leases, a certificate, and a proxy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from tests.conformance.agent.proxy.proxies import LISTENER, Answer, ask, proxy
from tests.conformance.agent.world import POLICY, World, world
from tests.conformance.program import OURS, PEER, Program, served, wait_until
from tests.conformance.servers import Server, start_peer

SETTING_UP: dict[str, Any] = {
    "sys/policies/acl/crosswise": {
        "policy": POLICY + 'path "auth/token/lookup-self" { capabilities = ["read"] }\n'
        'path "cross/*" { capabilities = ["read", "update"] }'
    },
    "auth/approle/role/crosswise": {
        "token_policies": "crosswise",
        "token_ttl": "6s",
        "token_max_ttl": "1h",
        "role_id": "crosswise",
        "bind_secret_id": False,
        "secret_id_bound_cidrs": "127.0.0.0/8",
    },
    "sys/mounts/cross": {"type": "pki"},
    "cross/root/generate/internal": {"common_name": "root", "key_type": "ec"},
    "cross/roles/web": {"allow_any_name": True, "key_type": "ec", "ttl": "24h"},
    "secret/data/crosswise": {"data": {"v": "first", "n": 7}},
}
AUTO_AUTH = """
auto_auth {
  method "approle" { config = { role_id_file_path = "{directory}/role-id" } }
  sink "file" { config = { path = "{directory}/sink" } }
}
"""
SAME_HOST = {"Host": "proxy"}
"""The reference proxy tells requests apart by it, and has another port after its restart."""
TEMPLATES = {
    "kv": '{{ with secret "secret/data/crosswise" }}{{ .Data.data.v }} {{ .Data.data.n }}{{ end }}',
    "certificate": '{{ with pkiCert "cross/issue/web" "common_name=a.example.com" }}{{ .Cert }}{{ end }}',
    "token": '{{ with secret "auth/token/create" "ttl=5s" "policies=default" }}{{ .Auth.ClientToken }}{{ end }}',
}


@dataclass(frozen=True)
class Pair:
    """A server, and the other program."""

    server: Server
    program: Path
    world: World | None
    """With a database, if the server is this project's."""

    def ask(self, path: str, body: Any = None, token: str = "") -> Answer:
        """Ask as root, or with another token."""
        method = "GET" if body is None else "POST"
        return ask(self.server.address, f"/v1/{path}", method, body, token or self.server.token)

    def renewed(self, token: str) -> bool:
        """Whether a token was renewed."""
        found = self.ask("auth/token/lookup", {"token": token}).json["data"]
        return bool(found.get("last_renewal"))


@pytest.fixture(scope="module", params=["theirs at ours", "ours at theirs"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Each server with the other program."""
    directory = tmp_path_factory.mktemp("server")
    if request.param == "theirs at ours":
        with world(directory) as found:
            set_up(found.server)
            kept = {
                "db_name": "cache",
                "creation_statements": ['["~a:*","+get"]'],
                "default_ttl": "6s",
                "max_ttl": "1h",
            }
            found.write("database/roles/kept", kept)
            yield Pair(found.server, PEER, found)
    else:
        with start_peer(directory) as server:
            ask(server.address, "/v1/sys/auth/approle", "POST", {"type": "approle"}, server.token)
            set_up(server)
            yield Pair(server, OURS, None)


def set_up(server: Server) -> None:
    """What the configuration asks for."""
    for path, body in SETTING_UP.items():
        answer = ask(server.address, f"/v1/{path}", "POST", body, server.token)
        assert answer.status in (200, 204), (path, answer.body)


def configured(pair: Pair, directory: Path, templates: dict[str, str]) -> Path:
    """The configuration of an agent that goes on."""
    (directory / "role-id").write_text("crosswise")
    stanzas = [f'vault {{ address = "{pair.server.url}" }}\n', AUTO_AUTH.replace("{directory}", str(directory))]
    for name, text in templates.items():
        (directory / f"{name}.ctmpl").write_text(text)
        source, destination = directory / f"{name}.ctmpl", directory / name
        stanzas.append(f'template {{\n  source = "{source}"\n  destination = "{destination}"\n}}\n')
    stanzas.append('template_config { static_secret_render_interval = "2s" }\n')
    path = directory / "agent.hcl"
    path.write_text("".join(stanzas))
    return path


def test_an_agent(pair: Pair, tmp_path: Path) -> None:
    """It renders, renews its own token and the one that it took, and reads again what has no lease."""
    templates = dict(TEMPLATES)
    if pair.world is not None:
        templates["user"] = '{{ with secret "database/creds/kept" }}{{ .Data.username }} {{ .Data.password }}{{ end }}'
    config = configured(pair, tmp_path, templates)

    def ready(_: Program) -> bool:
        return all((tmp_path / name).exists() for name in (*templates, "sink"))

    with served([pair.program, "agent", f"-config={config}"], tmp_path, tmp_path / "log", ready) as agent:
        made = {name: (tmp_path / name).read_text() for name in (*templates, "sink")}
        assert made["kv"] == "first 7"
        assert x509.load_pem_x509_certificate(made["certificate"].encode())
        wait_until(lambda: pair.renewed(made["sink"]) and pair.renewed(made["token"]), agent.log_text)
        pair.ask("secret/data/crosswise", {"data": {"v": "second", "n": 8}})
        wait_until(lambda: (tmp_path / "kv").read_text() == "second 8", agent.log_text)
        assert {name: (tmp_path / name).read_text() for name in made if name != "kv"} == {
            name: text for name, text in made.items() if name != "kv"
        }
        if pair.world is not None:
            user, password = made["user"].split()
            assert pair.world.works({"username": user, "password": password})
    pair.ask("secret/data/crosswise", SETTING_UP["secret/data/crosswise"])


def test_a_proxy(pair: Pair, tmp_path: Path) -> None:
    """It lends its token, keeps what has a lease, and forgets what was revoked through it."""
    (tmp_path / "role-id").write_text("crosswise")
    config = LISTENER + AUTO_AUTH + "cache {}\napi_proxy { use_auto_auth_token = true }\n"
    with proxy(tmp_path, pair.server, config, peer=pair.program == PEER) as running:
        wait_until(lambda: running.ask("/v1/secret/data/crosswise").status == 200, running.program.log_text)
        assert running.ask("/v1/secret/data/crosswise").json["data"]["data"] == {"v": "first", "n": 7}
        body = {"ttl": "1h", "policies": ["default"]}
        first, second = (running.ask("/v1/auth/token/create", "POST", body) for _ in range(2))
        assert (first.cache, second.cache) == ("MISS", "HIT")
        token = first.json["auth"]["client_token"]
        assert second.json["auth"]["client_token"] == token
        assert running.ask("/v1/auth/token/revoke-self", "POST", {}, token).status == 204

        def forgotten() -> bool:
            return bool(running.ask("/v1/auth/token/create", "POST", body).json["auth"]["client_token"] != token)

        if pair.program == PEER:
            wait_until(forgotten, running.program.log_text)  # it answers before it forgets
        assert forgotten()


def test_a_proxy_that_was_killed(pair: Pair, tmp_path: Path) -> None:
    """It goes on with what it has kept on disk, in the stanza for a cluster, whose token is any file."""
    (tmp_path / "role-id").write_text("crosswise")
    (tmp_path / "service-account").write_text("a token of the cluster")
    (tmp_path / "kept").mkdir()
    persist = (
        'cache {\n  persist "kubernetes" {\n    path = "{directory}/kept"\n    keep_after_import = true\n'
        '    service_account_token_file = "{directory}/service-account"\n  }\n}\n'
    )
    config = LISTENER + AUTO_AUTH + persist + "api_proxy { use_auto_auth_token = true }\n"
    body = {"ttl": "1h", "policies": ["default"], "display_name": "kept"}
    tokens = []
    for _ in range(2):
        with proxy(tmp_path, pair.server, config, peer=pair.program == PEER) as running:
            wait_until(lambda: running.ask("/v1/secret/data/crosswise").status == 200, running.program.log_text)
            answer = running.ask("/v1/auth/token/create", "POST", body, headers=SAME_HOST)
            tokens.append(answer.json["auth"]["client_token"])
            running.program.kill()
    assert tokens[0] == tokens[1]
