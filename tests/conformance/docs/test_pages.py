"""Every example on the pages that people start from does what its page says."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from strongroom.server.config.config import parse_config
from tests.conformance.docs.console import Names, blocks
from tests.conformance.docs.machine import machine, why_not
from tests.conformance.docs.package import package
from tests.conformance.docs.shell import (
    copy_sources,
    opened,
    plain_programs,
    programs,
    python_can_make_environments,
    run_page,
)
from tests.conformance.etcd import running_etcd
from tests.conformance.postgres import PostgresqlServer, postgresql_server
from tests.ports import free_port
from tests.sim import mariadb, slapd
from tests.sim.aws.moto import running

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
PAGES = (
    *(
        "approvals.md",
        "audit.md",
        "backups.md",
        "break-glass.md",
        "coming-from-vault.md",
        "configuration.md",
        "events.md",
    ),
    *("identity.md", "leases-and-tokens.md", "mfa.md", "monitoring.md", "namespaces.md", "oidc-provider.md"),
    *("policies.md", "quotas.md", "search.md", "troubleshooting.md", "web-interface.md"),
    *("engines", "auth", "agent"),
)
OWN_TESTS = {
    "regions.md",
    "agent/postgresql.md",
    "agent/template-functions.md",
    "auth/kerberos.md",
    "auth/radius.md",
    "engines/aws.md",
    "engines/database-influxdb.md",
    "engines/database-mysql.md",
    "engines/database-redis.md",
    "engines/database-rotation.md",
    "engines/database.md",
    "engines/kubernetes.md",
    "engines/ldap.md",
    "engines/mysql-and-postgresql.md",
    "engines/rabbitmq.md",
    "engines/ssh-one-time-passwords.md",
    "getting-started.md",
    "moving.md",
    "plugins.md",
    "production.md",
    "storage.md",
    "stores/etcd.md",
    "stores/mysql.md",
}
__all__ = ["package", "postgresql_server"]


def _pages() -> list[Path]:
    found = [DOCS / name for name in PAGES]
    pages = [page for path in found for page in (path.glob("*.md") if path.is_dir() else [path])]
    pages = [page for page in pages if page.relative_to(DOCS).as_posix() not in OWN_TESTS]
    return sorted(page for page in pages if any(block.steps for block in blocks(page)))


def _need(page: Path) -> None:
    """Skip a page whose commands use a program that isn't here."""
    commands = "\n".join(step.command for block in blocks(page) for step in block.steps)
    for program in ("jq", "logrotate", "psql", "sqlite3"):
        if re.search(rf"\b{program} ", commands) and shutil.which(program) is None:
            pytest.skip(f"needs the program {program}")


@pytest.mark.parametrize("page", _pages(), ids=lambda page: str(page.relative_to(DOCS)))
def test_examples(page: Path, tmp_path: Path) -> None:
    """The commands of one guide print what it shows."""
    _need(page)
    with opened(tmp_path, programs(tmp_path)) as (shell, names):
        assert run_page(page, shell, names) > 0


@pytest.mark.timeout(300)
@pytest.mark.skipif(not python_can_make_environments(), reason="needs the Debian package python3-venv")
def test_getting_started(tmp_path: Path) -> None:
    """From an empty environment to a rotated secret, pasted line by line."""
    copy_sources(ROOT, tmp_path / "checkout")
    with opened(tmp_path, plain_programs()) as (shell, names):
        shell.run(f"cd {tmp_path / 'checkout'}")
        assert run_page(DOCS / "getting-started.md", shell, names) > 20


