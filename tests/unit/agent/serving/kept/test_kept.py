"""What outlives the process: encrypted, whole or not at all, and of use with the right key only."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path

import pytest

from strongroom.agent.config.serving import Persist
from strongroom.agent.serving.kept.start import Persisted
from strongroom.agent.serving.kept.store import NotKept
from strongroom.lib.rand import SystemRandom
from strongroom.server.config.reader import Where

SECRET = b"hvs.canary-of-a-token"


class Place:
    """A directory for what is kept, and the files that its key is made of."""

    def __init__(self, path: Path) -> None:
        self.directory = path / "cache"
        self.key = path / "key"
        self.key.write_bytes(os.urandom(32))
        self.token = path / "token"
        self.token.write_text("eyJ.first.token\n")

    def open(self, type_: str, *, keep: bool = True, exit_on_err: bool = True) -> Persisted:
        """As a process opens it."""
        persist = Persist(
            type=type_,
            where=Where("a.hcl", 1),
            path=str(self.directory),
            key_file=str(self.key),
            keep_after_import=keep,
            exit_on_err=exit_on_err,
            service_account_token_file=str(self.token),
        )
        return Persisted(persist, SystemRandom())

    async def filled(self, type_: str) -> None:
        """Have a process keep something there."""
        kept = self.open(type_)
        await kept.save("session", SECRET)
        await kept.save("cache/1", b"answer")
        await kept.save("cache/2", b"")
        await kept.save("cache/1", None)
        await kept.close()

    def files(self) -> list[Path]:
        """What stands there."""
        return sorted(self.directory.iterdir()) if self.directory.exists() else []


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty one."""
    return Place(tmp_path)


TYPES = pytest.mark.parametrize("type_", ["file", "kubernetes"])


@TYPES
async def test_the_next_process_finds_it(place: Place, type_: str) -> None:
    """By its name, as it was saved last."""
    await place.filled(type_)
    assert place.open(type_).load() == {"session": SECRET, "cache/2": b""}
    assert place.open(type_).load() == {"session": SECRET, "cache/2": b""}


@TYPES
async def test_the_files_tell_nothing(place: Place, type_: str) -> None:
    """Only their owner reads them, and finds neither the secret nor its name, nor the key."""
    await place.filled(type_)
    for file in place.files():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert SECRET not in file.read_bytes()
        assert b"session" not in file.read_bytes()
        assert place.key.read_bytes() not in file.read_bytes()
    assert stat.S_IMODE(place.directory.stat().st_mode) == 0o700


@TYPES
@pytest.mark.parametrize("exit_on_err", [True, False])
async def test_with_another_key_it_is_worth_nothing(place: Place, type_: str, exit_on_err: bool) -> None:
    """The agent ends with the reason, or begins anew."""
    await place.filled(type_)
    place.key.write_bytes(os.urandom(32))
    place.token.write_text("eyJ.another.token")
    if exit_on_err:
        with pytest.raises(NotKept, match=str(place.directory)):
            place.open(type_)
        return
    kept = place.open(type_, exit_on_err=False)
    assert kept.load() == {}
    await kept.save("session", b"new")
    await kept.close()
    assert place.open(type_, exit_on_err=False).load() == {"session": b"new"}


@pytest.mark.parametrize("damage", ["swapped", "cut", "flipped", "foreign"])
async def test_a_damaged_file_is_noticed(place: Place, damage: str) -> None:
    """One in the place of another too."""
    await place.filled("file")
    one, other = (file for file in place.files() if file.suffix == ".kept")
    data = one.read_bytes()
    changed = {
        "swapped": other.read_bytes(),
        "cut": data[:-1],
        "flipped": data[:-1] + bytes([data[-1] ^ 1]),
        "foreign": b"",
    }
    one.write_bytes(changed[damage])
    with pytest.raises(NotKept, match="can't be decrypted"):
        place.open("file")


async def test_what_was_half_written_is_cleared_away(place: Place) -> None:
    """A process that was killed while it wrote leaves what was there before."""
    await place.filled("file")
    (place.directory / "x.kept.0123.tmp").write_bytes(b"half")
    assert place.open("file").load() == {"session": SECRET, "cache/2": b""}
    assert not list(place.directory.glob("*.tmp"))


async def test_a_handover_empties_the_directory(place: Place) -> None:
    """`keep_after_import = false`: the second container takes everything over, and leaves and keeps nothing."""
    await place.filled("kubernetes")
    kept = place.open("kubernetes", keep=False)
    assert kept.load() == {"session": SECRET, "cache/2": b""}
    assert place.files() == []
    await kept.save("session", b"x")
    assert place.files() == []
    assert place.open("kubernetes", keep=False).load() == {}


async def test_a_new_token_of_the_service_account_keeps_the_key(place: Place) -> None:
    """The cluster replaces it every hour: what was kept under the last one is readable under the next one."""
    kept = place.open("kubernetes")
    await kept.save("session", SECRET)
    place.token.write_text("eyJ.second.token")
    kept.rewrap()
    await kept.close()
    assert place.open("kubernetes").load() == {"session": SECRET}


@pytest.mark.parametrize(
    ("key", "problem"),
    [(None, "No such file"), (b"short", "at least 16 are needed"), (b"", "at least 16 are needed")],
)
def test_a_key_that_is_none_is_refused(place: Place, key: bytes | None, problem: str) -> None:
    """With what is wrong with it."""
    if key is None:
        place.key.unlink()
    else:
        place.key.write_bytes(key)
    with pytest.raises(NotKept, match=problem):
        place.open("file")


def test_the_key_does_not_lie_beside_what_it_encrypts(place: Place) -> None:
    """Whoever copies the directory would have both."""
    place.directory.mkdir()
    place.key = place.directory / "key"
    place.key.write_bytes(os.urandom(32))
    with pytest.raises(NotKept, match="put it elsewhere"):
        place.open("file")


def test_two_directories_have_two_keys(place: Place, tmp_path: Path) -> None:
    """From the same key file."""
    place.open("file")
    elsewhere = tmp_path / "other"
    elsewhere.mkdir()
    other = Place(elsewhere)
    other.key = place.key
    other.open("file")
    assert (place.directory / "salt").read_bytes() != (other.directory / "salt").read_bytes()


async def test_a_disk_that_takes_nothing_is_told(place: Place) -> None:
    """What was there is still there."""
    kept = place.open("file")
    await kept.save("session", SECRET)
    target = next(place.directory.glob("*.kept"))
    target.unlink()
    target.mkdir()
    with pytest.raises(NotKept, match="can't be written"):
        await kept.save("session", b"x")


async def test_saves_stay_in_their_order(place: Place) -> None:
    """Of many at once, the last one stays."""
    kept = place.open("file")
    await asyncio.gather(*(kept.save("session", b"%d" % number) for number in range(50)))
    await kept.close()
    assert place.open("file").load() == {"session": b"49"}


async def test_a_files_name_proves_no_guess(place: Place, tmp_path: Path) -> None:
    """The same name has another file in each directory: it depends on the key, and not on the name alone."""
    (tmp_path / "other").mkdir()
    other = Place(tmp_path / "other")
    await place.filled("file")
    await other.filled("file")
    kept = [{file.name for file in each.files() if file.suffix == ".kept"} for each in (place, other)]
    assert [len(names) for names in kept] == [2, 2]
    assert not kept[0] & kept[1]
