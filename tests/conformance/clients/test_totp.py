"""One-time passwords by real clients, with an authenticator that wasn't written here.

Every test runs against the reference server too: what fails there is a mistake of the test.
"""

from __future__ import annotations

import base64
import subprocess
import time
import uuid
from pathlib import Path

import hvac  # type: ignore[import-untyped]
import pyotp
import pytest
from hvac import exceptions

from tests.flow.engines.totp.programs import needed

PERIOD_S = 600
"""Long enough that no test meets the end of a period twice."""


@pytest.fixture
def mount(client: hvac.Client) -> str:
    """A mount of the engine."""
    path = f"totp-{uuid.uuid4().hex[:8]}"
    client.sys.enable_secrets_engine("totp", path)
    return path


def scanned(picture: str, directory: Path) -> str:
    """What a scanner reads in a picture."""
    file = directory / "code.png"
    file.write_bytes(base64.b64decode(picture))
    return subprocess.run([needed("zbarimg"), "--raw", "-q", file], capture_output=True, text=True, check=True).stdout


def test_provider(client: hvac.Client, mount: str, tmp_path: Path) -> None:
    """Somebody scans the picture, and types the code of their app; each code counts once."""
    wanted = {"generate": True, "issuer": "Strong", "account_name": "eva@example.com", "period": PERIOD_S}
    shown = client.write_data(f"{mount}/keys/eva", data=wanted)["data"]
    app = pyotp.TOTP("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    # The library refuses long periods in URLs, so the key is taken over by itself.
    url = scanned(shown["barcode"], tmp_path).strip()
    app.secret, app.interval = url.rpartition("secret=")[2], PERIOD_S
    code = app.now()
    assert client.write_data(f"{mount}/code/eva", data={"code": code})["data"] == {"valid": True}
    with pytest.raises(exceptions.InvalidRequest, match="code already used; wait until the next time period"):
        client.write_data(f"{mount}/code/eva", data={"code": code})


def test_generator(client: hvac.Client, mount: str) -> None:
    """The server stands in for an app: its codes are those of `oathtool`."""
    seed = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    client.write_data(f"{mount}/keys/site", data={"url": f"otpauth://totp/Site:eva?secret={seed}&issuer=Site"})
    made = client.read(f"{mount}/code/site")["data"]
    command = [needed("oathtool"), "--totp", "-b", f"--now=@{made['generated']}", seed]
    assert made["code"] == subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    assert made["period"] == "30s"
    assert 0 < made["expire_time"] - made["generated"] <= 30
    assert made["expire_time"] - time.time() <= 31
    read = client.read(f"{mount}/keys/site")["data"]
    assert read == {"account_name": "eva", "algorithm": "SHA1", "digits": 6, "issuer": "Site", "period": 30}
    assert client.list(f"{mount}/keys")["data"]["keys"] == ["site"]
    client.delete(f"{mount}/keys/site")
    assert client.read(f"{mount}/keys/site") is None
