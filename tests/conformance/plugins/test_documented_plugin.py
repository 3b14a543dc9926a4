"""The plugin that the documentation shows, taken from there word by word."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.docs.shell import opened, programs, run_page
from tests.conformance.servers import start_ours

PAGE = Path(__file__).parents[3] / "docs" / "plugins.md"
FILES = {"greeter.py": "python", "pyproject.toml": "toml", "test_greeter.py": "python", "greeter.hcl": "hcl"}
CONFIG = """
storage "inmem" {{}}
listener "tcp" {{
  address = "{{address}}"
  tls_disable = true
}}
{plugins}
"""


def block(title: str, language: str) -> str:
    """The first code block in `language` after the line that names `title`."""
    found = re.search(rf"`{re.escape(title)}`:\n\n```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found is not None, f"{title} is not in the documentation"
    return found[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the documented package was installed by pip."""
    source, target = tmp_path_factory.mktemp("greeter"), tmp_path_factory.mktemp("site")
    for title, language in FILES.items():
        (source / title).write_text(block(title, language))
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target), str(source)],
        check=True,
        capture_output=True,
        timeout=110,
    )
    return target


def call(address: str, method: str, path: str, token: str = "", body: object = None) -> tuple[int, Any]:
    """One request; status and decoded body."""
    request = urllib.request.Request(
        f"{address}/v1/{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"X-Vault-Token": token} if token else {},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            status, raw = response.status, response.read()
    except urllib.error.HTTPError as error:
        status, raw = error.code, error.read()
    return status, json.loads(raw) if raw else None


def unsealed(address: str) -> str:
    """Initialise and unseal; the root token."""
    _, made = call(address, "PUT", "sys/init", body={"secret_shares": 1, "secret_threshold": 1})
    call(address, "PUT", "sys/unseal", body={"key": made["keys"][0]})
    return str(made["root_token"])


def test_the_page_works_as_written(installed: Path, tmp_path: Path) -> None:
    """Every command of the page prints what it shows: the plugin's tests, the server, and the requests to it."""
    for title, language in FILES.items():
        (tmp_path / title).write_text(block(title, language))
    with opened(tmp_path, programs(tmp_path)) as (shell, names):
        shell.run(f"export PYTHONPATH={installed}")
        assert run_page(PAGE, shell, names) > 12


@pytest.mark.parametrize("title", ["greeter.py", "test_greeter.py"])
def test_it_is_typed_and_imports_only_the_sdk(title: str, installed: Path, tmp_path: Path) -> None:
    """mypy is content with what the page shows, and nothing of the server is imported but what is meant for plugins."""
    for name in ("greeter.py", "test_greeter.py"):
        (tmp_path / name).write_text(block(name, "python"))
    ran = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", title], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout
    modules = {line.split()[1] for line in block(title, "python").splitlines() if line.startswith("from strongroom")}
    assert modules == {"strongroom.testing" if title.startswith("test_") else "strongroom.sdk"}


def test_a_clients_text_is_no_format(installed: Path, tmp_path: Path) -> None:
    """A phrase that asks for two gigabytes, or for what Python knows, is greeted with as it is, on a real server."""
    with start_ours(tmp_path, CONFIG.format(plugins='plugins = ["greeter"]'), installed=installed) as server:
        token = unsealed(server.url)
        assert call(server.url, "POST", "sys/mounts/greeter", token, {"type": "greeter"})[0] == 204
        text = "{:>2000000000} {0.__class__} %2000000000d {name}"
        assert call(server.url, "POST", "greeter/phrases/ann", token, {"text": text})[0] == 204
        status, answer = call(server.url, "GET", "greeter/hello/ann", token)
        assert (status, answer["data"]["greeting"]) == (200, text.replace("{name}", "ann"))
        assert call(server.url, "DELETE", "greeter/hello/ann", token)[0] == 405


def test_a_scheduled_task_runs_in_a_real_server(installed: Path, tmp_path: Path) -> None:
    """Nobody asks for it: the worker that ends what is due calls the plugin by itself, and metrics count it."""
    with start_ours(tmp_path, CONFIG.format(plugins='plugins = ["greeter"]'), installed=installed) as server:
        token = unsealed(server.url)
        assert call(server.url, "POST", "sys/mounts/greeter", token, {"type": "greeter"})[0] == 204
        assert call(server.url, "POST", "greeter/watchword", token, {"period": "2s"})[0] == 204
        first = call(server.url, "GET", "greeter/watchword", token)[1]["data"]["word"]
        waited = [gauge for gauge in _numbers(server.url, token) if gauge["Labels"].get("class") == "scheduled"]
        assert {gauge["Name"] for gauge in waited} == {
            "vault.expire.late_seconds",
            "vault.expire.waiting",
            "vault.expire.ended_total",
        }
        deadline = time.monotonic() + 100
        while call(server.url, "GET", "greeter/watchword", token)[1]["data"]["word"] == first:
            assert time.monotonic() < deadline, "nobody has called the plugin"
            time.sleep(0.5)


def _numbers(url: str, token: str) -> list[dict[str, Any]]:
    shown = call(url, "GET", "sys/metrics", token)[1]
    return [*shown["Gauges"], *shown["Counters"]]


def test_installed_is_not_allowed(installed: Path, tmp_path: Path) -> None:
    """A plugin that the configuration doesn't name can't be mounted, installed or not."""
    with start_ours(tmp_path, CONFIG.format(plugins=""), installed=installed) as server:
        token = unsealed(server.url)
        status, answer = call(server.url, "POST", "sys/mounts/greeter", token, {"type": "greeter"})
        assert status == 400
        assert "greeter" in answer["errors"][0]
