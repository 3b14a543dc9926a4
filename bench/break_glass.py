"""A withdrawal over many tokens and leases: when none of them works any more, and when all is cleared.

    python -m bench.break_glass [--tokens 100000] [--sample 200]

Run it in the project's directory.  Every token has a lease of a certificate, and a fifth of them are of another entity,
and stay.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import tempfile
import time
from pathlib import Path

from bench.filling.opened import in_batches, opened, record_of
from bench.servers import server
from bench.servers.server import OURS, Server
from strongroom.barrier import keys
from strongroom.barrier.stable import StableValues
from strongroom.barrier.transaction import Transaction
from strongroom.services.leases import LeaseRecord
from strongroom.services.tokens import TokenRecord
from strongroom.services.withdrawals import Issue
from strongroom.services.withdrawals.matching import Facts

_DAY_S = 86400


def fill(at: Server, count: int, entity: str) -> list[str]:
    """Write tokens, and a lease for each: four of five are of the entity.  Returns the tokens."""
    made: list[str] = []

    async def run() -> None:
        async with opened(at) as services:
            mount, now = (await record_of(services, "pki")).id, services.clock.now() - 60

            async def write(txn: Transaction, number: int) -> None:
                txn.once = StableValues()
                owner, address = (entity, "203.0.113.7") if number % 5 else ("another", "192.0.2.1")
                token = services.tokens.new_token(txn, "bench", keys.ROOT_NAMESPACE)
                record = TokenRecord(
                    key=services.tokens.key_of(token),
                    accessor=services.tokens.new_accessor(txn, "bench", keys.ROOT_NAMESPACE),
                    policies=("default",),
                    path="auth/approle/login",
                    created_at=now,
                    creation_ttl_s=_DAY_S,
                    ttl_s=_DAY_S,
                    expires_at=now + _DAY_S,
                    entity_id="",
                    issued=Issue(address=address, makers=(Facts(at=now, entities=(owner,), address=address),)),
                )
                services.tokens.create(txn, record)
                made.append(token)
                lease = LeaseRecord(
                    id="",
                    mount=mount,
                    path="pki/issue/leased",
                    token_key=record.key,
                    issued_at=now,
                    expires_at=0.0,
                    ttl_s=_DAY_S,
                    max_ttl_s=_DAY_S,
                    renewable=False,
                    internal={"serial_number": ":".join(f"{byte:02x}" for byte in number.to_bytes(20, "big"))},
                    issued=Issue(address=record.issued.address if record.issued is not None else ""),
                )
                await services.leases.create(txn, keys.ROOT_NAMESPACE, lease)

            await in_batches(services, 0, count, write)

    asyncio.run(run())
    return made


def alive(at: Server, tokens: list[str]) -> int:
    """How many of the tokens may look themselves up."""
    connection, found = http.client.HTTPConnection(at.address), 0
    for token in tokens:
        connection.request("GET", "/v1/auth/token/lookup-self", headers={"X-Vault-Token": token})
        answer = connection.getresponse()
        answer.read()
        found += answer.status == 200
    connection.close()
    return found


def main() -> None:
    """Fill, take back, and print the seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=100_000)
    parser.add_argument("--sample", type=int, default=200)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, server.running(OURS, Path(folder)) as at:
        at.api("POST", "sys/mounts/pki", {"type": "pki"})
        at.stop()
        tokens = fill(at, wanted.tokens, "thief")
        at.start()
        at.unseal()
        at.settle()
        theirs = [token for number, token in enumerate(tokens) if number % 5]
        others = tokens[::5]
        step = max(1, len(theirs) // wanted.sample)
        sample, spared = theirs[::step], others[::step]
        print(f"before: {alive(at, sample)} of {len(sample)} work, {alive(at, spared)} of {len(spared)} others")
        begun = time.perf_counter()
        body = {"network": "203.0.113.0/24", "since": "1h", "undetermined": "keep"}
        id_ = at.api("POST", "sys/revoke-issued", body)["data"]["id"]
        answered = time.perf_counter() - begun
        print(f"answered after {answered * 1000:.1f} ms: {alive(at, sample)} of {len(sample)} work")
        told = ""
        while True:
            report = at.api("GET", f"sys/revoke-issued/{id_}")["data"]
            line = f"{report['state']}, {report['total']} found, {report['leases_left']} leases left"
            if line != told:
                print(f"  {time.perf_counter() - begun:7.1f} s: {line}", flush=True)
                told = line
            if report["cleared_time"]:
                break
            time.sleep(1)
        print(f"all cleared after {time.perf_counter() - begun:.1f} s: {report['found']}")
        print(f"after: {alive(at, sample)} of {len(sample)} work, {alive(at, spared)} of {len(spared)} others")


if __name__ == "__main__":
    main()
