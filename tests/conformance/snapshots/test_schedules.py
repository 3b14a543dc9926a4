"""Snapshots by a schedule: taken, read back, kept as many as wanted, in a directory and in S3."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conformance.processes.node import CONFIG, Node, running
from tests.conformance.program import wait_until
from tests.conformance.snapshots.test_by_api import run
from tests.sim.aws import moto

ALLOWED = CONFIG + 'snapshot_directories = ["{directory}/backups"]\n'


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node that may keep snapshots in one directory."""
    folder = tmp_path_factory.mktemp("scheduled")
    with running(Node(folder / "node", config=ALLOWED, workers_wanted=2)) as node:
        (folder / "node" / "backups").mkdir(parents=True)
        yield node.ready()


def status(node: Node, name: str, path: str = "sys/snapshots/status") -> dict[str, Any]:
    """What became of a schedule."""
    found: dict[str, Any] = node.ok("GET", f"{path}/{name}").data
    return found


def wait_for_first(node: Node, name: str) -> None:
    """Wait until the role has taken one."""
    wait_until(lambda: status(node, name)["good_time"] != "", lambda: f"{status(node, name)}", 90)


def measured(node: Node, name: str) -> dict[str, float]:
    """The numbers of a schedule in `sys/metrics`."""
    gauges = node.ok("GET", "sys/metrics").json["Gauges"]
    return {
        each["Name"].removeprefix("vault.snapshot."): each["Value"]
        for each in gauges
        if each["Labels"].get("name") == name
    }


def test_a_directory(node: Node) -> None:
    """The first is taken at once, by the role; further ones by hand. The last good one outlives all others."""
    place = node.directory / "backups" / "daily"
    schedule = {"interval": "1h", "retain": 2, "path_prefix": str(place), "file_prefix": "s", "storage_type": "local"}
    node.ok("POST", "sys/storage/raft/snapshot-auto/config/daily", schedule)
    wait_for_first(node, "daily")
    foreign = place / "notes.snap"
    foreign.write_text("mine")
    for _ in range(3):
        node.ok("POST", "sys/snapshots/take/daily")
    told = status(node, "daily", "sys/storage/raft/snapshot-auto/status")
    listed = node.ok("LIST", "sys/snapshots/taken/daily").data
    kept, times = listed["keys"], [each["snapshot_time"] for each in listed["key_info"].values()]
    assert times == sorted(times) and times[-1][:19] == told["last_snapshot_start"][:19]
    assert (told["consecutive_errors"], told["kept"], kept[-1]) == (0, 2, told["good_name"])
    assert sorted(file.name for file in place.iterdir()) == sorted([*kept, "notes.snap"])
    assert node.ok("POST", f"sys/snapshots/taken/daily/{kept[-1]}/verify").data["authenticated_by"]
    assert node.call("DELETE", f"sys/snapshots/taken/daily/{kept[-1]}").status == 400
    node.ok("DELETE", f"sys/snapshots/taken/daily/{kept[0]}")
    node.ok("POST", "cubbyhole/later", {"v": "x"})
    assert node.ok("POST", f"sys/snapshots/taken/daily/{kept[-1]}/restore").data["frozen"] is True
    assert node.call("GET", "cubbyhole/later").status == 404
    assert node.call("POST", "sys/snapshots/take/daily").status == 400  # frozen: another cluster's files may be there
    node.ok("POST", "sys/restore/thaw")
    assert {(place / kept[-1]).stat().st_mode & 0o777, place.stat().st_mode & 0o777} == {0o600, 0o700}


