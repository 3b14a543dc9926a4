"""As the first process of a container, started by the image's entry point."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.processes.node import children, wait_until
from tests.conformance.servers import OURS
from tests.ports import free_port

ROOT = Path(__file__).parents[3]
ENTRYPOINT = ROOT / "packaging" / "entrypoint"
CONTAINERFILE = (ROOT / "packaging" / "Containerfile").read_text()


class Container:
    """The entry point with its directories below a prefix, in a table of processes of its own where that can be had."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.config = directory / "config"
        self.config.mkdir()
        self.port = free_port()
        self.log = directory / "log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, arguments: Sequence[str], environment: dict[str, str], before: Sequence[str] = ()) -> None:
        """Start it, and don't wait."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("VAULT_", "BAO_", "STRONGROOM_"))}
        paths = {
            "HOME": str(self.directory),
            "STRONGROOM_PROGRAM": str(OURS),
            "STRONGROOM_CONFIG_DIR": str(self.config),
        }
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [*before, str(ENTRYPOINT), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**inherited, **paths, **environment},
                start_new_session=True,
            )

    def text(self) -> str:
        """What it has printed."""
        return self.log.read_text()

    def answers(self) -> dict[str, Any]:
        """Its health, once it has one."""
        found: dict[str, Any] = {}

        def asked() -> bool:
            assert self.process is not None
            assert self.process.poll() is None, self.text()
            url = f"http://127.0.0.1:{self.port}/v1/sys/health?uninitcode=200&sealedcode=200"
            with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=10) as answer:
                found.update(json.load(answer))
            return bool(found)

        wait_until(asked, self.text, 40)
        return found


@pytest.fixture
def container(tmp_path: Path) -> Iterator[Container]:
    """One that is killed at the end."""
    container = Container(tmp_path)
    yield container
    if container.process is not None and container.process.poll() is None:
        os.killpg(container.process.pid, signal.SIGKILL)
        container.process.wait()


@pytest.mark.parametrize("arguments", [["server", "-dev"], [], ["-dev"]])
@pytest.mark.parametrize("prefix", ["VAULT", "BAO"])
def test_a_development_server_as_everybody_starts_one(container: Container, arguments: list[str], prefix: str) -> None:
    """An empty directory of configuration, a token and an address in variables; SIGTERM ends it."""
    environment = {
        f"{prefix}_DEV_ROOT_TOKEN_ID": "myroot",
        f"{prefix}_DEV_LISTEN_ADDRESS": f"0.0.0.0:{container.port}",
        "SKIP_SETCAP": "1",
    }
    container.start(arguments, environment)
    assert container.answers()["sealed"] is False
    request = urllib.request.Request(
        f"http://127.0.0.1:{container.port}/v1/auth/token/lookup-self", headers={"X-Vault-Token": "myroot"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert json.load(answer)["data"]["id"] == "myroot"
    assert container.process is not None
    container.process.send_signal(signal.SIGTERM)
    assert container.process.wait(20) == 0


@pytest.mark.parametrize("name", ["VAULT_LOCAL_CONFIG", "BAO_LOCAL_CONFIG"])
def test_a_configuration_in_a_variable(container: Container, name: str) -> None:
    """It is read from a file for the server alone, in JSON or HCL, and no process keeps it in its environment."""
    listener = {"tcp": {"address": f"127.0.0.1:{container.port}", "tls_disable": 1}}
    storage = {"file": {"path": str(container.directory / "data")}}
    container.start(["server"], {name: json.dumps({"storage": storage, "listener": listener, "workers": 1})})
    assert container.answers()["initialized"] is False
    written = container.config / "local.hcl"
    assert written.stat().st_mode & 0o777 == 0o600
    assert container.process is not None
    for pid in (container.process.pid, *children(container.process.pid)):
        names = [each.partition(b"=")[0] for each in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")]
        assert not [each for each in names if each.endswith(b"LOCAL_CONFIG")]


def test_a_directory_that_cannot_be_written_is_told(container: Container) -> None:
    """Not the configuration of the variable, but the reason why there is none."""
    container.config.rmdir()
    container.start(["server"], {"VAULT_LOCAL_CONFIG": "CANARY"})
    assert container.process is not None
    assert container.process.wait(20) == 1
    assert f"{container.config}/local.hcl cannot be written" in container.text()
    assert "CANARY" not in container.text()


def test_an_empty_directory_without_dev_is_told(container: Container) -> None:
    """A server of production needs a file, and says where it looked."""
    container.start(["server"], {})
    assert container.process is not None
    assert container.process.wait(20) == 1
    assert f"the directory {container.config} holds no file that ends in .hcl or .json" in container.text()


def test_other_words_are_commands(container: Container) -> None:
    """`version` is one of ours, `sh` a program of the image."""
    container.start(["version"], {})
    assert container.process is not None
    assert container.process.wait(20) == 0
    container.start(["sh", "-c", "echo from the shell"], {})
    assert container.process.wait(20) == 0
    first, second = container.text().strip().splitlines()[-2:]
    assert first.startswith("Strongroom v")
    assert second == "from the shell"


@pytest.mark.parametrize("word", ["read", "write", "login", "unset"])
def test_no_other_program_gets_what_a_command_is_given(container: Container, word: str) -> None:
    """Debian has a `login` and a `write`, and the shell a `read`: the one of strongroom is meant."""
    container.start([word, "-help"], {})
    assert container.process is not None
    known = word != "unset"
    assert container.process.wait(20) == (0 if known else 127)
    assert (f"strongroom {word} " in container.text()) is known


@pytest.mark.skipif(shutil.which("ip") is None, reason="needs the program ip, as the entry point does")
@pytest.mark.parametrize("prefix", ["VAULT", "BAO"])
@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({}, "http://127.0.0.1:8200 https://127.0.0.1:8201"),
        (
            {"API_ADDR": "https://vault.example.com:8300", "CLUSTER_ADDR": "https://[2001:db8::1]:8301"},
            "https://127.0.0.1:8300 https://127.0.0.1:8301",
        ),
    ],
)
def test_the_address_of_an_interface_is_told_to_others(
    container: Container, prefix: str, given: dict[str, str], shown: str
) -> None:
    """It takes the place of the host in the addresses that are given, or that are the default."""
    variables = {"REDIRECT_INTERFACE": "lo", "CLUSTER_INTERFACE": "lo", **given}
    environment = {f"{prefix}_{name}": value for name, value in variables.items()}
    container.start(["sh", "-c", "echo $STRONGROOM_API_ADDR $STRONGROOM_CLUSTER_ADDR"], environment)
    assert container.process is not None
    assert container.process.wait(20) == 0
    assert container.text().strip() == shown


@pytest.mark.parametrize("name", ["REDIRECT_INTERFACE", "CLUSTER_INTERFACE"])
def test_an_interface_that_does_not_exist_is_told(container: Container, name: str) -> None:
    """Nothing is started that would tell others an address without a host."""
    container.start(["sh", "-c", "echo started"], {f"VAULT_{name}": "nosuch"})
    assert container.process is not None
    assert container.process.wait(20) == 1
    assert container.text().startswith("entrypoint: the interface nosuch has no IPv4 address")
    assert "started" not in container.text()


FIRST = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child")


def _may_unshare() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*FIRST, "true"], check=False, capture_output=True).returncode == 0


@pytest.mark.skipif(not _may_unshare(), reason="needs the right to make a table of processes of its own")
@pytest.mark.parametrize("dev", [True, False])
def test_the_first_process_reaps_orphans_and_ends_at_sigterm(container: Container, dev: bool) -> None:
    """Processes whose parent has ended leave no zombies; the signal that ends a container ends the server."""
    if not dev:
        (container.config / "a.hcl").write_text(
            f'workers = 2\nstorage "sqlite" {{ path = "{container.directory}/data" }}\n'
            f'listener "tcp" {{ address = "127.0.0.1:{container.port}" tls_disable = true }}\n'
        )
    arguments = ["server", "-dev", "-dev-no-store-token"] if dev else ["server"]
    container.start(arguments, {"VAULT_DEV_LISTEN_ADDRESS": f"127.0.0.1:{container.port}"}, before=FIRST)
    container.answers()
    assert container.process is not None
    first = _reaps_orphans(container.process.pid)
    container.answers()
    os.kill(first, signal.SIGTERM)
    assert container.process.wait(40) == 0


@pytest.mark.skipif(not _may_unshare(), reason="needs the right to make a table of processes of its own")
def test_an_agent_as_the_first_process_reaps_orphans_too(container: Container) -> None:
    """So does `strongroom agent`, and `proxy`, whose commands leave processes behind."""
    (container.config / "a.hcl").write_text(
        f'listener "tcp" {{\n  address = "127.0.0.1:{container.port}"\n  tls_disable = true\n}}\n'
    )
    container.start(["proxy", f"-config={container.config}"], {"VAULT_ADDR": "http://127.0.0.1:1"}, before=FIRST)
    wait_until(lambda: "started!" in container.text(), container.text, 40)
    assert container.process is not None
    os.kill(_reaps_orphans(container.process.pid), signal.SIGTERM)
    assert container.process.wait(40) == 0


def _reaps_orphans(started: int) -> int:
    """See that a table of processes keeps no zombies: the number of its first process."""
    [first] = children(started)
    before = len(children(first))
    for _ in range(5):  # what `podman exec` leaves behind
        subprocess.run(
            ["nsenter", "--target", str(first), "--pid", "--mount", "sh", "-c", "(sleep 0.2; exit 3) & exit 0"],
            check=True,
            timeout=20,
        )

    def zombies() -> list[str]:
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit():
                    fields = (entry / "stat").read_text().rpartition(")")[2].split()
                    if int(fields[1]) == first and fields[0] == "Z":
                        found.append(entry.name)
        return found

    wait_until(lambda: len(children(first)) == before and not zombies(), "zombies stay", 30)
    return first


def test_the_image_starts_the_entry_point() -> None:
    """The file is copied with the right to execute it, and the image's command is the server."""
    assert "COPY --chmod=0755 packaging/entrypoint /usr/local/bin/entrypoint" in CONTAINERFILE
    assert 'ENTRYPOINT ["entrypoint"]' in CONTAINERFILE
    assert 'CMD ["server"]' in CONTAINERFILE
    assert os.access(ENTRYPOINT, os.X_OK)
    checked = subprocess.run(["sh", "-n", str(ENTRYPOINT)], check=False, capture_output=True, timeout=20)
    assert checked.returncode == 0, checked.stderr
