"""The pages about Redis and InfluxDB, with servers where they say that there are some."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.conformance.docs.shell import opened, programs, run_page
from tests.sim import influxdb, redis

PAGES = Path(__file__).parents[4] / "docs" / "engines"


def test_redis(tmp_path: Path) -> None:
    """With an administrator that has the rights of the page."""
    if shutil.which("redis-cli") is None:
        pytest.skip("needs redis-cli")
    page = PAGES / "database-redis.md"
    found = re.search(r"^user strongroom on >long-and-secret (.*)$", page.read_text(), re.MULTILINE)
    assert found is not None
    (tmp_path / "page").mkdir()
    with redis.run(tmp_path / "redis", aclfile=True) as server, opened(tmp_path / "page", programs(tmp_path)) as opener:
        client = server.client()
        client.execute_command("ACL", "SETUSER", redis.ADMIN, "reset", "on", ">long-and-secret", *found[1].split())
        client.close()
        shell, names = opener
        names.replace("host=cache port=6379", f"host=127.0.0.1 port={server.port}")
        names.replace("-h cache -p 6379", f"-h 127.0.0.1 -p {server.port}")
        assert run_page(page, shell, names) > 6
        server.restart()
        assert "V_" not in (server.folder / "users.acl").read_text()


def test_influxdb(tmp_path: Path) -> None:
    """Made, logged in, dropped; nothing is left."""
    (tmp_path / "page").mkdir()
    with influxdb.run(tmp_path / "influxdb") as server, opened(tmp_path / "page", programs(tmp_path)) as opener:
        server.query(f"SET PASSWORD FOR {influxdb.ADMIN} = 'long-and-secret'; CREATE DATABASE telegraf")
        server.query("CREATE DATABASE telegraf", password="long-and-secret")
        shell, names = opener
        names.replace("host=metrics port=8086", f"host=127.0.0.1 port={server.port}")
        names.replace("metrics:8086", f"127.0.0.1:{server.port}")
        assert run_page(PAGES / "database-influxdb.md", shell, names) > 8
        _, found = server.query("SHOW USERS", password="long-and-secret")
        assert found["results"][0]["series"][0]["values"] == [[influxdb.ADMIN, True]]