def test_in_the_background(node: Node) -> None:
    """Whoever asked needn't wait: the role takes it, and what became of it is told."""
    place = node.directory / "backups" / "behind"
    schedule = {"interval": "1h", "retain": 2, "path_prefix": str(place), "storage_type": "local"}
    node.ok("POST", "sys/snapshots/schedule/behind", schedule)
    wait_for_first(node, "behind")
    first = status(node, "behind")["good_name"]
    answer = node.call("POST", "sys/snapshots/take/behind", {"background": True})
    assert (answer.status, b"sys/snapshots/status/behind" in answer.body) == (202, True)
    wait_until(lambda: status(node, "behind")["good_name"] != first, lambda: f"{status(node, 'behind')}", 30)
    told = status(node, "behind")
    assert (told["phase"], told["phase_start"], told["consecutive_errors"]) == ("", "", 0)
    assert node.ok("LIST", "sys/snapshots/taken/behind").data["keys"] == [first, told["good_name"]]


def test_what_was_put_in_the_place_of_a_snapshot_is_not_restored(node: Node) -> None:
    """Where snapshots are kept others may write, so one needs the cluster's own seal, as one that is sent does."""
    place = node.directory / "backups" / "swapped"
    schedule = {"interval": "1h", "path_prefix": str(place), "storage_type": "local"}
    node.ok("POST", "sys/snapshots/schedule/swapped", schedule)
    wait_for_first(node, "swapped")
    (good,) = place.iterdir()
    before = node.ok("GET", "sys/restore").data
    configuration = f"-config={node.directory / 'node.hcl'}"
    assert run(node, "operator", "snapshot", "save", "-force", configuration, good).returncode == 0
    answer = node.call("POST", f"sys/snapshots/taken/swapped/{good.name}/restore")
    assert (answer.status, b"nothing vouches for the snapshot" in answer.body) == (400, True)
    assert node.call("POST", f"sys/snapshots/taken/swapped/{good.name}/verify").status == 400
    assert node.ok("GET", "sys/restore").data == before


def test_a_failure_removes_nothing(node: Node) -> None:
    """The place can't be written any more: the last good one stays, the failure is told and counted."""
    place = node.directory / "backups" / "failing"
    schedule = {"interval": "1h", "path_prefix": str(place), "storage_type": "local"}
    node.ok("POST", "sys/snapshots/schedule/failing", schedule)
    wait_for_first(node, "failing")
    (good,) = place.iterdir()
    aside = place.rename(place.with_name("aside"))
    place.write_text("no directory")
    assert node.call("POST", "sys/snapshots/take/failing").status == 400
    told = status(node, "failing")
    assert (told["consecutive_errors"], told["good_name"]) == (1, good.name)
    assert "cannot be" in told["last_snapshot_error"]
    assert [file.name for file in aside.iterdir()] == [good.name]
    assert measured(node, "failing")["failures"] == 1
    again = measured(node, "failing")
    assert 0 < again["age_seconds"] < 60
    time.sleep(0.1)  # ages by the server's clock
    assert measured(node, "failing")["age_seconds"] > again["age_seconds"]


@pytest.mark.parametrize("path", ["/etc", "/", "../backups", "backups", "{allowed}/../other", "{allowed}/link"])
def test_no_other_directory(node: Node, path: str) -> None:
    """Whoever may write schedules gets at no other directory of the machine, by no spelling and by no link."""
    allowed = node.directory / "backups"
    link = allowed / "link"
    if not link.is_symlink():
        link.symlink_to("/etc")
    schedule = {"interval": "1h", "path_prefix": path.replace("{allowed}", str(allowed)), "storage_type": "local"}
    answer = node.call("POST", "sys/snapshots/schedule/bad", schedule)
    assert answer.status == 400
    assert "snapshot_directories" in answer.body.decode()


@pytest.mark.parametrize(
    "change", [{"interval": "1s"}, {"retain": 0}, {"file_prefix": "a/b"}, {"storage_type": "azure-blob"}]
)
def test_what_makes_no_schedule(node: Node, change: dict[str, Any]) -> None:
    """It is refused with a sentence that names the field."""
    place = str(node.directory / "backups" / "x")
    schedule = {"interval": "1h", "path_prefix": place, "storage_type": "local", **change}
    answer = node.call("POST", "sys/snapshots/schedule/bad", schedule)
    assert answer.status == 400
    assert next(iter(change)) in answer.body.decode()


