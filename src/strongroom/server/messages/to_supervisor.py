"""What a worker says to the supervisor (values only)."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta

from strongroom.barrier.namespace_keys import NamespaceKey
from strongroom.lib.exposition import Measure
from strongroom.lib.secret import Secret
from strongroom.sealing.ceremonies import Order
from strongroom.server.messages.framing import Message
from strongroom.server.messages.questions import Answer, Question

Text = Annotated[str, Meta(max_length=65536)]
Name = Annotated[str, Meta(max_length=256)]
Count = Annotated[int, Meta(ge=0, le=1 << 31)]


class Refused(Message, frozen=True):
    """It is of another build than the supervisor, so it took neither sockets nor keys, and has ended."""

    version: Annotated[str, Meta(max_length=64)]


class Alive(Message, frozen=True):
    """Its event loop runs."""


class Ready(Message, frozen=True):
    """Its store is open."""


class Listening(Message, frozen=True):
    """It accepts connections."""


class Failed(Message, frozen=True):
    """It can't start."""

    reason: Text
    detail: Text = ""


class Opened(Message, frozen=True):
    """It has opened the barrier; with an error, it couldn't."""

    error: Text = ""


class Reloaded(Message, frozen=True):
    """It has gone over to the configuration that was read again."""


class AskProgress(Message, frozen=True):
    """How far is the unsealing?"""

    of: Name = ""
    """The id of a namespace; empty for the node."""
    id: Count = 0


class SubmitShare(Message, frozen=True):
    """One share of a root key was handed in."""

    share: Secret
    threshold: Annotated[int, Meta(ge=1, le=255)]
    id: Count = 0
    of: Name = ""
    """The id of a namespace; empty for the node."""


class ResetShares(Message, frozen=True):
    """Forget the shares collected so far."""

    of: Name = ""
    """The id of a namespace; empty for the node."""
    id: Count = 0


class Unseal(Message, frozen=True):
    """Hand this root key to every worker."""

    root_key: Secret
    id: Count = 0


class UnsealNamespace(Message, frozen=True):
    """Hand a namespace's root key to every worker."""

    key: NamespaceKey
    id: Count = 0


class SealNamespace(Message, frozen=True):
    """Forget a namespace's root key, and have every worker give up its keyring."""

    namespace: Name
    id: Count = 0


class NamespaceOpened(Message, frozen=True):
    """It has opened a namespace's keyring; with an error, it couldn't."""

    id: Count
    error: Text = ""


class NamespaceClosed(Message, frozen=True):
    """It has given up a namespace's keyring, because it was told to."""

    id: Count


class NamespaceOver(Message, frozen=True):
    """The root key of a namespace isn't valid any more, by what the store says."""

    namespace: Name
    epoch: tuple[int, ...]


class AskAll(Message, frozen=True):
    """Ask every worker."""

    question: Question
    id: Count = 0


class Answered(Message, frozen=True):
    """The answer to a question that goes to every worker."""

    id: Count
    answer: Answer


class LastNumbers(Message, frozen=True):
    """What it has counted and measured, because it ends."""

    measures: tuple[Measure, ...]


class Ceremony(Message, frozen=True):
    """Carry out an order on an attempt of the holders of shares."""

    order: Order
    id: Count = 0


class Succeeded(Message, frozen=True):
    """The root key was replaced."""

    fingerprint: Annotated[str, Meta(max_length=256)]
    """Of the one before."""
    root_key: Secret


class Seal(Message, frozen=True):
    """Forget the root key, and end every worker."""

    id: Count = 0


class Retire(Message, frozen=True):
    """End this worker, and put another in its place."""


Request: TypeAlias = (
    AskProgress | SubmitShare | ResetShares | Unseal | UnsealNamespace | SealNamespace | AskAll | Ceremony | Seal
)
FromWorker: TypeAlias = (
    Refused
    | Alive
    | Ready
    | Listening
    | Failed
    | Opened
    | Reloaded
    | Answered
    | LastNumbers
    | Succeeded
    | Retire
    | AskProgress
    | SubmitShare
    | ResetShares
    | Unseal
    | UnsealNamespace
    | SealNamespace
    | NamespaceOpened
    | NamespaceClosed
    | NamespaceOver
    | AskAll
    | Ceremony
    | Seal
)
