"""What one process does in a second, without sockets: where the time of a request goes.

    python bench/stages.py [--profile] [--storage sqlite|inmem] [--seconds 2] [--turn 16]

With `--turn`, as many requests are served together, as a listener with busy connections does.  Times are those of the
processor.  Absolute numbers hold for one machine on one day; compare two runs of one evening.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import json
import pstats
import tempfile
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from strongroom.audit.devices import DeviceRequest
from strongroom.barrier.transaction import Transaction, transact
from strongroom.http.application import Application
from strongroom.http.first_step import Finished
from strongroom.http.message import HttpRequest, HttpResponse, Peer
from strongroom.http.turns import Outcome, Turns
from strongroom.lib.clock import SystemClock
from strongroom.lib.rand import SystemRandom
from strongroom.lib.secret import Secret
from strongroom.sealing.initialize import InitRequest, initialize, seal_of
from strongroom.sealing.port import LocalPort
from strongroom.seals import shamir
from strongroom.server.builtin import engines
from strongroom.server.node_settings import NodeSettings
from strongroom.server.stores import open_store
from strongroom.server.wiring import build_node, unseal

_PEER = Peer(address="127.0.0.1", port=1, listener="bench")
_VALUE = {"username": "app", "password": "correct horse battery staple", "host": "db.example.com", "port": 5432}

_TEXT = "dGhlIHF1aWNrIGJyb3duIGZveA=="


def request(method: str, path: str, body: object = None, token: str = "root") -> HttpRequest:  # noqa: S107
    """A request as the parser makes it."""
    headers = {"host": "bench", "x-vault-token": token}
    if body is not None:
        headers["content-type"] = "application/json"
    encoded = b"" if body is None else json.dumps(body).encode()
    return HttpRequest(method, f"/v1/{path}", "", headers, encoded, _PEER)


async def application(storage_type: str, home: Path) -> Application:
    """An unsealed server without listeners, with an audit file."""
    clock, random, settings = SystemClock(), SystemRandom(), NodeSettings(storage_type=storage_type)
    storage = open_store(storage_type, {"path": str(home / "store")}, clock, random)
    await storage.start()

    async def nothing() -> None:
        return None

    async def open_(key: Secret) -> None:
        await unseal(node, key, engines(()), settings)

    node = build_node(storage, LocalPort(random, open_, nothing), clock, random, settings)
    made = await initialize(storage, random, InitRequest(shares=1, threshold=1, root_token="root"))  # noqa: S106
    seal = await seal_of(storage)
    if seal is None:
        raise RuntimeError("the store was not initialised")
    await open_(shamir.open_(seal, [made.shares.keys[0].reveal()]))
    services = node.unsealed
    if services is None:
        raise RuntimeError("the barrier is closed")

    async def device(txn: Transaction) -> None:
        device = DeviceRequest("bench/", "file", "", {"file_path": str(home / "audit.log")}, local=False)
        await services.audit.enable(txn, device, clock.now())

    await transact(services.barrier, device)
    app = Application(node)
    await app(request("POST", "sys/mounts/kv1", {"type": "kv"}))
    await app(request("POST", "sys/mounts/kv2", {"type": "kv", "options": {"version": "2"}}))
    await app(request("POST", "sys/mounts/transit", {"type": "transit"}))
    await app(request("POST", "transit/keys/aes", {"type": "aes256-gcm96"}))
    await app(request("POST", "transit/keys/ed", {"type": "ed25519"}))
    await app(request("POST", "sys/auth/approle", {"type": "approle"}))
    await app(request("POST", "auth/approle/role/app", {"token_policies": "default", "token_ttl": "1h"}))
    await app(request("POST", "sys/mounts/pki", {"type": "pki", "config": {"max_lease_ttl": "87600h"}}))
    await app(request("POST", "pki/root/generate/internal", {"common_name": "bench root", "key_type": "ec"}))
    await app(request("POST", "pki/roles/web", {"allow_any_name": True, "key_type": "ec", "ttl": "1h"}))
    await app(request("POST", "sys/auth/userpass", {"type": "userpass"}))
    await app(request("POST", "auth/userpass/users/app", {"password": "correct horse"}))
    for number in range(100):
        await app(request("POST", f"kv1/{number}", _VALUE))
        await app(request("POST", f"kv2/data/{number}", {"data": _VALUE}))
    return app


async def approle_login(app: Application) -> HttpRequest:
    """A login by the role `app`."""
    role = json.loads((await app(request("GET", "auth/approle/role/app/role-id"))).body)["data"]
    secret = json.loads((await app(request("POST", "auth/approle/role/app/secret-id"))).body)["data"]
    fields = {"role_id": role["role_id"], "secret_id": secret["secret_id"]}
    return request("POST", "auth/approle/login", fields)


def signature_fields(answer: HttpResponse) -> dict[str, str]:
    """The parameters that verify a signature."""
    return {"input": _TEXT, "signature": json.loads(answer.body)["data"]["signature"]}


class Client:
    """A connection with one request of a turn."""

    def __init__(self, app: Application, request: HttpRequest) -> None:
        self._app = app
        self._request = request
        self.response: asyncio.Future[HttpResponse] = asyncio.get_running_loop().create_future()

    known = None
    port = 0

    def begin(self) -> Coroutine[Any, Any, HttpResponse]:
        """Begin with the request."""
        return self._app(self._request)

    def abort(self) -> None:
        """End the connection, whose answer can't be sent."""
        self.response.cancel()

    def served(self, outcome: Outcome) -> None:
        """Keep the response."""
        if isinstance(outcome, Finished):
            self.response.set_result(outcome.result)
        elif isinstance(outcome, BaseException):
            self.response.set_exception(outcome)
        else:
            assert isinstance(outcome, asyncio.Task), "no response is kept of what has no name"
            outcome.add_done_callback(lambda task: self.response.set_result(task.result()))


