"""The example `encrypted_columns` with a database and a key of its own, run as people run it: as a process."""

from __future__ import annotations

import contextlib
import csv
import itertools
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg

from tests.conformance.postgres import PostgresqlServer
from tests.conformance.program import Program, environment, wait_until
from tests.conformance.servers import Server

EXAMPLE = Path(__file__).parents[3] / "examples" / "encrypted_columns"
HELD = 4711
"""The advisory lock by which a test stops a statement inside the database."""
HOLD = f"""
CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_advisory_xact_lock({HELD}); RETURN NEW; END';
"""
IN_THE_BATCH = "CREATE TRIGGER hold BEFORE UPDATE ON customers FOR EACH ROW WHEN (NEW.id = 130) EXECUTE FUNCTION hold()"
IN_THE_COMMIT = """
CREATE CONSTRAINT TRIGGER hold AFTER UPDATE ON customers DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.id = 130) EXECUTE FUNCTION hold()
"""
SLOW = """
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_sleep(0.02); RETURN NEW; END $$;
CREATE TRIGGER slow BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION slow()
"""
NAMES = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Shop:
    """A table of customers.

    Attributes:
        directory: the home of its processes.
        server: where the key is. postgresql: where the table is.
        address: the server's, or that of a proxy before it.
        name: of the database and of the key.
    """

    directory: Path
    server: Server
    postgresql: PostgresqlServer
    address: str
    name: str

    @classmethod
    def opened(cls, directory: Path, server: Server, postgresql: PostgresqlServer) -> Shop:
        """An empty one."""
        shop = cls(directory, server, postgresql, server.address, f"shop{next(NAMES)}")
        if "transit/" not in shop.ask("GET", "sys/mounts")["data"]:
            shop.ask("POST", "sys/mounts/transit", {"type": "transit"})
        shop.ask("POST", f"transit/keys/{shop.name}", {"derived": True})
        with psycopg.connect(postgresql.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {shop.name}".encode())
        shop.run("init")
        return shop

    def behind(self, port: int) -> Shop:
        """The same, where a proxy on this port leads to the server."""
        return replace(self, address=f"127.0.0.1:{port}")

    def close(self) -> None:
        """Remove its database, whoever is connected to it."""
        with psycopg.connect(self.postgresql.url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {self.name} WITH (FORCE)".encode())

    @property
    def url(self) -> str:
        """Of its database."""
        return self.postgresql.url.removesuffix("/postgres") + f"/{self.name}"

    @property
    def settings(self) -> dict[str, str]:
        """What the program finds in its environment."""
        return {
            "VAULT_ADDR": f"http://{self.address}",
            "VAULT_TOKEN": self.server.token,
            "KEY": self.name,
            "DATABASE_URL": self.url,
        }

    def ask(self, verb: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """What the server answers to the root token."""
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.server.url}/v1/{path}", content, method=verb)
        request.add_header("X-Vault-Token", self.server.token)
        with urllib.request.urlopen(request, timeout=60) as answer:
            found: dict[str, Any] = json.loads(answer.read() or b"{}")
            return found

    def run(self, *arguments: str, given: str = "", status: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        command = [sys.executable, str(EXAMPLE / "customers.py"), *arguments]
        done = subprocess.run(
            command,
            check=False,
            input=given,
            env=environment(self.directory, self.settings),
            capture_output=True,
            text=True,
        )
        assert done.returncode == status, done.stderr
        return done

    def start(self, *arguments: str) -> Program:
        """Start a command, with a log of its own, and don't wait."""
        log = self.directory / f"{next(NAMES)}.log"
        return Program.start([sys.executable, EXAMPLE / "customers.py", *arguments], self.directory, log, self.settings)

    def fill(self, count: int) -> dict[int, list[str]]:
        """Add customers that all differ, to an empty table; what `show` has to say of them."""
        people = {at: [f"name {at}", f"{at}@example.com", f"DE{at:020}"] for at in range(1, count + 1)}
        self.run("add", given="".join(f"{','.join(person)}\n" for person in people.values()))
        return people

    def shown(self, status: int = 0) -> dict[int, list[str]]:
        """All customers that can be decrypted, as the program shows them."""
        lines = csv.reader(self.run("show", status=status).stdout.splitlines())
        return {int(number): fields for number, *fields in lines}

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    @contextlib.contextmanager
    def holding(self, trigger: str) -> Iterator[None]:
        """Stop who changes customer 130, until the block ends."""
        self.sql(HOLD + trigger)
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", [HELD])
            yield

    def stored(self) -> list[tuple[Any, ...]]:
        """The ciphertexts of all rows."""
        return self.sql("SELECT id, email, iban FROM customers ORDER BY id")

    def versions(self) -> dict[int, int]:
        """How many rows have which version, by their ciphertexts: both of a row have the same."""
        counts: dict[int, int] = {}
        for _, *texts in self.stored():
            (version,) = {int(text.split(":")[1].removeprefix("v")) for text in texts}
            counts[version] = counts.get(version, 0) + 1
        return counts

    def wait_for_sessions(self, count: int, where: str = "true") -> None:
        """Wait until the database has so many sessions of the program."""
        question = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        wait_until(lambda: self.sql(f"{question} AND {where}") == [(count,)], f"not {count} sessions where {where}")
