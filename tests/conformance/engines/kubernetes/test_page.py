"""The page of the engine does what it says, with a stand-in of a cluster."""

from __future__ import annotations

from pathlib import Path

from tests.conformance.docs.shell import opened, programs, run_page
from tests.sim.kubernetes import Cluster
from tests.sim.kubernetes.stand_in import REVIEWER
from tests.sim.tls_server import serving

PAGE = Path(__file__).parents[4] / "docs" / "engines" / "kubernetes.md"


def test_the_examples_of_the_page(tmp_path: Path) -> None:
    """The commands of docs/engines/kubernetes.md print what it shows, and leave nothing in the cluster."""
    cluster = Cluster()
    cluster.add("web", "front")
    with serving(tmp_path, cluster) as api, opened(tmp_path, programs(tmp_path)) as (shell, names):
        (tmp_path / "ca.crt").write_text(api.certificate.read_text())
        (tmp_path / "engine.jwt").write_text(REVIEWER)
        names.replace("https://k8s.example.com:6443", f"https://{api.host}")
        assert run_page(PAGE, shell, names) > 6
    assert (cluster.objects.names(), cluster.objects.wrong) == (set(), [])
