"""The page about Kerberos, with a KDC and a directory where it says that there are."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.conformance.docs.shell import opened, programs, run_page
from tests.flow.auth.kerberos.mount import Around

PAGE = Path(__file__).parents[4] / "docs" / "auth" / "kerberos.md"


def test_examples(around: Around, tmp_path: Path) -> None:
    """The commands print what the page shows, to somebody who has tickets."""
    with opened(tmp_path, programs(tmp_path)) as (shell, names):
        names.replace("ldap://directory.example.com", around.directory.url)
        names.replace("localhost:8200", names.fill("127.0.0.1:8200").replace("127.0.0.1", "localhost"))
        here = Path(shell.run("pwd")[0].strip())
        (here / "HTTP-vault.keytab").write_bytes(around.keytab)
        shutil.copyfile(around.kdc.keytab_of("alice"), here / "alice.keytab")
        shell.run(f"export KRB5_CONFIG={around.kdc.configuration} KRB5CCNAME=FILE:{around.kdc.tickets_of('alice')}")
        assert run_page(PAGE, shell, names) > 8
