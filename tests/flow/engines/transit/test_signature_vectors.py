"""Published signatures are made by the keys of the publications, through the API."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from strongroom.crypto.asymmetric.ed25519 import Ed25519Key
from strongroom.engines.transit.keys import rows
from strongroom.sdk import View, replace
from tests.flow.engines.transit.mounts import Keys, base64

ED25519 = [
    (  # RFC 8032, section 7.1, test 2
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "72",
        {},
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (  # RFC 8032, section 7.2, foo
        "0305334e381af78f141cb666f6199f57bc3495335a256a95bd2a55bf546663f6",
        "f726936d19c800494e3fdaff20b276a8",
        {"signature_algorithm": "ed25519ctx", "signature_context": base64(b"foo")},
        "55a4cc2f70a54e04288c5f4cd1e45a7bb520b36292911876cada7323198dd87a"
        "8b36950b95130022907a7fb7c4e9b2d5f6cca685a587b4b21f4b888e4e7edb0d",
    ),
    (  # RFC 8032, section 7.2, bar
        "0305334e381af78f141cb666f6199f57bc3495335a256a95bd2a55bf546663f6",
        "f726936d19c800494e3fdaff20b276a8",
        {"signature_context": base64(b"bar")},
        "fc60d5872fc46b3aa69f8b5b4351d5808f92bcc044606db097abab6dbcb1aee3"
        "216c48e8b3b66431b5b186d1d28f8ee15a5ca2df6668346291c2043d4eb3e90d",
    ),
    (  # RFC 8032, section 7.3
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "616263",
        {"signature_algorithm": "ed25519ph"},
        "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41"
        "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406",
    ),
]


@pytest.mark.parametrize(("seed", "message", "options", "signature"), ED25519)
async def test_ed25519(seed: str, message: str, options: dict[str, Any], signature: str) -> None:
    """Ed25519, Ed25519ctx and Ed25519ph give the signatures of RFC 8032."""
    keys = await Keys.new(k="ed25519")

    async def give(view: View) -> None:
        key = await rows.key_of(view, "k")
        assert key is not None
        pair = Ed25519Key.of_seed(bytes.fromhex(seed))
        version = await rows.version_of(view, key, 1)
        assert pair.private is not None
        rows.keep_version(view, key, 1, replace(version, private=pair.private, public=pair.public))

    await keys.change(give)
    text = base64(bytes.fromhex(message))
    wanted = f"vault:v1:{b64encode(bytes.fromhex(signature)).decode('ascii')}"
    assert (await keys.write("sign/k", input=text, **options))["signature"] == wanted
    assert await keys.write("verify/k", input=text, signature=wanted, **options) == {"valid": True}
