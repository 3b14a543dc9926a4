"""The node's seal state, as a worker asks its supervisor for it."""

from __future__ import annotations

from strongroom.lib.errors import Internal
from strongroom.lib.secret import Secret
from strongroom.sealing.ceremonies import Order, Outcome
from strongroom.sealing.port import Progress
from strongroom.server.messages import to_supervisor as say
from strongroom.server.messages.to_worker import Done, OutcomeIs, ProgressIs
from strongroom.server.runtime import Runtime
from strongroom.server.worker.link import Link


class SupervisorPort:
    """The seal state that the supervisor keeps."""

    def __init__(self, link: Link, runtime: Runtime) -> None:
        self._link = link
        self._runtime = runtime

    async def progress(self) -> Progress:
        """How far an unsealing is."""
        return (await self._link.ask(say.AskProgress(), ProgressIs)).progress

    async def submit(self, share: bytes, threshold: int) -> Progress:
        """Hand in one share."""
        return (await self._link.ask(say.SubmitShare(Secret(share), threshold), ProgressIs)).progress

    async def reset(self) -> None:
        """Forget the shares collected so far."""
        await self._link.ask(say.ResetShares(), Done)

    async def unseal(self, root_key: Secret) -> None:
        """Open the barrier in every worker of the node."""
        done = await self._link.ask(say.Unseal(root_key), Done)
        if done.error:
            raise Internal("the node could not be unsealed", detail=done.error)

    async def retire(self) -> None:
        """End this worker when its answers are out; another takes its place."""
        self._runtime.stop_accepting()
        self._link.tell(say.Retire())

    async def ceremony(self, order: Order) -> Outcome:
        """Carry out one order."""
        return (await self._link.ask(say.Ceremony(order), OutcomeIs)).outcome

    def succeeded(self, fingerprint: str, root_key: Secret) -> None:
        """Have the supervisor keep this root key for workers to come."""
        self._link.tell(say.Succeeded(fingerprint, root_key))

    async def seal(self) -> None:
        """End every other worker; this one ends when its last answer is out."""
        self._runtime.stop_accepting()
        await self._link.ask(say.Seal(), Done)
