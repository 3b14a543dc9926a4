"""Where audit entries wait: by default, as configured, and what the diagnosis says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from strongroom.audit.spool.spool import DEFAULT_MAX_BYTES
from strongroom.server.config.config import parse_config
from strongroom.server.diagnose.files import permissions
from strongroom.server.diagnose.result import Finding, Status
from strongroom.server.node_settings import NodeSettings
from strongroom.server.plan import PlanError, plan

LISTENER = 'listener "tcp" {\n  tls_disable = true\n}\n'


def _settings(text: str) -> NodeSettings:
    return plan(parse_config(text + LISTENER, "f"), 1).settings


def test_the_default_is_beside_the_stores_files() -> None:
    """A store that has a directory gives the spool one; the others have none unless it is named."""
    beside = _settings('storage "sqlite" {\n  path = "/var/lib/strongroom"\n}\n')
    assert (beside.audit_spool_path, beside.audit_spool_max_bytes) == (
        "/var/lib/strongroom/audit-spool",
        DEFAULT_MAX_BYTES,
    )
    assert _settings('storage "inmem" {}\n').audit_spool_path == ""
    assert _settings('storage "postgresql" {\n  connection_url = "x"\n}\n').audit_spool_path == ""


def test_the_configuration_counts() -> None:
    """A directory and a size, with its unit."""
    named = _settings('storage "inmem" {}\naudit_spool_path = "/spool"\naudit_spool_max_size = "2MiB"\n')
    assert (named.audit_spool_path, named.audit_spool_max_bytes) == ("/spool", 2 << 20)


@pytest.mark.parametrize("size", ["1024", "-1"])
def test_a_spool_that_holds_next_to_nothing_is_refused(size: str) -> None:
    """It would refuse requests at the first pause of its reader."""
    with pytest.raises(PlanError, match="audit_spool_max_size"):
        _settings(f'storage "inmem" {{}}\naudit_spool_max_size = "{size}"\n')


def _finding(path: Path) -> Finding:
    config = parse_config(f'audit_spool_path = "{path}"\n', "f")
    return next(one for one in permissions(config, (), None).children if one.name.startswith("audit_spool_path"))


def test_the_diagnosis_looks_at_the_place(tmp_path: Path) -> None:
    """One that can be made or written is fine, a file in its place is not."""
    assert _finding(tmp_path / "not" / "yet").status is Status.OK
    assert _finding(tmp_path).status is Status.OK
    (tmp_path / "file").write_text("")
    assert _finding(tmp_path / "file").status is Status.FAIL
