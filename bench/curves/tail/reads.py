"""Reads at a steady pace beside a job, and how long each took."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

from bench.client import Client
from bench.curves.tail.jobs import Job
from bench.operations.prepared import Prepared

_CLIENTS = 4


def during(job: Job, prepared: Prepared, seconds: float) -> list[float]:
    """How long reads took while a job ran, in seconds.  Raises what the job raises."""
    stop = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(job.work, prepared, stop)
        try:
            took = asyncio.run(_reads(prepared, seconds))
        finally:
            stop.set()
        running.result()
    return took


async def _reads(prepared: Prepared, seconds: float) -> list[float]:
    clients = [Client(f"http://{prepared.server.address}", prepared.token) for _ in range(_CLIENTS)]
    found = await asyncio.gather(*(each.read_for(seconds, f"kv2/data/app/{n}") for n, each in enumerate(clients)))
    return [took for each in found for took in each]
