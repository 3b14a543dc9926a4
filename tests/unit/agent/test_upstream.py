"""The agent's way to the server."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from strongroom.agent.upstream import Upstream
from strongroom.client.errors import Unreachable
from strongroom.client.settings import Settings, Tls
from tests.sim.tls_server import as_json, serving


async def test_another_authority(tmp_path: Path) -> None:
    """The file of the authority is read for each connection: whoever replaces it need not tell the agent."""
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    with (
        serving(tmp_path / "one", lambda _: as_json({"data": {}})) as one,
        serving(tmp_path / "other", lambda _: as_json({"data": {}})) as other,
    ):
        file = tmp_path / "ca.pem"
        shutil.copy(one.certificate, file)
        upstream = Upstream(Settings(address=f"https://{other.host}", tls=Tls(ca_cert=str(file)), max_retries=0))
        with pytest.raises(Unreachable, match="certificate"):
            await upstream.ask("GET", "sys/health")
        shutil.copy(other.certificate, file)
        assert await upstream.ask("GET", "sys/health") == {"data": {}}
        upstream.close()
