"""RSA keys: their options, their limits, and what is refused."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateNumbers, RSAPublicNumbers

from strongroom.crypto.asymmetric import rsa_checks
from strongroom.crypto.asymmetric.hash_algorithms import SIGNED_HASHES
from strongroom.crypto.asymmetric.key_files import pkcs8, spki
from strongroom.crypto.asymmetric.rsa import PKCS1V15, PSS, Oaep, Padding, Pkcs1v15, RsaKey
from strongroom.lib.errors import InvalidRequest, Tampered
from tests.unit.crypto.asymmetric.keys import rsa_key

_MESSAGE = b"a message"


@pytest.mark.parametrize("scheme", [PSS, PKCS1V15])
@pytest.mark.parametrize("hash_name", SIGNED_HASHES)
def test_every_hash_signs_and_verifies(hash_name: str, scheme: str) -> None:
    """The message, and its digest as the same; another message or hash doesn't verify."""
    key = rsa_key()
    public = RsaKey.of_public(key.public)
    signature = key.sign(_MESSAGE, hash_name, scheme)
    digest = hashlib.new(hash_name.replace("sha2-", "sha").replace("-", "_"), _MESSAGE).digest()
    assert public.verify(_MESSAGE, signature, hash_name, scheme)
    assert public.verify(digest, signature, hash_name, scheme, prehashed=True)
    assert public.verify(_MESSAGE, key.sign(digest, hash_name, scheme, prehashed=True), hash_name, scheme)
    assert not public.verify(_MESSAGE + b".", signature, hash_name, scheme)
    other = "sha2-256" if hash_name != "sha2-256" else "sha2-512"
    assert not public.verify(_MESSAGE, signature, other, scheme)


@pytest.mark.parametrize(
    ("signs", "verifies", "valid"),
    [
        ("auto", "auto", True),
        ("auto", 222, True),
        ("auto", "hash", False),
        ("hash", 32, True),
        ("hash", "auto", True),
        (0, 0, True),
        (0, "auto", True),
        (20, 20, True),
        (20, 32, False),
        (222, "auto", True),
        (20, 5000, False),
    ],
)
def test_salt_lengths(signs: Any, verifies: Any, valid: bool) -> None:
    """`auto` is the largest for signing and any for verifying; the others have to be the same on both sides."""
    key = rsa_key()
    assert key.verify(_MESSAGE, key.sign(_MESSAGE, salt_length=signs), salt_length=verifies) is valid


def test_raw_input_is_signed_without_an_identifier_of_the_hash() -> None:
    """What the key signed is recovered whole, up to eleven bytes less than the key."""
    key = rsa_key()
    for data in (b"", b"a", b"a" * 245):
        signature = key.sign(data, "none", PKCS1V15, prehashed=True)
        assert signature == key.sign(data, None, PKCS1V15, prehashed=True)
        assert key.verify(data, signature, "none", PKCS1V15, prehashed=True)
        assert not key.verify(data + b"a", signature, "none", PKCS1V15, prehashed=True)


@pytest.mark.parametrize(
    ("data", "options", "named"),
    [
        (b"m", {"hash_name": "md5"}, "md5"),
        (b"m", {"hash_name": "none"}, "prehashed=true"),
        (b"m", {"hash_name": None, "scheme": PKCS1V15}, "prehashed=true"),
        (b"m", {"hash_name": "none", "prehashed": True}, "pkcs1v15"),
        (b"m", {"scheme": "raw"}, "raw"),
        (b"m" * 31, {"prehashed": True}, "31 bytes"),
        (b"m" * 33, {"prehashed": True, "scheme": PKCS1V15}, "33 bytes"),
        (b"m", {"salt_length": -1}, "-1"),
        (b"m", {"salt_length": "long"}, "long"),
    ],
)
def test_options_that_do_not_go_together_are_refused(data: bytes, options: dict[str, Any], named: str) -> None:
    """By both sides, with a text that names what is wrong."""
    key = rsa_key()
    with pytest.raises(InvalidRequest, match=named):
        key.sign(data, **options)
    hash_name, scheme = options.pop("hash_name", "sha2-256"), options.pop("scheme", PSS)
    with pytest.raises(InvalidRequest, match=named):
        key.verify(data, b"", hash_name, scheme, **options)