@pytest.fixture
def administrator(postgresql_server: PostgresqlServer) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection to a server that has no `strongroom`, neither before nor afterwards."""
    with psycopg.connect(postgresql_server.url, autocommit=True) as connection:
        try:
            yield connection
        finally:
            connection.execute("DROP DATABASE IF EXISTS strongroom WITH (FORCE)")
            connection.execute("DROP ROLE IF EXISTS strongroom")


@pytest.mark.timeout(900)
@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_production(
    tmp_path: Path,
    package: Path,
    postgresql_server: PostgresqlServer,
    administrator: psycopg.Connection[tuple[object, ...]],
) -> None:
    """From a bare system to a restored backup, pasted word for word, with the server run as its unit says.

    Only the port and the database's host are others than the page's.
    """
    _need(DOCS / "production.md")
    administrator.execute("CREATE ROLE strongroom LOGIN PASSWORD 'password-of-the-database'")
    administrator.execute("CREATE DATABASE strongroom OWNER strongroom")
    address = f"127.0.0.1:{free_port()}"
    names = Names({"0.0.0.0:8200": address, "127.0.0.1:8200": address})
    names.replace("db.example.com:5432", f"127.0.0.1:{postgresql_server.port}")
    names.replace("strongroom_0.1.0_amd64.deb", package.name)
    with machine(tmp_path) as bare:
        built = bare.system / "root/build/deb"
        built.mkdir(parents=True)
        shutil.copy(package, built)
        assert run_page(DOCS / "production.md", bare.person, names, bare.root, bare.system) > 60
        # What was rotated away isn't written to any more, what came after is.
        log = bare.system / "var/log/strongroom/audit.log"
        assert "sys/rotate" in log.read_text()
        owner = log.stat().st_uid
        assert owner == (bare.system / "var/lib/strongroom").stat().st_uid != 0
        written = [*(bare.system / "var/lib/strongroom").iterdir(), *(bare.system / "var/backups/strongroom").iterdir()]
        assert [file for file in written if file.stat().st_uid != owner or file.stat().st_mode & 0o077] == []


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("administrator")
def test_storage(tmp_path: Path, postgresql_server: PostgresqlServer) -> None:
    """A database made as the page says is enough for a server."""
    _need(DOCS / "storage.md")
    with opened(tmp_path, programs(tmp_path)) as (shell, names):
        names.replace("postgres://postgres@db.example.com:5432/postgres", postgresql_server.url)
        names.replace("db.example.com:5432", f"127.0.0.1:{postgresql_server.port}")
        assert run_page(DOCS / "storage.md", shell, names) > 4


def test_the_store_in_etcd(tmp_path: Path) -> None:
    """An etcd without users is fit for a server."""
    with running_etcd() as server, opened(tmp_path, programs(tmp_path)) as (shell, names):
        names.replace("http://etcd.example.com:2379", server.url)
        assert run_page(DOCS / "stores/etcd.md", shell, names) == 1


def test_the_store_in_mysql(tmp_path: Path) -> None:
    """A database made as the page says is fit for a server."""
    with mariadb.run(*mariadb.DURABLE) as server, opened(tmp_path, programs(tmp_path)) as (shell, names):
        names.replace(
            "--host=db.example.com --port=3306 --user=root", f"--socket={server.socket} --user={mariadb.ROOT}"
        )
        names.replace("db.example.com:3306", f"127.0.0.1:{server.port}")
        shell.run(f"export MYSQL_PWD={mariadb.ROOT_PASSWORD}")
        assert run_page(DOCS / "stores/mysql.md", shell, names) > 1


@pytest.mark.timeout(300)
def test_ldap_secrets(tmp_path: Path) -> None:
    """Accounts of a real directory are made, rotated and lent."""
    slapd.require()
    (tmp_path / "slapd").mkdir()
    with slapd.run(tmp_path / "slapd") as directory, opened(tmp_path, programs(tmp_path)) as (shell, names):
        names.replace("ldaps://ds1.example.org", directory.tls_url)
        shell.run(f"cp {directory.ca.cert} ca.pem")
        assert run_page(DOCS / "engines/ldap.md", shell, names) > 10


def test_aws(tmp_path: Path) -> None:
    """Users and sessions as the page shows them, of a stand-in that the server finds by its environment."""
    with running() as moto, opened(tmp_path, programs(tmp_path)) as (shell, names):
        shell.run(f"export AWS_ENDPOINT_URL={moto.url}")
        assert run_page(DOCS / "engines" / "aws.md", shell, names) > 10


@pytest.fixture
def shop(postgresql_server: PostgresqlServer) -> Iterator[None]:
    """The roles of a PostgreSQL that the page on databases presumes."""
    with psycopg.connect(postgresql_server.url, autocommit=True) as connection:
        connection.execute("CREATE ROLE readers")
        page = (DOCS / "engines/database.md").read_text()
        for statement in re.findall(r"```sql\n(.*?)```", page, re.DOTALL)[0].split(";"):
            connection.execute(statement.encode())
        try:
            yield
        finally:
            connection.execute("DROP ROLE strongroom; DROP ROLE readers")


@pytest.mark.usefixtures("shop")
def test_databases(tmp_path: Path, postgresql_server: PostgresqlServer) -> None:
    """A user is made, logs in, and is dropped, by a server's own user that has only the rights that the page grants."""
    _need(DOCS / "engines/database.md")
    with opened(tmp_path, programs(tmp_path)) as (shell, names):
        names.replace("db.example.com:5432", f"127.0.0.1:{postgresql_server.port}")
        assert run_page(DOCS / "engines/database.md", shell, names) > 6


