"""Bodies that nobody would send on purpose."""

from __future__ import annotations

import contextlib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.lib.errors import InvalidRequest
from tests.flow.engines.transit.mounts import Keys

WORDS = ["", "YQ==", "a", "all", "vault:v1:AAAA", "oaep", "pkcs1v15", "sha1", "\ud800", "ü", "1", "-1"]
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.sampled_from(WORDS)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=2),
    max_leaves=4,
)
NAMES = [
    "plaintext ciphertext context associated_data key_version key_versions reference type convergent_encryption",
    "padding_scheme hash_algorithm oaep_hash mgf_hash partial_failure_response_code decrypt_padding_scheme",
    "iv nonce encrypt_mgf_hash bits count salt info key_index_from key_index_to",
]
FIELDS = st.dictionaries(st.sampled_from(" ".join(NAMES).split()), VALUES, max_size=5)
BODIES = FIELDS | st.builds(
    lambda fields, items: fields | {"batch_input": items}, FIELDS, st.lists(FIELDS | VALUES, max_size=3) | VALUES
)
PATHS = ["encrypt/", "decrypt/", "rewrap/", "datakey/plaintext/", "datakeys/wrapped/", "derivedkeys/plaintext/"]
KINDS: dict[str, dict[str, Any]] = {
    "aes": {"type": "aes256-gcm96"},
    "cbc": {"type": "aes128-cbc"},
    "rsa": {"type": "rsa-2048"},
    "convergent": {"derived": True, "convergent_encryption": True},
    "mac": {"type": "hmac"},
    "kem": {"type": "ml-kem", "parameter_set": "768"},
}


@settings(max_examples=100, deadline=None)
@given(
    path=st.sampled_from([*PATHS, "encapsulate/", "decapsulate/"]), kind=st.sampled_from([*KINDS, "none"]), body=BODIES
)
async def test_any_body_is_answered_or_refused(path: str, kind: str, body: dict[str, Any]) -> None:
    """Whatever a body holds, it is answered or refused as a wrong request, never as a fault of the server."""
    keys = await Keys.new()
    if kind in KINDS:
        await keys.make("k", **KINDS[kind])
    with contextlib.suppress(InvalidRequest):
        await keys.answer(path + "k", **body)
