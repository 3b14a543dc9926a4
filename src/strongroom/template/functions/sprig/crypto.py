"""Password hashes and derived passwords (p).

Functions that make keys and certificates or encrypt are refused: a template would make another key whenever it is
executed, and the server does it better.

Source: https://masterminds.github.io/sprig/crypto.html
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Mapping

from strongroom.template.errors import FunctionFailed
from strongroom.template.function import Function, Kind
from strongroom.template.functions.refusals import refused
from strongroom.template.surroundings import Surroundings
from strongroom.template.values import data_of

_KEYS = (
    "buildCustomCert", "genCA", "genCAWithKey", "genPrivateKey", "genSelfSignedCert", "genSelfSignedCertWithKey",
    "genSignedCert", "genSignedCertWithKey",
)  # fmt: skip
_CIPHERS = ("decryptAES", "encryptAES")
_BCRYPT_COST = 10
_MOST_BCRYPT_BYTES = 72
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_BCRYPT_BASE64 = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def _bcrypt(around: Surroundings, password: str) -> str:
    try:
        import bcrypt  # noqa: PLC0415 - an extra, which few templates need
    except ImportError:
        raise FunctionFailed("bcrypt needs the package of this name: install the extra `agent`") from None
    data = data_of(password)
    if len(data) > _MOST_BCRYPT_BYTES:
        raise FunctionFailed(f"bcrypt: password length exceeds {_MOST_BCRYPT_BYTES} bytes")
    salt = b64encode(around.random(16)).rstrip(b"=").translate(bytes.maketrans(_BASE64, _BCRYPT_BASE64))
    return bcrypt.hashpw(data, b"$2a$%d$%s" % (_BCRYPT_COST, salt)).decode()


def _htpasswd(around: Surroundings, user: str, password: str, *algorithm: str) -> str:
    """A line for a web server's file of passwords: of bcrypt unless the algorithm is `sha`."""
    if ":" in user:
        raise FunctionFailed("htpasswd: the name of the user has a colon")
    if algorithm == ("sha",):
        digest = hashlib.sha1(data_of(password), usedforsecurity=False).digest()
        return f"{user}:{{SHA}}{b64encode(digest).decode()}"
    return f"{user}:{_bcrypt(around, password)}"


_SEED = b"com.lyndir.masterpassword"
_VOWELS, _CONSONANTS, _DIGITS = "aeiou", "bcdfghjklmnpqrstvwxyz", "0123456789"
_LETTERS = _VOWELS.upper() + _VOWELS + _CONSONANTS.upper() + _CONSONANTS
_CHARACTERS = {
    "V": _VOWELS.upper(), "C": _CONSONANTS.upper(), "v": _VOWELS, "c": _CONSONANTS, "a": _LETTERS, "n": _DIGITS,
    "o": "@&%?,=[]_:-+*$#!'^~;()/.", "x": f"{_LETTERS}{_DIGITS}!@#$%^&*()",
}  # fmt: skip
_LONG = (
    "CvcvnoCvcvCvcv CvcvCvcvnoCvcv CvcvCvcvCvcvno CvccnoCvcvCvcv CvccCvcvnoCvcv CvccCvcvCvcvno CvcvnoCvccCvcv "
    "CvcvCvccnoCvcv CvcvCvccCvcvno CvcvnoCvcvCvcc CvcvCvcvnoCvcc CvcvCvcvCvccno CvccnoCvccCvcv CvccCvccnoCvcv "
    "CvccCvccCvcvno CvcvnoCvccCvcc CvcvCvccnoCvcc CvcvCvccCvccno CvccnoCvcvCvcc CvccCvcvnoCvcc CvccCvcvCvccno"
)
_FORMS = {
    "maximum": ["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
    "long": _LONG.split(),
    "medium": ["CvcnoCvc", "CvcCvcno"],
    "short": ["Cvcn"],
    "basic": ["aaanaaan", "aannaaan", "aaannaaa"],
    "pin": ["nnnn"],
}
"""How passwords of the Master Password algorithm look: each letter stands for some characters."""


def _derive_password(counter: int, form: str, password: str, user: str, site: str) -> str:
    """A site's password from one that is known by heart, by the Master Password algorithm.

    Source: https://masterpassword.app/masterpassword-algorithm.pdf
    """
    if form not in _FORMS:
        raise FunctionFailed("derivePassword: the kind of password is none of " + ", ".join(_FORMS))
    if not 0 <= counter < 1 << 32:
        raise FunctionFailed("derivePassword: the counter is out of range")
    salt = _SEED + _sized(user)
    key = hashlib.scrypt(data_of(password), salt=salt, n=32768, r=8, p=2, maxmem=1 << 26, dklen=64)
    seed = hmac.digest(key, _SEED + _sized(site) + counter.to_bytes(4), "sha256")
    chosen = _FORMS[form][seed[0] % len(_FORMS[form])]
    sets = (_CHARACTERS[kind] for kind in chosen)
    return "".join(characters[byte % len(characters)] for characters, byte in zip(sets, seed[1:], strict=False))


def _sized(text: str) -> bytes:
    data = data_of(text)
    return len(data).to_bytes(4) + data


_TEXT = (Kind.STRING,)
FUNCTIONS: Mapping[str, Function] = {
    "bcrypt": Function(_bcrypt, _TEXT, around=True),
    "derivePassword": Function(_derive_password, (Kind.INT, *_TEXT * 4)),
    "htpasswd": Function(_htpasswd, _TEXT * 2, rest=Kind.STRING, around=True),
    **{
        name: refused(f"sprig_{name}", "isn't offered: use pkiCert, which has the server issue the certificate")
        for name in _KEYS
    },
    **{
        name: refused(f"sprig_{name}", "isn't offered: it doesn't authenticate what it encrypts; use transit")
        for name in _CIPHERS
    },
}
