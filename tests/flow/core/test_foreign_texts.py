"""What an engine, a plugin or a client library says in an exception is told to nobody: it may name a password.

A library that can't connect says what it was given: `connection to "postgresql://admin:password@db" failed`.
"""

from __future__ import annotations

import base64
from importlib.metadata import EntryPoint
from typing import Any

import pytest
from structlog.testing import capture_logs

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction, transact
from strongroom.sdk import Auth, AuthMethod, Body, Engine, Lease, Made, Request, Response, TokenSettings, path
from strongroom.server import builtin, plugins
from strongroom.services.leases import LeaseRecord
from strongroom.testing import PluginServer

CANARY = "canary-planted-password"


def library() -> None:
    """A client library that fails, in words of its own."""
    raise ConnectionError(f"connection to postgresql://admin:{CANARY}@db failed")


class Empty(Body, frozen=True):
    """Nothing."""


class Leaking(Engine):
    """Fails in every method, or where it is told to."""

    type = "leaking"

    def __init__(self) -> None:
        self.failing: set[str] = set()

    def fail(self, where: str) -> None:
        """Fail here, if told to."""
        if where in self.failing:
            library()

    def variant(self, options: Any) -> Engine:
        """The same."""
        self.fail("variant")
        return self

    def check_options(self, options: dict[str, str]) -> dict[str, str]:
        """Any."""
        self.fail("check_options")
        return options

    async def mounted(self, request: Request) -> None:
        """Begin."""
        self.fail("mounted")

    async def is_there(self, request: Request, name: str) -> bool:
        """Whether it is."""
        self.fail("exists")
        return False

    @path.write("thing/{name}", exists="is_there")
    async def store(self, request: Request, name: str, body: Empty) -> Response | None:
        """Store."""
        self.fail("answer")
        await request.schedule(request.now, name)
        return None

    @path.read("lease")
    async def lease(self, request: Request) -> Response:
        """Lease."""
        return Response(data={}, lease=Lease(ttl_s=60))

    @path.read("planned")
    async def planned(self, request: Request) -> Response:
        """Plan."""
        return Response(data={}, lease=Lease(ttl_s=60, planned=True))

    async def make(self, request: Request, lease: dict[str, Any]) -> Made:
        """Make."""
        self.fail("make")
        return Made()

    async def renew(self, request: Request, lease: dict[str, Any], increment_s: int) -> int:
        """Renew."""
        self.fail("renew")
        return increment_s

    async def revoke(self, request: Request, lease: dict[str, Any]) -> None:
        """Undo."""
        self.fail("revoke")

    async def due(self, request: Request, name: str, data: dict[str, Any]) -> None:
        """Work."""
        self.fail("due")


class LeakingMethod(AuthMethod):
    """Lets everybody in, and fails at the renewal."""

    type = "leaking-method"

    def __init__(self) -> None:
        self.failing: set[str] = set()

    @path.write("login/{username}", unauthenticated=True)
    async def log_in(self, request: Request, username: str) -> Response:
        """Log in."""
        if "login" in self.failing:
            library()
        return Response(auth=Auth(display_name=username, token=TokenSettings(policies=("default",), ttl_s=60)))

    async def renew_token(self, request: Request, auth: Auth) -> Auth:
        """Renew."""
        library()
        return auth


async def exercise(server: PluginServer, hook: str) -> list[Any]:
    """Reach one hook that fails; every answer on the way."""
    engine, method = server.engines["leaking"], server.engines["leaking-method"]
    assert isinstance(engine, Leaking)
    assert isinstance(method, LeakingMethod)
    lease = (await server.ok("GET", "leaking/lease")).lease_id
    await server.ok("POST", "leaking/thing/kept", {})
    answers: list[Any] = []
    engine.failing = {hook}
    method.failing = {hook}
    match hook:
        case "variant" | "check_options" | "mounted":
            answers.append(await server.ask("POST", "sys/mounts/second", {"type": "leaking", "options": {"a": "b"}}))
        case "exists" | "answer":
            answers.append(await server.ask("POST", "leaking/thing/a", {}))
        case "make":
            answers.append(await server.ask("GET", "leaking/planned"))
        case "renew":
            answers.append(await server.ask("POST", "sys/leases/renew", {"lease_id": lease}))
        case "revoke":
            answers.append(await server.ask("POST", "sys/leases/revoke", {"lease_id": lease, "sync": True}))
            answers.append(await server.ask("POST", "sys/leases/revoke-prefix/leaking", {"sync": True}))
            server.clock.advance(3600)
        case "login":
            answers.append(await server.ask("POST", "auth/leaking-method/login/ann", {}, token=""))
        case "renew_token":
            token = await server.ok("POST", "auth/leaking-method/login/ann", {}, token="")
            answers.append(await server.ask("POST", "auth/token/renew-self", token=token.body["auth"]["client_token"]))
    await server.work()
    engine.failing = set()
    return answers


