"""A web application whose user of PostgreSQL comes from Strongroom, and ends when it isn't used any more.

It counts visits.  Its user has a lease, which is renewed while the application runs; a new user is asked for before the
lease can't be renewed any more, and whenever the database refuses the one that there is.  While Strongroom is away, the
application goes on with the user that it has.

Needs psycopg.  Its settings are variables of the environment: VAULT_ADDR, VAULT_TOKEN, DATABASE (host:port/name),
ROLE (of the database engine) and PORT.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psycopg

RETRY_S = 1.0
"""How long Strongroom isn't asked again after it didn't answer."""


class Away(Exception):
    """Strongroom doesn't answer, or can't: asking again later may help."""


class Refused(Exception):
    """Strongroom doesn't allow that, and asking again would not change it."""


def ask(verb: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """What Strongroom answers.  Raises `Away`, `Refused`."""
    request = urllib.request.Request(f"{os.environ['VAULT_ADDR']}/v1/{path}", method=verb)  # noqa: S310 - its own server
    request.add_header("X-Vault-Token", os.environ["VAULT_TOKEN"])
    content = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(request, content, timeout=10) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
            return found
    except urllib.error.HTTPError as error:
        text = f"{error.code}: {error.read(1000).decode(errors='replace').strip()}"
        raise (Away if error.code >= 500 or error.code == 429 else Refused)(text) from error
    except (OSError, ValueError) as error:
        raise Away(str(error)) from error


@dataclass(frozen=True)
class User:
    """A user of the database, and when it ends, by a clock that never goes back."""

    name: str
    password: str
    lease: str
    duration: float
    """Of the lease when it began, in seconds."""
    ends: float


class Users:
    """The one user that this application has at a time.  Its methods may be called by several threads."""

    def __init__(self, role: str) -> None:
        self._role = role
        self._lock = threading.Lock()
        self.current = self._new()

    def replace(self, refused: User) -> User:
        """A user instead of one that the database refuses.  Raises `Away`, `Refused`."""
        with self._lock:
            if self.current.name == refused.name:  # otherwise another thread has replaced it
                self.current = self._new()
            return self.current

    def keep_alive(self) -> None:
        """Renew the lease for ever: after two thirds of its time, and again soon if that fails."""
        while True:
            user = self.current
            time.sleep(max(RETRY_S, user.ends - time.monotonic() - user.duration / 3))
            try:
                self._renew(user)
            except (Away, Refused) as error:
                log(f"{user.name} could not be renewed: {error}")

    def _renew(self, user: User) -> None:
        now = time.monotonic()
        try:
            lasts = ask("POST", "sys/leases/renew", {"lease_id": user.lease})["lease_duration"]
        except Refused:
            lasts = 0  # it was revoked, or its time is over
        if lasts < user.duration / 2:  # its longest time is near: another one, before this one ends
            self.replace(user)
            return
        with self._lock:
            if self.current.name == user.name:
                self.current = replace(user, ends=now + lasts)
                log(f"{user.name} is renewed")

    def _new(self) -> User:
        now = time.monotonic()
        answer = ask("GET", f"database/creds/{self._role}")
        name, lasts = answer["data"]["username"], answer["lease_duration"]
        log(f"{name} is the user now")
        return User(name, answer["data"]["password"], answer["lease_id"], lasts, now + lasts)


class Visits:
    """Counts visits in the database, by one connection that is made anew when it breaks."""

    def __init__(self, users: Users, database: str) -> None:
        self._users = users
        place, _, self._name = database.partition("/")
        self._host, _, self._port = place.rpartition(":")
        self._lock = threading.Lock()
        self._connection: psycopg.Connection[Any] | None = None
        self._as = ""

    def add(self) -> tuple[str, int]:
        """Count one more: as which user, and how many there are.  Raises `Away`, `Refused`, `psycopg.Error`."""
        with self._lock:
            user = self._users.current
            try:
                return self._count(user)
            except psycopg.OperationalError:  # the session was ended, or the user has gone
                self._close()
            try:
                return self._count(user)
            except psycopg.OperationalError:
                self._close()
                return self._count(self._users.replace(user))

    def _count(self, user: User) -> tuple[str, int]:
        if self._connection is None or self._as != user.name:
            self._close()
            self._connection = psycopg.connect(
                host=self._host, port=self._port, dbname=self._name, user=user.name, password=user.password,
                autocommit=True, connect_timeout=5,
            )  # fmt: skip
            self._as = user.name
        row = self._connection.execute("INSERT INTO visits DEFAULT VALUES RETURNING id").fetchone()
        assert row is not None
        return user.name, row[0]

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def pages(add: Callable[[], tuple[str, int]]) -> type[BaseHTTPRequestHandler]:
    """What the application serves: one page."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                user, count = add()
                status, text = 200, f"visit {count}, counted by {user}\n"
            except (Away, Refused, psycopg.Error) as error:
                log(str(error))
                status, text = 503, "try again later\n"
            content = text.encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nothing: visits are counted."""

    return Page


def log(text: str) -> None:
    """Write a line of the log."""
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Serve until the process ends."""
    users = Users(os.environ["ROLE"])
    threading.Thread(target=users.keep_alive, daemon=True).start()
    visits = Visits(users, os.environ["DATABASE"])
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), pages(visits.add))
    log(f"serving at http://127.0.0.1:{server.server_port}/")
    server.serve_forever()


if __name__ == "__main__":
    main()
