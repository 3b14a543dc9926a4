"""The judgements of a diagnosis, each from values alone, and how they add up."""

from __future__ import annotations

import resource
import tomllib
from pathlib import Path

import pytest

from strongroom.cli.operator.diagnose import lines
from strongroom.server.config.config import merge, parse_config
from strongroom.server.diagnose import files as file_checks
from strongroom.server.diagnose import system as system_checks
from strongroom.server.diagnose.result import Finding, Status, document, exit_code, fail, group, ok, skipped, warn
from strongroom.server.diagnose.storage import judge_drift, judge_latency


@pytest.mark.parametrize(
    ("children", "status", "code"),
    [
        ([], Status.OK, 0),
        ([skipped("a", "no")], Status.SKIPPED, 0),
        ([skipped("a", "no"), ok("b")], Status.OK, 0),
        ([ok("a"), warn("b", "hm")], Status.WARN, 2),
        ([warn("a", "hm"), fail("b", "no"), ok("c")], Status.FAIL, 1),
        ([warn("a", "hm"), fail("b", "no", stops=True)], Status.FAIL, 4),
    ],
)
def test_the_worst_verdict_rises(children: list[Finding], status: Status, code: int) -> None:
    """A group is as bad as its worst part, at any depth, and so is the exit code."""
    root = group("root", [group("middle", children)])
    assert (root.status, exit_code(root)) == (status, code)


def test_documents_hold_what_the_field_reads() -> None:
    """The keys of the JSON form, with `Advice` always there, and facts only if they are wanted."""
    root = group("root", [warn("a", "hm", "do", facts={"n": 1})])
    plain = document(root, 0.5)
    assert plain == {
        "time": "1970-01-01T00:00:00.500000Z",
        "name": "root",
        "status": "warn",
        "Advice": "",
        "children": [
            {
                "time": "1970-01-01T00:00:00.500000Z",
                "name": "a",
                "status": "warn",
                "warnings": ["hm"],
                "Advice": "do",
            }
        ],
    }
    assert document(root, 0.5, facts=True)["children"][0]["facts"] == {"n": "1"}


def test_lines_are_a_tree() -> None:
    """One warning stands behind its check's name, several below it, advice below both; colour only on a terminal."""
    several = Finding("several", Status.WARN, warnings=("one", "two"), advice="look")
    shown = lines(document(group("root", [ok("fine", "yes"), warn("single", "hm"), several]), 0), colour=False)
    assert shown == [
        "[ warning ] root",
        "  [ success ] fine: yes",
        "  [ warning ] single: hm",
        "  [ warning ] several",
        "    [ warning ] one",
        "    [ warning ] two",
        "    look",
    ]
    assert lines(document(fail("x", "y"), 0), colour=True) == ["\033[31m[ failure ]\033[0m x: y"]


@pytest.mark.parametrize(
    ("finding", "status"),
    [
        (system_checks.open_files(resource.RLIM_INFINITY), Status.OK),
        (system_checks.open_files(65_536), Status.OK),
        (system_checks.open_files(1024), Status.WARN),
        (system_checks.open_files(256), Status.FAIL),
        (system_checks.memory(8 << 30, resource.RLIM_INFINITY, 4), Status.OK),
        (system_checks.memory(1 << 30, resource.RLIM_INFINITY, 4), Status.WARN),
        (system_checks.memory(64 << 20, resource.RLIM_INFINITY, 4), Status.WARN),
        (system_checks.memory(8 << 30, 256 << 20, 1), Status.WARN),
        (system_checks.memory(None, resource.RLIM_INFINITY, 1), Status.SKIPPED),
        (system_checks.swap("Filename\tType\n"), Status.OK),
        (system_checks.swap("Filename\tType\n/swapfile file 1 0 -2\n"), Status.WARN),
        (system_checks.swap("Filename\tType\n/dev/zram0 partition 1 0 -2\n"), Status.OK),
        (system_checks.wall_clock(0), Status.FAIL),
        (system_checks.wall_clock(4e9), Status.OK),
        (file_checks.judge_disk("/x", "ext4", 50 << 30, 0.5, 10**6), Status.OK),
        (file_checks.judge_disk("/x", "ext4", 50 << 30, 0.04, 10**6), Status.WARN),
        (file_checks.judge_disk("/x", "ext4", 500 << 20, 0.5, 10**6), Status.WARN),
        (file_checks.judge_disk("/x", "ext4", 50 << 30, 0.5, 10), Status.WARN),
        (file_checks.judge_disk("/x", "ext4", 1 << 20, 0.5, 10**6), Status.FAIL),
        (file_checks.judge_disk("/x", "ext4", 50 << 30, 0.5, 0), Status.FAIL),
        (file_checks.judge_disk("/x", "nfs4", 50 << 30, 0.5, 10**6), Status.FAIL),
        (file_checks.judge_disk("/x", "tmpfs", 50 << 30, 0.5, None), Status.WARN),
        (judge_latency(0.001, 0.002), Status.OK),
        (judge_latency(0.001, 0.2), Status.WARN),
        (judge_drift(0.2), Status.OK),
        (judge_drift(-5), Status.WARN),
        (judge_drift(-90), Status.FAIL),
    ],
)
def test_verdicts(finding: Finding, status: Status) -> None:
    """Each limit, on both of its sides; what isn't fine comes with advice."""
    assert finding.status == status
    assert bool(finding.advice) == (status in {Status.WARN, Status.FAIL})
    assert finding.message or finding.warnings


