"""The command `pki verify-sign`."""

from __future__ import annotations

from strongroom.cli import text
from strongroom.cli.command import FORMAT_ONLY, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.invocation import Invocation
from strongroom.cli.paths import clean
from strongroom.cli.pki.issuers import UnreadIssuer, compared, read_issuer
from strongroom.cli.pki.results import show


def _verify_sign(call: Invocation) -> int:
    issuer_path, issued_path = (clean(each) for each in _two(call.arguments))
    client = call.client()
    try:
        issuer = read_issuer(client, issuer_path)
    except UnreadIssuer as error:
        raise Failure(f"{issuer_path} can't be the issuer: {error}") from error
    try:
        issued = read_issuer(client, issued_path)
    except UnreadIssuer as error:
        raise Failure(f"{issued_path} can't be compared with it: {error}") from error
    results = compared(issuer, issued)

    def table() -> str:
        rows = [(name, text.go_value(value)) for name, value in results.items()]
        return f"issuer:{issuer_path}\nissued:{issued_path}\n\n{text.table(('field', 'value'), rows)}\n\n"

    show(call, results, table)
    return 0


def _two(arguments: list[str]) -> tuple[str, str]:
    match arguments:
        case [issuer, issued]:
            return issuer, issued
        case _:
            raise Failure(f"Two issuers are compared, and {len(arguments)} are named. -h shows the usage.")


COMMANDS = {
    "pki verify-sign": Command(
        "pki verify-sign [options] POSSIBLE-ISSUER POSSIBLE-ISSUED",
        "Tells whether one certificate was issued by another. Both are paths of issuers, such as pki/issuer/default. "
        "Five answers are given:\n\n"
        "signature_match: the issuer's key has signed the issued certificate.\n\n"
        "path_match: the issuer stands in the chain of the issued certificate.\n\n"
        "key_id_match: the authority key id of the issued certificate is the issuer's key id.\n\n"
        "subject_match: the issued certificate names the issuer's subject as its issuer.\n\n"
        "trust_match: who trusts the issuer has reason to trust the issued certificate. An expired certificate doesn't "
        "match.\n\n"
        "$ strongroom pki verify-sign pki_root/issuer/default pki_int/issuer/default",
        _verify_sign,
        (FORMAT_ONLY,),
        Arity(0, None),
    ),
}
