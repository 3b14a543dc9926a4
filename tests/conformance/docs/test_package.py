"""What is packaged for Debian, systemd and containers is whole, and the packaged program runs."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from strongroom.__about__ import __version__
from strongroom.server.config.config import parse_config
from strongroom.server.plan import plan
from tests.conformance.docs.package import DEBIAN_PYTHON, package, run
from tests.ports import free_port

ROOT = Path(__file__).parents[3]
PACKAGING = ROOT / "packaging"
__all__ = ["package"]


@pytest.fixture(scope="module")
def unpacked(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root that the package was unpacked into."""
    target = tmp_path_factory.mktemp("root")
    run("dpkg", "-x", package, target)
    return target


@pytest.mark.timeout(400)
def test_control(package: Path) -> None:
    """The package says its version and depends on the interpreter that its compiled modules are for."""
    minor = run(DEBIAN_PYTHON, "-c", "import sys; print(sys.version_info.minor)").strip()
    fields = run("dpkg-deb", "--field", package)
    assert f"Version: {__version__}\n" in fields
    assert f"python3 (>= 3.{minor}), python3 (<< 3.{int(minor) + 1})" in fields
    assert "@" not in fields.replace("maintainers@", "")
    assert "root/root" in run("dpkg-deb", "--contents", package).splitlines()[0]


@pytest.mark.timeout(400)
def test_packaged_program_runs(unpacked: Path) -> None:
    """Unpacked elsewhere and run by its own interpreter, without anything of this checkout, it tells its version."""
    home = unpacked / "opt/strongroom"
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(unpacked)}
    done = subprocess.run(
        [str(home / "bin/python"), "-I", str(home / "bin/strongroom"), "version"],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
        cwd=unpacked,
    )
    assert f"Strongroom v{__version__}" in done.stdout
    modules = "import strongroom.server.main, strongroom.storage.postgresql, bcrypt, pgpy, sys; print(sys.prefix)"
    assert run(home / "bin/python", "-I", "-c", modules).strip() == str(home)


INSTALLED = """
set -e
mount -t tmpfs tmpfs /opt
mkdir /opt/strongroom /opt/data
chown nobody /opt/data
cp -r $ROOT/opt/strongroom/. /opt/strongroom
cat > /opt/strongroom.hcl <<EOF
storage "sqlite" {
  path = "/opt/data"
}
listener "tcp" {
  address     = "$ADDRESS"
  tls_disable = true
}
EOF
export PATH=/opt/strongroom/bin:/usr/sbin:/usr/bin:/sbin:/bin VAULT_ADDR=http://$ADDRESS HOME=/opt
setpriv --reuid=nobody --regid=nogroup --clear-groups strongroom server -config=/opt/strongroom.hcl > /opt/log 2>&1 &
server=$!
trap 'kill $server' EXIT
for attempt in $(seq 100); do
  status=0
  strongroom operator init -status > /dev/null 2>&1 || status=$?
  [ $status = 2 ] && break
  sleep 0.1
done
strongroom operator init -key-shares=1 -key-threshold=1 > /opt/init
key=$(sed -n 's/Unseal Key 1: //p' /opt/init)
strongroom operator unseal $key > /opt/unsealed
VAULT_TOKEN=$(sed -n 's/Initial Root Token: //p' /opt/init) strongroom operator seal
strongroom operator unseal $key | grep Sealed
trap - EXIT
kill $server
wait $server
"""


