"""Store and audit log on one file system that has no room left: reading, deleting, and getting out of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.processes.disks import SmallDisk, small_disk
from tests.conformance.processes.node import CONFIG, Node, running, wait_until

DISK_KIB = 48 * 1024
VALUE = "v" * 200_000
MOST_VALUES = 400
PATIENCE_S = 60.0


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[tuple[Node, SmallDisk, int]]:
    """A node with store and audit log on one disk, which was filled by writing; how many secrets it has."""
    config = CONFIG.replace("{directory}/store", "{directory}/disk/store")
    with small_disk(tmp_path / "disk", DISK_KIB) as disk, running(Node(tmp_path, config, workers_wanted=2)) as node:
        node.ready()
        node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        node.ok("POST", "sys/mounts/kv2", {"type": "kv", "options": {"version": "2"}})
        node.ok("PUT", "sys/audit/file", {"type": "file", "options": {"file_path": str(disk.place / "audit.log")}})
        node.ok("POST", "kv2/data/secret", {"data": {"a": "1"}})
        count = 0
        while count < MOST_VALUES:
            answer = node.call("POST", f"kv/{count}", {"value": VALUE, "number": count})
            if answer.status != 204:
                break
            count += 1
        assert answer.status == 507, answer
        yield node, disk, count


def sizes(disk: SmallDisk) -> dict[str, int]:
    """What takes how much room."""
    return {path.name: path.stat().st_size for path in disk.place.rglob("*") if path.is_file()}


def take_all_room(disk: SmallDisk) -> None:
    """Let another program fill what is left."""
    with (disk.place / "other").open("ab", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return


def test_a_full_disk_still_answers_reads_lists_and_deletes(shared: tuple[Node, SmallDisk, int]) -> None:
    """Also when the audit log is the one that finds no room: a part of the reserve is given up for it."""
    node, disk, count = shared
    # A long log would take the part of the reserve that reads need, to be copied to the database.
    assert sizes(disk)["strongroom.db-wal"] < 6 << 20
    take_all_room(disk)
    assert disk.free_bytes() == 0
    for number in range(60):
        answer = node.ok("GET", f"kv/{number % count}")
        assert answer.data["number"] == number % count
        assert len(node.ok("LIST", "kv").data["keys"]) == count
    take_all_room(disk)
    node.ok("DELETE", "kv/0")
    node.ok("DELETE", "kv2/data/secret")
    node.ok("DELETE", "kv2/metadata/secret")
    assert node.call("GET", "kv/0").status == 404
    assert node.call("POST", "kv/more", {"value": VALUE * 3}).status in (204, 507)
    health = node.call("GET", "sys/health")
    assert health.status == 200
    assert health.json["storage_state"] == "full"


def test_what_reads_log_does_not_keep_deletes_from_working(shared: tuple[Node, SmallDisk, int]) -> None:
    """Reads are refused once half of the reserve is gone, honestly; deleting goes on, and gives them room again."""
    node, disk, count = shared
    reserve = disk.place / "store" / "strongroom.ballast"

    def held() -> int:
        try:
            return reserve.stat().st_size
        except FileNotFoundError:
            return 0

    for _ in range(400):
        take_all_room(disk)
        if node.call("GET", "kv/1").status != 200:
            break
    refused = node.call("GET", "kv/1")
    assert refused.status == 500
    assert "audit" in refused.json["errors"][0]
    assert held() > 0
    for number in range(2, count):
        if number < 7:
            take_all_room(disk)
        node.ok("DELETE", f"kv/{number}")
    (disk.place / "other").unlink()
    wait_until(lambda: node.call("GET", "kv/1").status == 200, "reads are not answered again", PATIENCE_S)
    wait_until(lambda: held() >= 16 << 20, "the reserve is not laid in again", PATIENCE_S)


@pytest.mark.parametrize("token", ["", "default"])
def test_who_may_delete_nothing_does_not_use_up_the_way_out(shared: tuple[Node, SmallDisk, int], token: str) -> None:
    """The entries of deletions that nobody may make get no more of the reserve than those of reads."""
    node, disk, _ = shared
    if token:
        # Making a token needs room, which deletions give.
        for number in range(10, 20):
            node.ok("DELETE", f"kv/{number}")
        token = str(node.ok("POST", "auth/token/create", {"policies": ["default"]}).json["auth"]["client_token"])
    reserve = disk.place / "store" / "strongroom.ballast"
    answered: list[int] = []
    while 500 not in answered and len(answered) < 400:
        take_all_room(disk)
        answered.append(node.call("DELETE", "kv/1", token=token or "nobody").status)
    assert {*answered} == {403, 500}
    assert reserve.stat().st_size > 4 << 20  # copying the store's log may have taken parts of the other half
    node.ok("DELETE", "kv/2")


def test_a_full_store_recovers_when_most_of_it_is_deleted(shared: tuple[Node, SmallDisk, int]) -> None:
    """With no other help: as much can be written again at once, and after a restart the disk has its room back."""
    node, disk, count = shared
    for number in range(count * 95 // 100):
        node.ok("DELETE", f"kv/{number}")
    for number in range(5):
        node.ok("POST", f"kv/again-{number}", {"value": VALUE, "number": number})
    node.restart()
    node.unseal()
    wait_until(lambda: disk.free_bytes() > 16 << 20, "the room is not given back", PATIENCE_S)
    wait_until(
        lambda: "storage_state" not in node.call("GET", "sys/health").json,
        lambda: f"it is still full: {sizes(disk)}, {disk.free_bytes()} free",
        PATIENCE_S,
    )
    for number in range(count // 3):
        node.ok("POST", f"kv/later-{number}", {"value": VALUE, "number": number})
    assert node.ok("GET", "kv/again-3").data["number"] == 3


def test_the_log_tells_a_change_once(shared: tuple[Node, SmallDisk, int]) -> None:
    """One line of each process says that the store is full, whatever is asked meanwhile; the metrics say it too."""
    node, _, _ = shared
    wait_until(lambda: "the store is full" in node.log_text(), "nothing is told", PATIENCE_S)
    for _ in range(30):
        node.call("POST", "kv/more", {"value": VALUE * 4})
    lines = [line for line in node.log_text().splitlines() if "the store is full: only" in line]
    assert len(lines) <= node.workers_wanted
    refusals = [line for line in node.log_text().splitlines() if "request failed" in line]
    assert len(refusals) <= 2 * node.workers_wanted
    gauges = {gauge["Name"]: gauge["Value"] for gauge in json.loads(node.ok("GET", "sys/metrics").body)["Gauges"]}
    assert gauges["vault.storage.full"] == 1
    assert gauges["vault.storage.reachable"] == 1
    assert 0 <= gauges["vault.storage.reserve_bytes"] < 16 << 20
    assert gauges["vault.storage.free_bytes"] >= 0
    assert gauges["vault.storage.reusable_bytes"] >= 0
    assert gauges["vault.audit.writable"] == 1
