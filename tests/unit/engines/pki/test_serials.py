"""Serial numbers as text."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.crypto import der_values
from strongroom.engines.pki import serials
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import SystemRandom


@given(st.integers(min_value=1, max_value=2**160 - 1))
def test_a_serial_number_is_shown_in_whole_bytes(serial: int) -> None:
    """In pairs of lower-case digits, also where the first one is 0; and every notation of it is read as the same."""
    shown = serials.shown(serial)
    assert all(len(pair) == 2 for pair in shown.split(":"))
    assert shown == shown.lower()
    assert serials.row(serial) == shown.replace(":", "-")
    for text in (shown, shown.upper(), serials.row(serial), shown.replace(":", ""), f" {shown} ", f"{serial:x}"):
        assert serials.parsed(text) == serial


@pytest.mark.parametrize(
    "text", ["", "zz", "1:2", "01:", ":01", "01::02", "01--02", "0x01", "-01", "01 02", "\u0660\u0661"]
)
def test_what_is_no_serial_number(text: str) -> None:
    """Nothing else is taken for one."""
    assert serials.parsed(text) is None


def test_new_serial_numbers_fit_into_certificates() -> None:
    """They are positive, and have 20 bytes at most in DER, as OpenSSL counts them."""
    for _ in range(200):
        serial = serials.new(SystemRandom())
        text = subprocess.run(
            ["openssl", "asn1parse", "-inform", "der"],
            input=der_values.integer(serial),
            capture_output=True,
            check=True,
        ).stdout.decode()
        assert "l=  20" in text
        assert f":{serial:X}" in text


@pytest.mark.parametrize("write", [serials.shown, serials.row])
def test_a_negative_serial_number_is_no_name_of_a_row(write: Callable[[int], str]) -> None:
    """Certificates of others may have it: a request that names one is refused, and is no fault of this server."""
    with pytest.raises(InvalidRequest, match="negative"):
        write(-1)
