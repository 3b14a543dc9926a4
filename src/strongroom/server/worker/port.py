"""The node's seal state, as a worker asks its supervisor for it."""

from __future__ import annotations

from strongroom.barrier.namespace_keys import NamespaceKey, NamespaceKeys
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

    async def progress(self, of: str = "") -> Progress:
        """How far an unsealing is."""
        return (await self._link.ask(say.AskProgress(of), ProgressIs)).progress

    async def submit(self, share: bytes, threshold: int, of: str = "") -> Progress:
        """Hand in one share."""
        return (await self._link.ask(say.SubmitShare(Secret(share), threshold, of=of), ProgressIs)).progress

    async def reset(self, of: str = "") -> None:
        """Forget the shares collected so far."""
        await self._link.ask(say.ResetShares(of), Done)

    async def open_namespace(self, key: NamespaceKey) -> None:
        """Open a namespace's keyring in every worker of the node."""
        done = await self._link.ask(say.UnsealNamespace(key), Done)
        if done.error:
            raise Internal("the namespace could not be unsealed", detail=done.error)

    async def close_namespace(self, namespace: str) -> None:
        """Give up a namespace's keyring in every worker of the node."""
        await self._link.ask(say.SealNamespace(namespace), Done)

    def attach(self, namespaces: NamespaceKeys) -> None:
        """Have the supervisor forget the root keys that the store doesn't accept any more."""
        namespaces.told = lambda namespace, epoch: self._link.tell(say.NamespaceOver(namespace, epoch))

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