@pytest.mark.parametrize(
    ("data", "options"),
    [(b"m" * 246, {"hash_name": "none", "scheme": PKCS1V15, "prehashed": True}), (b"m", {"salt_length": 223})],
)
def test_what_is_too_long_for_the_key_is_refused(data: bytes, options: dict[str, Any]) -> None:
    """An input, and a salt."""
    with pytest.raises(InvalidRequest, match="too long for an RSA key of 2048 bits"):
        rsa_key().sign(data, **options)


@pytest.mark.parametrize("signature", [b"", b"\0", b"\xff" * 256, b"\0" * 257])
@pytest.mark.parametrize("scheme", [PSS, PKCS1V15])
def test_no_signature_raises(signature: bytes, scheme: str) -> None:
    """Whatever its length is."""
    assert rsa_key().verify(_MESSAGE, signature, "sha2-256", scheme) is False


@pytest.mark.parametrize(
    ("padding", "most"),
    [
        (Oaep(), 190),
        (Oaep("sha1"), 214),
        (Oaep("sha2-512", "sha1"), 126),
        (Oaep("sha2-384", None, b"label"), 158),
        (Pkcs1v15(), 245),
    ],
)
def test_what_is_encrypted_is_decrypted(padding: Padding, most: int) -> None:
    """From nothing to the most bytes that fit, and one more is refused with both numbers."""
    key = rsa_key()
    public = RsaKey.of_public(key.public)
    for plaintext in (b"", b"a", b"a" * most):
        assert key.decrypt(public.encrypt(plaintext, padding), padding) == plaintext
    with pytest.raises(InvalidRequest, match=rf"{most + 1} bytes.*takes {most}"):
        public.encrypt(b"a" * (most + 1), padding)


def test_every_fault_of_oaep_has_one_text() -> None:
    """Another key, hash, mask or label, a flipped bit, a wrong length: an attacker can't tell them apart."""
    key = rsa_key()
    good = key.encrypt(b"secret", Oaep())
    flipped = good[:-1] + bytes((good[-1] ^ 1,))
    tries: list[tuple[RsaKey, bytes, Oaep]] = [
        (rsa_key(3072), good, Oaep()),
        (key, good, Oaep("sha1")),
        (key, good, Oaep("sha2-256", "sha1")),
        (key, good, Oaep(label=b"l")),
        *((key, each, Oaep()) for each in (flipped, b"", good[:-1], good + b"\0", b"\0" * 256, b"\xff" * 256)),
    ]
    texts = set()
    for tried, ciphertext, padding in tries:
        with pytest.raises(Tampered) as caught:
            tried.decrypt(ciphertext, padding)
        assert caught.value.__cause__ is None
        texts.add(caught.value.text)
    assert len(texts) == 1


def test_an_altered_pkcs1v15_ciphertext_decrypts_to_the_same_noise_every_time() -> None:
    """So whoever alters one learns nothing.  Only a wrong length, which anybody sees, is an error."""
    key = rsa_key()
    good = key.encrypt(b"secret", Pkcs1v15())
    for at in (0, 1, 100, 255):
        altered = good[:at] + bytes((good[at] ^ 1,)) + good[at + 1 :]
        if int.from_bytes(altered, "big") < key._public.public_numbers().n:
            noise = key.decrypt(altered, Pkcs1v15())
            assert noise == key.decrypt(altered, Pkcs1v15()) != b"secret"
    with pytest.raises(Tampered):
        key.decrypt(good[:-1], Pkcs1v15())


def test_oaep_refuses_hashes_that_it_lacks() -> None:
    """SHA-3 signs, but OAEP has none."""
    with pytest.raises(InvalidRequest, match="sha3-256"):
        rsa_key().encrypt(b"m", Oaep("sha3-256"))
    with pytest.raises(InvalidRequest, match="sha3-256"):
        rsa_key().decrypt(b"m" * 256, Oaep("sha2-256", "sha3-256"))


