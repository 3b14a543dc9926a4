"""The examples `agent`: each folder is set up as its page says, with its own files, and does what it promises."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hvac
import pytest
import yaml

from tests.conformance.docs.console import Names
from tests.conformance.docs.shell import opened, programs, run_page
from tests.conformance.program import OURS, Program, environment, wait_until
from tests.conformance.servers import Server
from tests.ports import free_port
from tests.sim.kubernetes import Cluster
from tests.sim.kubernetes.stand_in import REVIEWER
from tests.sim.tls_server import serving

EXAMPLES = Path(__file__).parents[3] / "examples" / "agent"


def _copy(folder: Path, target: Path, names: Names) -> None:
    """The files of an example, with a test's places and addresses in them."""
    for file in folder.iterdir():
        (target / file.name).write_text(names.fill(file.read_text()))
        (target / file.name).chmod(file.stat().st_mode & 0o777)


def test_a_machine(tmp_path: Path) -> None:
    """A wrapped secret id, a file with owner and mode, a reload for each secret, and a restart without a login."""
    shop, root = tmp_path / "shop", os.getuid() == 0
    shop.mkdir()
    (tmp_path / "run").mkdir()
    with opened(tmp_path, programs(tmp_path)) as (shell, names):
        asked = tmp_path / "systemctl.log"
        manager = tmp_path / ".programs" / "systemctl"
        manager.write_text(f'#!/bin/sh\necho "$@" >> {asked}\n')
        manager.chmod(0o755)
        names.replace("/etc/shop/", f"{shop}/")
        names.replace("/run/strongroom-agent/", f"{tmp_path}/run/")
        names.replace('refresh              = "1m"', 'refresh = "1s"')
        names.replace('user                 = "shop"', f'user = "{"nobody" if root else getpass.getuser()}"')
        names.replace('group                = "shop"', f"gid = {65534 if root else os.getgid()}")
        _copy(EXAMPLES / "approle", tmp_path, names)
        assert run_page(EXAMPLES / "approle" / "README.md", shell, names) > 12
        wait_until(lambda: asked.read_text().count("try-reload-or-restart shop") == 2, asked.read_text)
        state = (shop / "shop.conf").stat()
        assert state.st_mode & 0o777 == 0o400
        assert state.st_uid == (65534 if root else os.getuid())


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_a_machines_units(tmp_path: Path) -> None:
    """The unit of the package with the example's drop-in, and the example's service, are right for systemd."""
    for source, name in (
        (EXAMPLES.parents[1] / "packaging" / "strongroom-agent.service", "strongroom-agent.service"),
        (EXAMPLES / "approle" / "strongroom-agent.conf", "strongroom-agent.service.d/shop.conf"),
        (EXAMPLES / "approle" / "shop.service", "shop.service"),
    ):
        text = source.read_text().replace("/opt/strongroom/bin/strongroom", str(OURS))
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text.replace("/usr/local/bin/shop", "/bin/true"))
    command = [
        "systemd-analyze",
        "verify",
        "--man=no",
        f"{tmp_path}/strongroom-agent.service",
        f"{tmp_path}/shop.service",
    ]
    done = subprocess.run(
        command,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    # Without a user `shop` on this machine that is all there is to say.
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if str(tmp_path) in line] == []


def test_a_job(tmp_path: Path) -> None:
    """The job's token is used up, its script has the secret, and its failures are the job's."""
    with opened(tmp_path, programs(tmp_path)) as (shell, names):
        _copy(EXAMPLES / "ci", tmp_path, names)
        assert run_page(EXAMPLES / "ci" / "README.md", shell, names) > 12
    job = yaml.safe_load((EXAMPLES / "ci" / "gitlab-ci.yml").read_text())["deploy"]
    role = (EXAMPLES / "ci" / "role.json").read_text()
    assert job["id_tokens"]["STRONGROOM_ID_TOKEN"]["aud"] in role
    # What the job writes is what the agent's configuration names.
    assert "> id-token)" in job["script"][0]
    assert 'path = "id-token"' in (EXAMPLES / "ci" / "agent.hcl").read_text()


@contextlib.contextmanager
def _cluster(root: hvac.Client, directory: Path) -> Iterator[str]:
    """A cluster that the server knows; a token of its service account `shop`."""
    cluster = Cluster()
    root.sys.enable_auth_method("kubernetes")
    with serving(directory, cluster) as api:
        config = {
            "kubernetes_host": f"https://{api.host}",
            "kubernetes_ca_cert": api.certificate.read_text(),
            "token_reviewer_jwt": REVIEWER,
            "disable_local_ca_jwt": True,
        }
        root.write_data("auth/kubernetes/config", data=config)
        yield cluster.token(cluster.add("default", "shop"))


def _pod(directory: Path, server: Server) -> dict[str, Any]:
    """The commands of the example's containers, by their names, with their files below a directory."""
    account = directory / "account" / "token"
    names = Names({"http://strongroom.example.com:8200": server.url, "127.0.0.1:8100": f"127.0.0.1:{free_port()}"})
    names.replace('role = "shop"', f'role = "shop", token_path = "{account}"')
    names.replace(
        'persist "kubernetes" {', f'persist "kubernetes" {{\n        service_account_token_file = "{account}"'
    )
    for place, folder in (("/secrets", "files"), ("/config", "settings"), ("", "account")):
        (directory / folder).mkdir()
        if place:
            names.replace(f"{place}/", f"{directory / folder}/")
    config, _, pod = yaml.safe_load_all(names.fill((EXAMPLES / "sidecar" / "pod.yaml").read_text()))
    for name, text in config["data"].items():
        (directory / "settings" / name).write_text(text)
    spec = pod["spec"]
    return {each["name"]: each["command"] for each in (*spec["initContainers"], *spec["containers"])}


def test_a_pod(ours: Server, tmp_path: Path) -> None:
    """The file is there before the program, which asks its neighbour for the rest; both agents have one login."""
    root = hvac.Client(url=ours.url, token=ours.token)
    commands = _pod(tmp_path, ours)
    with _cluster(root, tmp_path) as token:
        (tmp_path / "account/token").write_text(token)
        for name, value in (("shop", {"a": "b"}), ("other", {"c": "d"})):
            root.write_data(f"secret/data/{name}", data={"data": value})
        root.sys.create_or_update_policy("shop", (EXAMPLES / "sidecar" / "shop.hcl").read_text())
        bound = {"bound_service_account_names": "shop", "bound_service_account_namespaces": "default"}
        root.write_data("auth/kubernetes/role/shop", data={**bound, "token_policies": "shop", "token_ttl": "1h"})
        once, beside, shop = commands["agent-once"], commands["agent"], commands["shop"]
        done = subprocess.run(
            [OURS, *once[1:]], env=environment(tmp_path), capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        assert (tmp_path / "files/shop.json").read_text() == '{"a":"b"}\n'
        sidecar = Program.start([OURS, *beside[1:]], tmp_path, tmp_path / "agent.log")
        try:
            sidecar.wait_for(lambda: "logged in" in sidecar.log_text())
            said = subprocess.run(
                shop, env=environment(tmp_path), capture_output=True, text=True, timeout=60, check=True
            )
            first, second = said.stdout.splitlines()
            assert first == '{"a":"b"}'
            assert '"data":{"c":"d"}' in second
            assert "the token from before is still good; no login is needed" in sidecar.log_text()
        finally:
            assert sidecar.stop() == 0