@pytest.mark.timeout(400)
def test_packaged_server_serves(unpacked: Path) -> None:
    """At its own place and as a user without rights, the packaged server starts, unseals, seals and stops.

    The place is in a mount namespace of the test's own, where `/opt` is empty.
    """
    namespace = ["unshare", "--mount", "--propagation", "private"]
    if subprocess.run([*namespace, "true"], check=False, capture_output=True).returncode:
        pytest.skip("needs root, for a mount namespace")
    address = f"127.0.0.1:{free_port()}"
    done = subprocess.run(
        [*namespace, "env", "-i", f"ROOT={unpacked}", f"ADDRESS={address}", "bash", "-c", INSTALLED],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Sealed          false" in done.stdout


@pytest.mark.timeout(400)
def test_manual_pages_and_completion(unpacked: Path) -> None:
    """The package has a manual page for the program, and completion for three shells."""
    assert list(unpacked.glob("usr/share/man/man1/strongroom*.1.gz"))
    for place in ("bash-completion/completions/strongroom", "zsh/vendor-completions/_strongroom"):
        assert "strongroom" in (unpacked / "usr/share" / place).read_text()
    assert "complete -f -c strongroom" in (unpacked / "usr/share/fish/vendor_completions.d/strongroom.fish").read_text()


@pytest.mark.timeout(400)
def test_nothing_names_the_place_of_its_making(package: Path, unpacked: Path) -> None:
    """Scripts start the interpreter at its final place, and no file holds the path of the build."""
    home = unpacked / "opt/strongroom"
    assert (home / "bin/strongroom").read_text().splitlines()[0] == "#!/opt/strongroom/bin/python"
    assert (unpacked / "usr/bin/strongroom").readlink() == Path("/opt/strongroom/bin/strongroom")
    place = str(package.parent).encode()
    naming = [path for path in unpacked.rglob("*") if path.is_file() and place in path.read_bytes()]
    assert naming == []
    compiled = home.glob("lib/python3.*/site-packages/strongroom/__pycache__/__about__.*.pyc")
    assert [b"/opt/strongroom/lib" in path.read_bytes() for path in compiled] == [True]


@pytest.mark.timeout(400)
def test_secrets_stay_unreadable(package: Path, unpacked: Path) -> None:
    """The configuration, which may hold the database's password, is not for everybody, and survives upgrades."""
    assert (unpacked / "etc/strongroom").stat().st_mode & 0o777 == 0o750
    assert (unpacked / "etc/strongroom/strongroom.hcl").stat().st_mode & 0o777 == 0o640
    conffiles = run("dpkg-deb", "--info", package, "conffiles").split()
    assert conffiles == ["/etc/logrotate.d/strongroom", "/etc/strongroom/strongroom.hcl"]


@pytest.mark.timeout(400)
def test_what_the_package_holds(unpacked: Path) -> None:
    """Outside of its environment and its documentation: these files, and each is that of the checkout."""
    outside = {
        path.relative_to(unpacked).as_posix()
        for path in unpacked.rglob("*")
        if not path.is_dir() and path.relative_to(unpacked).parts[0] != "opt"
    }
    beside = {name for name in outside if not name.startswith(("usr/share/doc/", "usr/share/man/"))}
    sources = {
        "etc/logrotate.d/strongroom": "logrotate",
        "etc/strongroom/strongroom.hcl": "strongroom.hcl",
        "lib/systemd/system/strongroom.service": "strongroom.service",
        "lib/systemd/system/strongroom-agent.service": "strongroom-agent.service",
    }
    assert beside >= {*sources, "usr/bin/strongroom"}
    for name, source in sources.items():
        assert (unpacked / name).read_bytes() == (PACKAGING / source).read_bytes()
    documents = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert {f"usr/share/doc/strongroom/{name}" for name in (*documents, "README.md", "CHANGELOG.md")} <= outside


@pytest.mark.skipif(shutil.which("logrotate") is None, reason="needs logrotate")
def test_logs_are_rotated_by_a_reload(tmp_path: Path) -> None:
    """The packaged file is right for logrotate; it names the log's directory, and the reload that the unit has."""
    text = (PACKAGING / "logrotate").read_text()
    config = parse_config((PACKAGING / "strongroom.hcl").read_text(), "strongroom.hcl")
    assert config.settings.audit_directories == ("/var/log/strongroom",)
    assert text.startswith("/var/log/strongroom/*.log {")
    assert "systemctl reload strongroom.service" in text
    assert "ExecReload=" in (PACKAGING / "strongroom.service").read_text()
    # Here there is no such user; the guide to production is followed with one.
    rotated = tmp_path / "logrotate"
    rotated.write_text(text.replace("  su strongroom strongroom\n", ""))
    rotated.chmod(0o644)
    done = subprocess.run(
        [shutil.which("logrotate") or "", "--debug", "--state", str(tmp_path / "state"), str(rotated)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "error" not in done.stderr


def test_packaged_configuration() -> None:
    """The example has no key without effect, and can be started."""
    config = parse_config((PACKAGING / "strongroom.hcl").read_text(), "strongroom.hcl")
    assert config.notices == ()
    assert plan(config, 2).storage_type == "sqlite"


@pytest.mark.parametrize("script", [*sorted(PACKAGING.glob("debian/p*")), PACKAGING / "debian/build"])
def test_scripts_parse(script: Path) -> None:
    """The package's scripts are correct for the shell that runs them, and stop at the first error."""
    run("sh", "-n", script)
    assert "\nset -e" in script.read_text()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_unit(tmp_path: Path) -> None:
    """The unit is correct for systemd, apart from a program that isn't installed here, and is confined."""
    unit = tmp_path / "strongroom.service"
    shutil.copy(PACKAGING / "strongroom.service", unit)
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], check=False, capture_output=True, text=True)
    complaints = [line for line in done.stderr.splitlines() if "strongroom.service" in line]
    assert [line for line in complaints if "is not executable" not in line] == []
    security = run("systemd-analyze", "security", "--offline=true", "--no-pager", unit)
    exposure = re.search(r"Overall exposure level for strongroom.service: (\d+\.\d)", security)
    assert exposure is not None
    assert float(exposure[1]) <= 3.5


def test_unit_and_package_agree() -> None:
    """The unit starts what the package installs, as the user that the package makes."""
    unit, postinst = (PACKAGING / name for name in ("strongroom.service", "debian/postinst"))
    assert "ExecStart=/opt/strongroom/bin/strongroom server -config=/etc/strongroom/strongroom.hcl" in unit.read_text()
    assert "User=strongroom" in unit.read_text()
    assert "useradd --system --user-group" in postinst.read_text()


def test_containerfile() -> None:
    """Read only: no container engine is at hand, so nothing here proves that the image builds.

    Base images are named in full with a tag, everything copied from the checkout is there, the user isn't root, and the
    program is started without a shell, so that it gets the signals.
    """
    text = (PACKAGING / "Containerfile").read_text().replace("\\\n", "")
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]
    known = {"FROM", "COPY", "RUN", "ENV", "USER", "EXPOSE", "VOLUME", "STOPSIGNAL", "ENTRYPOINT", "CMD"}
    assert {word for word, _ in lines} <= known
    for _, base in (line for line in lines if line[0] == "FROM"):
        assert re.fullmatch(r"docker\.io/library/python:3\.\d+-slim-\w+( AS build)?", base)
    for _, words in (line for line in lines if line[0] == "COPY"):
        if not words.startswith("--from=build "):
            *sources, _target = words.removeprefix("--chmod=0755 ").split()
            assert [name for name in sources if not (ROOT / name).exists()] == []
    values = dict(lines)
    assert values["USER"] not in {"root", "0"}
    assert values["ENTRYPOINT"] == '["entrypoint"]'
    script = (PACKAGING / "entrypoint").read_text().rstrip().splitlines()
    assert script[-1].startswith("exec ")
    assert values["CMD"].startswith('["server"')