def test_a_public_key_neither_signs_nor_decrypts() -> None:
    """And has no private half to show."""
    public = RsaKey.of_public(rsa_key().public)
    assert public.private is None
    for act in (lambda: public.sign(b"m"), lambda: public.decrypt(b"m" * 256), public.signer):
        with pytest.raises(InvalidRequest, match="no private half"):
            act()


@pytest.mark.parametrize("bits", [0, 1024, 2047, 2056, 8192])
def test_only_three_sizes_are_made(bits: int) -> None:
    """2048, 3072 and 4096 bits."""
    with pytest.raises(InvalidRequest, match="2048, 3072, 4096"):
        RsaKey.generate(bits)


def test_keys_of_other_sizes_are_not_read() -> None:
    """Neither half of a pair of 1024 bits, while every size between 2048 and 4096 is."""
    small = rsa.generate_private_key(65537, 1024)
    with pytest.raises(InvalidRequest, match="1024 bits isn't accepted"):
        RsaKey.of_private(pkcs8(small))
    with pytest.raises(InvalidRequest, match="1024 bits isn't accepted"):
        RsaKey.of_public(spki(small.public_key()))
    between = rsa.generate_private_key(65537, 2056)
    assert RsaKey.of_private(pkcs8(between)).bits == RsaKey.of_public(spki(between.public_key())).bits == 2056


def test_both_halves_are_read_again() -> None:
    """What one process stores another one uses."""
    key = rsa_key()
    assert key.private is not None
    for again in (RsaKey.of_private(key.private), RsaKey.of_stored(key.private)):
        assert (again.private, again.public, again.bits) == (key.private, key.public, 2048)
        assert key.verify(_MESSAGE, again.sign(_MESSAGE))


@pytest.mark.parametrize("exponent", [0, 1, 2, 4, 65536, 2**31, 2**31 + 1])
def test_exponents_that_make_no_sense_are_refused(exponent: int) -> None:
    """Even ones, 1, and ones that others can't read."""
    with pytest.raises(InvalidRequest, match="public exponent"):
        rsa_checks.check_public(RSAPublicNumbers(exponent, 2**2047 + 1))


def test_an_even_modulus_is_refused() -> None:
    """It is no product of two odd primes."""
    with pytest.raises(InvalidRequest, match="even"):
        rsa_checks.check_public(RSAPublicNumbers(65537, 2**2047))


@pytest.mark.parametrize("changed", ["p", "q", "d", "dmp1", "dmq1", "iqmp", "swapped", "one", "zero"])
def test_numbers_that_do_not_belong_together_are_refused(changed: str) -> None:
    """Each number of a pair is compared with the others: a wrong one would give the key away with a signature."""
    good = rsa_key().signer().private_numbers()
    said: dict[str, Any] = {name: getattr(good, name) for name in ("p", "q", "d", "dmp1", "dmq1", "iqmp")}
    rsa_checks.check_private(good)
    match changed:
        case "swapped":
            said |= {"p": good.q, "q": good.p}
        case "one":
            said |= {"p": 1, "q": good.public_numbers.n}
        case "zero":
            said |= dict.fromkeys(said, 0)
        case name:
            said[name] += 2
    with pytest.raises(InvalidRequest, match="don't belong together"):
        rsa_checks.check_private(RSAPrivateNumbers(**said, public_numbers=good.public_numbers))


def test_a_pair_of_composite_primes_is_refused() -> None:
    """Its numbers fit each other, but what it signs doesn't verify."""
    p, q, e = 2**1023 + 0x1000B, 2**1024 - 0x1FFF9, 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    numbers = RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), RSAPublicNumbers(e, p * q))
    made = pkcs8(numbers.private_key(unsafe_skip_rsa_key_validation=True))
    with pytest.raises(InvalidRequest, match="doesn't fit its public one"):
        RsaKey.of_private(made)


def test_repr_shows_no_material() -> None:
    """Size and half alone."""
    assert repr(rsa_key()) == "RsaKey(bits=2048, pair)"
    assert repr(RsaKey.of_public(rsa_key().public)) == "RsaKey(bits=2048, public)"
