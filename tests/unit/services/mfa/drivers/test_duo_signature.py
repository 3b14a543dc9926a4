"""The signature of requests to Duo, by a vector of Duo's own client."""

from __future__ import annotations

import base64

from strongroom.services.mfa.drivers.duo import encoded, signature
from strongroom.services.mfa.records import DuoSettings

_PARAMETERS = {
    "\u469a\u287b\u35d0\u8ef3\u6727\u502a\u0810\ud091\xc8\uc170": (
        "\u0f45\u1a76\u341a\u654c\uc23f\u9b09\uabe2\u8343\u1b27\u60d0"
    ),
    "\u7449\u7e4b\uccfb\u59ff\ufe5f\u83b7\uadcc\u900c\ucfd1\u7813": (
        "\u8db7\u5022\u92d3\u42ef\u207d\u8730\uacfe\u5617\u0946\u4e30"
    ),
    "\u7470\u9314\u901c\u9eae\u40d8\u4201\u82d8\u8c70\u1d31\ua042": (
        "\u17d9\u0ba8\u9358\uaadf\ua42a\u48be\ufb96\u6fe9\ub7ff\u32f3"
    ),
    "\uc2c5\u2c1d\u2620\u3617\u96b3F\u8605\u20e8\uac21\u5934": (
        "\ufba9\u41aa\ubd83\u840b\u2615\u3e6e\u652d\ua8b5\ud56bU"
    ),
}
_MAC = (
    "0508065035a03b2a1de2f453e629e791d180329e157f65df6b3e0f08299d4321"
    "e1c5c7a7c7ee6b9e5fc80d1fb6fbf3ad5eb7c44dd3b3985a02c37aca53ec3698"
)


def test_the_vector() -> None:
    """Source: https://github.com/duosecurity/duo_client_python, tests/test_client.py, `test_hmac_sha512`"""
    settings = DuoSettings(
        api_hostname="foO.BAr52.cOm",
        integration_key="test_ikey",
        secret_key="gtdfxv9YgVBYcF6dl2Eq17KUQJN2PLM2ODVTkvoT",
    )
    made = signature(settings, "Fri, 07 Dec 2012 17:18:00 -0000", "POST", "/Foo/BaR2/qux", encoded(_PARAMETERS))
    assert made == "Basic " + base64.b64encode(f"test_ikey:{_MAC}".encode()).decode()


def test_how_parameters_are_written() -> None:
    """By name, with everything escaped but letters, digits and `-._~`.  Source: RFC 5849, section 3.4.1.3.2"""
    assert encoded({"username": "root", "realname": "First Last"}) == "realname=First%20Last&username=root"
    assert encoded({"a": "/+&=~-._*'()é"}) == "a=%2F%2B%26%3D~-._%2A%27%28%29%C3%A9"