async def ask(app: Application, requests: list[HttpRequest], *, together: bool) -> HttpResponse:
    """Have requests served, one after another or in one turn.  Returns the last response."""
    if not together:
        for request in requests:
            response = await app(request)
        return response
    turns = Turns(asyncio.get_running_loop(), lambda: app)
    clients = [Client(app, request) for request in requests]
    for client in clients:
        turns.add(client)
    for client in clients:
        response = await client.response
    return response


async def measure(name: str, app: Application, make: Callable[[int], HttpRequest], wanted: argparse.Namespace) -> None:
    """Print how many requests of a kind are served in a second."""
    at_once = wanted.turn or 50
    count, start = 0, time.process_time()
    while time.process_time() - start < wanted.seconds:
        requests = [make(count + number) for number in range(at_once)]
        response = await ask(app, requests, together=bool(wanted.turn))
        count += at_once
        if response.status >= 300:
            raise RuntimeError(f"{name}: {response.status} {response.body!r}")
    each = (time.process_time() - start) / count
    print(f"{name:20} {1 / each:9.0f} /s {each * 1e6:8.1f} µs")


async def run(arguments: argparse.Namespace) -> None:
    """Measure each kind in turn."""
    with tempfile.TemporaryDirectory() as home:
        app = await application(arguments.storage, Path(home))
        login = await approle_login(app)
        signed = signature_fields(await app(request("POST", "transit/sign/ed", {"input": _TEXT})))
        encrypted = json.loads((await app(request("POST", "transit/encrypt/aes", {"plaintext": _TEXT}))).body)["data"]
        sealed = {"ciphertext": encrypted["ciphertext"]}
        batch = {"batch_input": [{"plaintext": _TEXT}] * 20}
        kinds: dict[str, Callable[[int], HttpRequest]] = {
            "seal-status": lambda n: request("GET", "sys/seal-status"),
            "token-lookup-self": lambda n: request("GET", "auth/token/lookup-self"),
            "kv1-read": lambda n: request("GET", f"kv1/{n % 100}"),
            "kv2-read": lambda n: request("GET", f"kv2/data/{n % 100}"),
            "hash": lambda n: request("POST", "sys/tools/hash", {"input": _TEXT}),
            "token-create": lambda n: request("POST", "auth/token/create", {"ttl": "1h", "policies": ["default"]}),
            "approle-login": lambda n: login,
            "transit-encrypt": lambda n: request("POST", "transit/encrypt/aes", {"plaintext": _TEXT}),
            "transit-encrypt-20": lambda n: request("POST", "transit/encrypt/aes", batch),
            "transit-decrypt": lambda n: request("POST", "transit/decrypt/aes", sealed),
            "transit-sign": lambda n: request("POST", "transit/sign/ed", {"input": _TEXT}),
            "transit-verify": lambda n: request("POST", "transit/verify/ed", signed),
            "transit-hmac": lambda n: request("POST", "transit/hmac/aes", {"input": _TEXT}),
            "transit-random": lambda n: request("POST", "transit/random/32", {}),
            "pki-issue": lambda n: request("POST", "pki/issue/web", {"common_name": "a.example.com"}),
            "userpass-login": lambda n: request("POST", "auth/userpass/login/app", {"password": "correct horse"}),
            "kv1-write": lambda n: request("POST", f"kv1/{n % 100}", _VALUE),
            "kv2-write": lambda n: request("POST", f"kv2/data/{n % 100}", {"data": _VALUE}),
        }
        for name, make in kinds.items():
            if arguments.only and name not in arguments.only.split(","):
                continue
            await measure(name, app, make, arguments)


def main() -> None:
    """Read the arguments, run, and with `--profile` print where the time went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--storage", default="inmem", choices=["inmem", "sqlite"])
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--turn", type=int, default=0)
    parser.add_argument("--only", default="")
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    if not arguments.profile:
        asyncio.run(run(arguments))
        return
    profile = cProfile.Profile()
    profile.runcall(asyncio.run, run(arguments))
    pstats.Stats(profile).sort_stats("tottime").print_stats(40)


if __name__ == "__main__":
    main()
