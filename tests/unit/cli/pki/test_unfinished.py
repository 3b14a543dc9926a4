"""What `pki issue` says when it stops halfway."""

from __future__ import annotations

import pytest

from strongroom.cli.pki.unfinished import Progress, advice

BEGUN = Progress("root/issuer/r", "root", "int", "web", csr="CSR", created_key_id="k1")


@pytest.mark.parametrize(
    ("progress", "said", "unsaid"),
    [
        (
            BEGUN,
            ["write -format=json root/issuer/r/sign-intermediate csr=@asked.pem", "CSR", "delete int/key/k1"],
            ["revoke"],
        ),
        (
            Progress("root/issuer/r", "root", "int", "", csr="CSR"),
            ["int has made a request", "Nothing was made that has to be removed"],
            ["delete", "issuer_name=\n"],
        ),
        (
            Progress("root/issuer/r", "root", "int", "web", "CSR", "k1", "00:11", "CHAIN"),
            [
                "root has signed it: the certificate is 00:11",
                "CHAIN",
                "write int/issuers/import/cert",
                "write root/revoke serial_number=00:11",
            ],
            ["sign-intermediate"],
        ),
        (
            Progress("root/issuer/r", "root", "int", "web", "CSR", "k1", "00:11", "CHAIN", "i1"),
            ["the issuer is i1", "patch int/issuer/i1 issuer_name=web"],
            ["To undo it", "import/cert"],
        ),
    ],
    ids=["requested", "with an existing key", "signed", "imported"],
)
def test_what_was_done_and_what_is_left(progress: Progress, said: list[str], unsaid: list[str]) -> None:
    """The commands to go on with and to undo it fit what was reached."""
    text = advice(progress)
    assert [each for each in said if each not in text] == []
    assert [each for each in unsaid if each in text] == []
