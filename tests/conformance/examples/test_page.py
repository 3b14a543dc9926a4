"""The page of the example `encrypted_columns` shows what happens."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import psycopg
import pytest

from tests.conformance.docs.shell import opened, programs, run_page
from tests.conformance.examples.shop import EXAMPLE
from tests.conformance.postgres import PostgresqlServer


def test_the_page(tmp_path: Path, postgresql_server: PostgresqlServer) -> None:
    """From an empty server to a version of the key that isn't needed any more, pasted line by line."""
    if shutil.which("psql") is None:
        pytest.skip("needs the program psql")
    page = EXAMPLE / "README.md"
    made = re.search(r"```sql\n(.*?)```", page.read_text(), re.DOTALL)
    assert made is not None
    for file in EXAMPLE.glob("*.py"):
        shutil.copy(file, tmp_path)
    with psycopg.connect(postgresql_server.url, autocommit=True) as connection:
        for statement in made[1].split("\n"):
            connection.execute(statement.encode())
        try:
            with opened(tmp_path, programs(tmp_path)) as (shell, names):
                names.replace("db.example.com:5432", f"127.0.0.1:{postgresql_server.port}")
                assert run_page(page, shell, names) > 12
        finally:
            connection.execute("DROP DATABASE shop WITH (FORCE)")
            connection.execute("DROP ROLE shop")