def test_s3(node: Node) -> None:
    """The same in a bucket; the secret key is never shown."""
    with moto.running() as aws:
        aws.client("s3").create_bucket(Bucket="backups")
        schedule = {
            "interval": "1h",
            "retain": 2,
            "path_prefix": "strongroom/prod",
            "storage_type": "aws-s3",
            "aws_s3_bucket": "backups",
            "aws_s3_region": moto.REGION,
            "aws_s3_endpoint": aws.url,
            "aws_access_key_id": "AKIAADMIN",
            "aws_secret_access_key": "canary-of-s3",
        }
        node.ok("POST", "sys/snapshots/schedule/s3", schedule)
        wait_for_first(node, "s3")
        for _ in range(2):
            node.ok("POST", "sys/snapshots/take/s3")
        kept = node.ok("LIST", "sys/snapshots/taken/s3").data["keys"]
        found = aws.client("s3").list_objects_v2(Bucket="backups")["Contents"]
        assert [each["Key"] for each in found] == [f"strongroom/prod/{name}" for name in kept]
        assert len(kept) == 2
        assert node.ok("POST", f"sys/snapshots/taken/s3/{kept[0]}/verify").data["rows"] > 0
        whole = aws.client("s3").get_object(Bucket="backups", Key=found[1]["Key"])["Body"].read()
        turned = bytearray(whole)
        turned[len(turned) // 2] ^= 4
        aws.client("s3").put_object(Bucket="backups", Key=found[1]["Key"], Body=bytes(turned))
        answer = node.call("POST", f"sys/snapshots/taken/s3/{kept[1]}/verify")
        assert answer.status == 400
        assert "damaged" in answer.body.decode()
        assert "canary-of-s3" not in f"{node.ok('GET', 'sys/snapshots/schedule/s3').json}{node.log_text()}"
        node.ok("DELETE", "sys/snapshots/schedule/s3")
    assert not [file for file in (node.directory / "backups").iterdir() if file.name.startswith(".")]


def test_s3_settings_are_shown_as_they_were_given(node: Node) -> None:
    """Terraform compares them: a host stays a host. How objects are encrypted is said to S3 with each of them."""
    with moto.running() as aws:
        s3 = aws.client("s3")
        s3.create_bucket(Bucket="plain")
        given = {
            "interval": 3600,
            "retain": 3,
            "path_prefix": "/strongroom/",
            "file_prefix": "snapshot",
            "storage_type": "aws-s3",
            "aws_s3_bucket": "plain",
            "aws_s3_region": moto.REGION,
            "aws_s3_endpoint": aws.url.removeprefix("http://"),
            "aws_s3_disable_tls": True,
            "aws_s3_force_path_style": True,
            "aws_s3_server_side_encryption": True,
            "aws_access_key_id": "AKIAADMIN",
        }
        node.ok("POST", "sys/storage/raft/snapshot-auto/config/terraform", {**given, "aws_secret_access_key": "x"})
        shown = node.ok("GET", "sys/storage/raft/snapshot-auto/config/terraform").data
        assert shown == {**given, "aws_s3_enable_kms": False, "aws_s3_kms_key": ""}
        for change, way in (
            ({}, "AES256"),
            ({"aws_s3_server_side_encryption": False, "aws_s3_enable_kms": True}, "aws:kms"),
        ):
            node.ok("POST", "sys/snapshots/schedule/terraform", change)
            name = node.ok("POST", "sys/snapshots/take/terraform").data["name"]
            assert s3.head_object(Bucket="plain", Key=f"strongroom/{name}")["ServerSideEncryption"] == way
        for change in (
            {"aws_s3_endpoint": aws.url.replace("http:", "https:")},
            {"aws_s3_endpoint": ""},
            {"aws_s3_server_side_encryption": True},
        ):
            assert node.call("POST", "sys/snapshots/schedule/terraform", change).status == 400
        node.ok("DELETE", "sys/snapshots/schedule/terraform")