def test_the_file_system_of_a_place_is_the_innermost() -> None:
    """Of nested and stacked mounts the last one that holds the place counts; blanks in names are read."""
    mounts = "/dev/a / ext4 rw 0 0\nsrv:/x /var nfs4 rw 0 0\n/dev/b /var/lib\\040x xfs rw 0 0\nt /var tmpfs rw 0 0\n"
    assert file_checks.filesystem(Path("/etc"), mounts) == "ext4"
    assert file_checks.filesystem(Path("/var/log"), mounts) == "tmpfs"
    assert file_checks.filesystem(Path("/var/lib x/y"), mounts) == "xfs"
    assert file_checks.filesystem(Path("/variety"), mounts) == "ext4"


@pytest.mark.parametrize(
    ("options", "secret"),
    [
        ({"connection_url": "postgresql://u:pw@h/d"}, True),
        ({"connection_url": "host=h password=pw"}, True),
        ({"connection_url": "postgresql://u@h/d"}, False),
        ({"token": "x"}, True),
        ({"token_label": "x"}, False),
        ({"secret_key": "x", "region": "eu"}, True),
        ({"pin": ""}, False),
        ({"path": "/var/lib/strongroom"}, False),
    ],
)
def test_secrets_among_settings_are_known(options: dict[str, str], secret: bool) -> None:
    """Passwords in addresses and settings with the names of secrets count, empty ones don't."""
    assert file_checks.has_secret(options) is secret


@pytest.mark.parametrize(
    ("mode", "secret", "status"),
    [(0o644, False, "ok"), (0o644, True, "fail"), (0o640, True, "ok"), (0o646, False, "fail")],
)
def test_permissions_of_the_configuration(tmp_path: Path, mode: int, secret: bool, status: str) -> None:
    """What everybody can read matters if it holds a secret; what everybody can change matters always."""
    file = tmp_path / "config.hcl"
    url = "postgresql://u:pw@h/d" if secret else "postgresql://u@h/d"
    file.write_text(f'storage "postgresql" {{ connection_url = "{url}" }}\n')
    file.chmod(mode)
    config = merge([parse_config(file.read_text(), str(file))])
    assert file_checks.permissions(config, [str(file)], None).status == status


@pytest.mark.parametrize(("mode", "status"), [(0o700, "ok"), (0o755, "warn"), (0o770, "fail")])
def test_permissions_of_the_store_and_of_keys(tmp_path: Path, mode: int, status: str) -> None:
    """The store's directory is its owner's; a private key that everybody can read is a failure."""
    store, key = tmp_path / "store", tmp_path / "key.pem"
    store.mkdir()
    store.chmod(mode)
    key.touch()
    key.chmod(0o644 if status == "fail" else 0o600)
    config = merge([parse_config(f'listener "tcp" {{ tls_key_file = "{key}" }}', "x.hcl")])
    found = file_checks.permissions(config, [], store)
    assert {finding.name: str(finding.status) for finding in found.children} == {
        str(store): status,
        str(key): "fail" if status == "fail" else "ok",
    }


def test_plugins_that_nobody_offers_are_named() -> None:
    """Each allowed name is looked at by itself."""
    found = system_checks.plugins(("nosuch-one", "nosuch-two"))
    assert [(child.name, child.status) for child in found.children] == [
        ("nosuch-one", Status.FAIL),
        ("nosuch-two", Status.FAIL),
    ]
    assert system_checks.plugins(()).status == Status.SKIPPED


def test_places_that_are_not_there_yet() -> None:
    """The room of a directory to be made is that of the nearest one above it."""
    assert file_checks.nearest(Path("/nosuch/a/b")) == Path("/")
    assert file_checks.disk(Path("/nosuch/a/b")).name == "Check Disk Usage"
    assert file_checks.nearest(Path.cwd()) == Path.cwd()


def test_every_optional_dependency_is_looked_for() -> None:
    """The check of packages knows each extra of the project, so that it doesn't call all installed when one isn't."""
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]
    assert system_checks.EXTRAS.keys() == project["optional-dependencies"].keys() - {"all"}


def test_an_absent_package_is_named_with_the_command_that_installs_it() -> None:
    """One missing module of an extra is enough; nothing missing is said to be so."""
    found = system_checks.extras({"aws": ("json", "no_such_module"), "pqc": ("json",)})
    assert found.message.startswith("Absent, and needed only where used: aws (")
    assert "botocore" in found.message
    assert system_checks.extras({"pqc": ("json",)}).message == "All are installed."
