"""Where the rows of lists are, and how they are read."""

from __future__ import annotations

from strongroom.engines.pki.revocation.records import Mark, NewEntry, SignedList, StreamRecord
from strongroom.sdk import View

COMPLETE = "complete"
DELTA = "delta"
_STREAMS = "list/"
_NEW = "list-new/"
_GONE = "list-gone/"
_WHOLE = "list-whole/"
_PARTS = "list-part/"
_SIGNED = "list-signed/"


async def stream_of(view: View, stream: str) -> StreamRecord:
    """How far a list's entries are gathered."""
    return await view.read(_STREAMS + stream, StreamRecord) or StreamRecord()


def keep_stream(view: View, stream: str, record: StreamRecord) -> None:
    """Store how far they are gathered."""
    view.write(_STREAMS + stream, record)


def new_folder(stream: str) -> str:
    """The folder of entries that aren't gathered yet."""
    return f"{_NEW}{stream}/"


def gone_folder(stream: str) -> str:
    """The folder of marks of entries that are to go."""
    return f"{_GONE}{stream}/"


def parts_folder(stream: str, generation: str = "") -> str:
    """The folder of parts: those of a generation, or a folder for each generation."""
    return f"{_PARTS}{stream}/" + (f"{generation}/" if generation else "")


def part_row(stream: str, generation: str, number: int) -> str:
    """The row of a part."""
    return f"{parts_folder(stream, generation)}{number:08d}"


def add_entry(view: View, stream: str, serial_row: str, entry: bytes) -> None:
    """Have an entry gathered."""
    view.write(new_folder(stream) + serial_row, NewEntry(entry=entry))


def remove_entry(view: View, stream: str, serial_row: str) -> None:
    """Have an entry taken off the list, because its certificate has expired and its row goes."""
    view.delete(new_folder(stream) + serial_row)
    view.write(gone_folder(stream) + serial_row, Mark())


def want_whole(view: View, stream: str) -> None:
    """Have the next list be a complete one."""
    view.write(_WHOLE + stream, Mark())


async def is_whole_wanted(view: View, stream: str) -> bool:
    """Whether the next list has to be a complete one."""
    return await view.read(_WHOLE + stream, Mark) is not None


def whole_made(view: View, stream: str) -> None:
    """Note that the complete list was made."""
    view.delete(_WHOLE + stream)


async def signed_of(view: View, stream: str, kind: str) -> SignedList | None:
    """What was signed last, of a kind; None if nothing was."""
    return await view.read(f"{_SIGNED}{stream}/{kind}", SignedList)


def keep_signed(view: View, stream: str, kind: str, signed: SignedList) -> None:
    """Store what was signed."""
    view.write(f"{_SIGNED}{stream}/{kind}", signed)