@pytest.mark.parametrize(
    "hook",
    [
        "variant",
        "check_options",
        "mounted",
        "exists",
        "answer",
        "make",
        "renew",
        "revoke",
        "due",
        "login",
        "renew_token",
    ],
)
async def test_no_hook_tells_what_its_library_says(hook: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Not in the answer, the log, standard error, nor in what is stored of a revocation; the log has the place."""
    server = await PluginServer.start(Leaking, LeakingMethod)
    with capture_logs() as logs:
        answers = await exercise(server, hook)

    async def stored(txn: Transaction) -> list[LeaseRecord | None]:
        return [
            await txn.read(keys.lease(name), LeaseRecord) for name in await txn.scan(keys.leases(keys.ROOT_NAMESPACE))
        ]

    kept = [lease.last_error for lease in await transact(server.services.barrier, stored) if lease is not None]
    written = [str(answers), str(logs), str(kept), *capfd.readouterr()]
    assert not any(CANARY in each for each in written), hook
    assert "ConnectionError at test_foreign_texts.py" in str(logs), (hook, logs)
    assert all(answer.status >= 500 for answer in answers), answers


async def test_an_engine_that_fails_takes_no_other_mount_along() -> None:
    """A mount whose engine no longer takes its options is as one without an engine, and everything else goes on."""
    server = await PluginServer.start(Leaking)
    engine = server.engines["leaking"]
    assert isinstance(engine, Leaking)
    engine.failing = {"variant"}
    with capture_logs() as logs:
        await server.ok("POST", "sys/mounts/other", {"type": "kv"})  # the mounts are looked at anew
        await server.ok("POST", "other/a", {"b": "c"})
        assert (await server.ask("GET", "leaking/lease")).status == 404
    assert CANARY not in str(logs)
    told = {entry["mount"] for entry in logs if entry["event"].startswith("an engine does not take")}
    assert told == {"leaking/"}
    engine.failing = set()
    await server.ok("DELETE", "sys/mounts/other")
    await server.ok("GET", "leaking/lease")


class Unready(Engine):
    """Can't be made."""

    type = "unready"

    def __init__(self) -> None:
        library()


class Nameless(Engine):
    """Says no type."""


@pytest.mark.parametrize("value", ["Unready", "missing", "Nameless"])
def test_a_plugin_that_cannot_be_made_is_told_without_its_words(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator reads which plugin it is, and where it failed."""
    point = EntryPoint("mine", f"{__name__}:{value}", plugins.ENTRY_POINTS)
    monkeypatch.setattr(plugins, "entry_points", lambda group: [point])
    with pytest.raises(plugins.PluginError) as caught:
        builtin.engines(("mine",))
    assert CANARY not in str(caught.value)
    assert 'the plugin "mine" cannot be' in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_plugin_that_fails_in_its_import_is_told_without_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing package is named, as Python says it; any other text may be a library's."""

    class Point:
        name = "mine"

        def __init__(self, error: Exception) -> None:
            self.error = error

        def load(self) -> None:
            raise self.error

    for error, told in (
        (ConnectionError(CANARY), "ConnectionError at test_foreign_texts.py"),
        (ModuleNotFoundError("No module named 'psycopg'"), "No module named 'psycopg'"),
    ):
        monkeypatch.setattr(plugins, "entry_points", lambda group, error=error: [Point(error)])
        with pytest.raises(plugins.PluginError) as caught:
            builtin.engines(("mine",))
        assert CANARY not in str(caught.value)
        assert told in str(caught.value)


@pytest.mark.parametrize("text", ["not base64 " + CANARY, base64.b64encode(CANARY.encode()).decode()])
async def test_a_pgp_key_that_is_none_is_not_repeated(text: str) -> None:
    """Somebody pastes the wrong thing; what the package says of it may hold a part."""
    server = await PluginServer.start()
    with capture_logs() as logs:
        reply = await server.ask(
            "PUT", "sys/rekey/init", {"secret_shares": 1, "secret_threshold": 1, "pgp_keys": [text]}, token=""
        )
    assert CANARY not in str(reply)
    assert CANARY not in str(logs)
