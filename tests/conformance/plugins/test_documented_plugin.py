"""The plugin that the documentation shows, taken from there word by word."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.servers import start_ours

PAGE = Path(__file__).parents[3] / "docs" / "plugins.md"
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
    (source / "greeter.py").write_text(block("greeter.py", "python"))
    (source / "pyproject.toml").write_text(block("pyproject.toml", "toml"))
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


def test_works_as_written(installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Installed and allowed by name, it mounts, stores its phrase and greets as the page says."""
    monkeypatch.setenv("PYTHONPATH", str(installed))
    with start_ours(tmp_path, CONFIG.format(plugins='plugins = ["greeter"]')) as server:
        token = unsealed(server.url)
        assert call(server.url, "POST", "sys/mounts/greeter", token, {"type": "greeter"})[0] == 204
        assert call(server.url, "POST", "greeter/phrase/ann", token, {"text": "Good morning, {}!"})[0] == 204
        status, answer = call(server.url, "GET", "greeter/hello/ann", token)
        assert (status, answer["data"]) == (200, {"greeting": "Good morning, ann!"})
        assert call(server.url, "GET", "greeter/hello/bob", token)[0] == 404
        assert call(server.url, "DELETE", "greeter/hello/ann", token)[0] == 405


def test_installed_is_not_allowed(installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plugin that the configuration doesn't name can't be mounted, installed or not."""
    monkeypatch.setenv("PYTHONPATH", str(installed))
    with start_ours(tmp_path, CONFIG.format(plugins="")) as server:
        token = unsealed(server.url)
        status, answer = call(server.url, "POST", "sys/mounts/greeter", token, {"type": "greeter"})
        assert status == 400
        assert "greeter" in answer["errors"][0]
