"""What the supervisor says to a worker (values only)."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta

from strongroom.barrier.namespace_keys import NamespaceKey
from strongroom.lib.secret import Secret
from strongroom.sealing.ceremonies import Outcome
from strongroom.sealing.port import Progress
from strongroom.server.messages.framing import Message
from strongroom.server.messages.questions import Answer, Question
from strongroom.server.sources import Sources
from strongroom.sysapi.processes import WorkerCounts

STOP_DRAIN_S = 30.0
"""How long requests may go on after the node was told to stop."""

Text = Annotated[str, Meta(max_length=4096)]


class Start(Message, frozen=True):
    """The first message: what to serve by."""

    sources: Sources
    processors: int
    supervisor: int = 0
    """Its process id."""
    log_level: str = ""
    """Of the last reload; empty for what the sources say."""
    log_levels_now: dict[str, str] = {}
    """What was chosen by the API since, by logger; under an empty name for those that aren't named."""
    sockets: tuple[int, ...] = ()
    """Descriptors of the listening sockets, one for each listener."""
    stacks: int = -1
    """Descriptor of the file that takes its stacks when it dies by a fault."""
    counts: int = -1
    """Descriptor of the memory in which all workers count requests."""
    place: int = 0
    """Which of the workers it is."""
    places: int = 1
    """How many workers there are."""
    heartbeat_s: float = 1.0
    """How often to say that it is alive."""


class Listen(Message, frozen=True):
    """Accept connections from now on."""


class Open(Message, frozen=True):
    """Open the barrier, and say `Opened`."""

    root_key: Secret


class OpenNamespace(Message, frozen=True):
    """Open a namespace's keyring, and say `NamespaceOpened` with the same number."""

    id: int
    key: NamespaceKey


class CloseNamespace(Message, frozen=True):
    """Give up a namespace's keyring, and say `NamespaceClosed` with the same number."""

    id: int
    namespace: str


class Reload(Message, frozen=True):
    """The configuration was read again."""

    sources: Sources
    log_level: str


class ReadCertificates(Message, frozen=True):
    """The files of certificates have changed."""


class Leave(Message, frozen=True):
    """Let load balancers know that this node is about to end, and go on serving."""


class End(Message, frozen=True):
    """Finish what is under way within this time, and end."""

    drain_s: float


class Asked(Message, frozen=True):
    """A question that goes to every worker; the answer of one that isn't waited for has id 0."""

    id: int
    question: Question


class Counted(Message, frozen=True):
    """How many workers there are has changed."""

    counts: WorkerCounts


class Done(Message, frozen=True):
    """A request was carried out, or not."""

    id: int
    error: Text = ""


class ProgressIs(Message, frozen=True):
    """How far an unsealing is."""

    id: int
    progress: Progress


class OutcomeIs(Message, frozen=True):
    """What came of an order on an attempt of the holders of shares."""

    id: int
    outcome: Outcome


class Answers(Message, frozen=True):
    """What all workers answered."""

    id: int
    answers: tuple[Answer, ...]


Reply: TypeAlias = Done | ProgressIs | OutcomeIs | Answers
Order: TypeAlias = (
    Listen | Open | OpenNamespace | CloseNamespace | Reload | ReadCertificates | Leave | End | Asked | Counted
)
ToWorker: TypeAlias = Start | Order | Reply
