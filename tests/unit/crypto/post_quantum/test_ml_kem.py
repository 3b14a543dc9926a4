"""Keys of ML-KEM, and their vectors."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.crypto.post_quantum import ML_KEM_PARAMETER_SETS, MlDsaKey, MlKemKey
from strongroom.lib.errors import InvalidRequest
from tests.unit.crypto.post_quantum.vectors import field, known_answers, wycheproof

_KEY = MlKemKey.of_seed(bytes(range(64)), "768")


@pytest.mark.parametrize(("parameter_set", "ciphertext_bytes"), [("768", 1088), ("1024", 1568)])
def test_both_sides_get_the_same_secret(parameter_set: str, ciphertext_bytes: int) -> None:
    """What the public half encapsulates, the pair decapsulates, and every time it is another secret."""
    pair = MlKemKey.generate(parameter_set)
    public = MlKemKey.of_public(pair.public)
    secret, ciphertext = public.encapsulate()
    assert (len(secret), len(ciphertext), public.parameter_set) == (32, ciphertext_bytes, parameter_set)
    assert pair.decapsulate(ciphertext) == secret
    assert public.encapsulate()[0] != secret


def test_an_altered_ciphertext_gives_another_secret() -> None:
    """It is no error, as FIPS 203 has it: the secret is another, and always the same one."""
    secret, ciphertext = _KEY.encapsulate()
    altered = bytes((ciphertext[0] ^ 1,)) + ciphertext[1:]
    assert _KEY.decapsulate(altered) != secret
    assert _KEY.decapsulate(altered) == _KEY.decapsulate(altered)


@pytest.mark.parametrize("parameter_set", ML_KEM_PARAMETER_SETS)
def test_a_private_key_comes_back(parameter_set: str) -> None:
    """PKCS#8 and the seed each give the same pair again."""
    pair = MlKemKey.generate(parameter_set)
    assert pair.private is not None and pair.seed is not None
    again = MlKemKey.of_private(pair.private)
    assert (again.parameter_set, again.seed, again.public) == (parameter_set, pair.seed, pair.public)
    assert MlKemKey.of_seed(pair.seed, parameter_set).private == pair.private


def test_what_does_not_fit_is_refused() -> None:
    """Other keys, other lengths, unknown sets and a missing private half are the client's errors."""
    signing = MlDsaKey.generate("44")
    for bad in (b"", b"key", signing.private or b"", _KEY.public, (_KEY.private or b"")[:-1]):
        with pytest.raises(InvalidRequest):
            MlKemKey.of_private(bad)
    for bad in (b"", b"key", signing.public, _KEY.private or b"", _KEY.public[:-1]):
        with pytest.raises(InvalidRequest):
            MlKemKey.of_public(bad)
    for unknown in ("", "512", "ml-kem-768"):
        with pytest.raises(InvalidRequest, match="768, 1024"):
            MlKemKey.generate(unknown)
    for ciphertext in (b"", bytes(1087), bytes(1089), bytes(1568)):
        with pytest.raises(InvalidRequest, match="no ciphertext"):
            _KEY.decapsulate(ciphertext)
    with pytest.raises(InvalidRequest, match="64 bytes"):
        MlKemKey.of_seed(bytes(32), "768")
    public = MlKemKey.of_public(_KEY.public)
    assert (public.private, public.seed) == (None, None)
    with pytest.raises(InvalidRequest, match="only the public key"):
        public.decapsulate(bytes(1088))


def test_a_key_does_not_show_itself() -> None:
    """Its text names the parameter set alone."""
    assert repr(_KEY) == "MlKemKey(parameter_set='768')"


@pytest.mark.parametrize("parameter_set", ML_KEM_PARAMETER_SETS)
def test_known_answers(parameter_set: str) -> None:
    """A seed gives the known public key, a known ciphertext its secret, and an altered one its known other secret."""
    count = 0
    for case in known_answers(f"asymmetric/MLKEM/kat_MLKEM_{parameter_set}.rsp"):
        key = MlKemKey.of_seed(case["d"] + case["z"], parameter_set)
        assert key.raw_public == case["pk"]
        assert key.decapsulate(case["ct"]) == case["ss"]
        assert key.decapsulate(case["ct_n"]) == case["ss_n"]
        count += 1
    assert count == 1000


def test_wycheproof() -> None:
    """Valid tests give their secret, and bad seeds and ciphertexts are refused."""
    wrong = list[Any]()
    for _, case in wycheproof("mlkem_768_test.json"):
        try:
            key = MlKemKey.of_seed(field(case, "seed"), "768")
            fits = key.raw_public == field(case, "ek") and key.decapsulate(field(case, "c")) == field(case, "K")
        except InvalidRequest:
            fits = False
        if fits != (case["result"] == "valid"):
            wrong.append((case["tcId"], case.get("comment")))
    assert not wrong
