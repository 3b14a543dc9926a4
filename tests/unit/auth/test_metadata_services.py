"""The server's machine is asked who it is without a proxy between."""

from __future__ import annotations

import pytest

from strongroom.auth.azure.clouds import Settings
from strongroom.auth.azure.entra import Entra
from strongroom.auth.gcp.google import Google
from strongroom.auth.gcp.records import GcpConfig
from strongroom.lib.aws import CredentialSources
from strongroom.lib.errors import UpstreamFailed
from tests.sim.answering import answering


async def test_no_proxy_answers_for_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or the server would act by the identity of the proxy, which could also read the machine's own."""
    nobody = "http://127.0.0.1:1"
    with answering() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv("NO_PROXY", "")
        with pytest.raises(UpstreamFailed, match="no credentials for Google"):
            await Google(metadata_url=nobody)._bearer(GcpConfig())
        with pytest.raises(UpstreamFailed, match="no credentials for Azure"):
            await Entra(metadata_url=nobody).bearer(Settings("t", "r", "", ""), "https://management.azure.com/")
        with pytest.raises(UpstreamFailed, match="no AWS credentials"):
            await CredentialSources({}, metadata_url=nobody).find()
        assert not proxy.asked