def test_a_databases_user_in_a_file(tmp_path: Path, postgresql_server: PostgresqlServer) -> None:
    """A service is reloaded with another user of the database before the first one ends."""
    page = DOCS / "agent/postgresql.md"
    _need(page)
    with opened(tmp_path, programs(tmp_path)) as (shell, names):
        names.replace("postgresql://postgres@db.example.com:5432/postgres", postgresql_server.url)
        names.replace("host=db.example.com port=5432", f"host=127.0.0.1 port={postgresql_server.port}")
        names.replace("db.example.com:5432", f"127.0.0.1:{postgresql_server.port}")
        try:
            assert run_page(page, shell, names) > 15
        finally:
            shell.run("strongroom lease revoke -sync -prefix database/creds/shop")
            with psycopg.connect(postgresql_server.url, autocommit=True) as connection:
                connection.execute("DROP ROLE strongroom")
                connection.execute("DROP ROLE shop_rights")


@pytest.mark.timeout(300)
def test_database_rotation(tmp_path: Path, postgresql_server: PostgresqlServer) -> None:
    """Passwords of a database are rotated as the page says."""
    _need(DOCS / "engines/database-rotation.md")
    with opened(tmp_path, programs(tmp_path)) as (shell, names):
        names.replace("postgresql://postgres@db.example.com:5432/postgres", postgresql_server.url)
        names.replace("db.example.com:5432", f"127.0.0.1:{postgresql_server.port}")
        assert run_page(DOCS / "engines/database-rotation.md", shell, names) > 15


def test_the_example_is_the_packaged_configuration() -> None:
    """The page's configuration is the file that the package installs, and says nothing that has no effect."""
    shown = [block for block in blocks(DOCS / "production.md") if block.file.endswith(".hcl")]
    assert shown[0].file == "/etc/strongroom/strongroom.hcl"
    assert shown[0].content == (ROOT / "packaging" / "strongroom.hcl").read_text()
    for block in shown:
        assert parse_config(block.content, block.file).notices == (), block.file


def test_no_page_is_left_out() -> None:
    """Every page with a console block is run by a test."""
    run = {page.relative_to(DOCS).as_posix() for page in _pages()} | OWN_TESTS
    with_examples = {
        page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md") if any(block.steps for block in blocks(page))
    }
    assert with_examples <= run


def test_links_lead_somewhere() -> None:
    """Each relative link on each page is to a file that is there, and to a heading of it if it names one."""
    broken = []
    for page in [*DOCS.rglob("*.md"), ROOT / "README.md"]:
        for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", page.read_text()):
            name, _, heading = link.partition("#")
            target = page.parent / name if name else page
            headings = (
                re.findall(r"^#+ (.*)$", target.read_text(), re.M)
                if target.is_file() and target.suffix == ".md"
                else []
            )
            # As GitHub makes them: lower case, without punctuation, dashes for spaces.
            anchors = {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in headings}
            if not target.exists() or (heading and heading not in anchors):
                broken.append(f"{page.relative_to(ROOT)}: {link}")
    assert broken == []
