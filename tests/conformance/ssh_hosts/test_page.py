"""The guide of one-time passwords says what is so."""

from __future__ import annotations

import re
from pathlib import Path

from strongroom.cli.ssh.helper import command, config
from tests.conformance.ssh_hosts.host import PAM_LINE, SSHD_LINES

PAGE = (Path(__file__).parents[3] / "docs" / "engines" / "ssh-one-time-passwords.md").read_text()


def test_the_file_of_the_page_is_one() -> None:
    """A host that copies it asks that server."""
    (text,) = re.findall(r"```hcl\n(\s*vault_addr.*?)```", PAGE, re.DOTALL)
    found = config.parsed(text, dev=False)
    assert (found.vault_addr, found.allowed_roles) == ("https://vault.example.com:8200", ("web",))


def test_every_key_is_told() -> None:
    """And no other one."""
    table = PAGE.partition("## The configuration")[2].partition("An unknown key")[0]
    first_cells = re.findall(r"^\| (`[^|]*) \|", table, re.MULTILINE)
    told = {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)}
    assert told == config.KEYS


def test_every_option_is_told() -> None:
    """And no other one."""
    table = PAGE.partition("The environment has no say.")[2].partition("## Addresses")[0]
    told = set(re.findall(r"^\| `-([\w-]+)`", table, re.MULTILINE))
    assert told == {flag.name for flag in command.COMMANDS["ssh-helper"].flags()}


def test_what_the_tests_give_sshd_is_on_the_page() -> None:
    """PAM's line, but for where files are; and each setting of sshd."""
    (line,) = re.findall(r"^ *(auth requisite .*)$", PAGE, re.MULTILINE)
    ours = PAM_LINE.format(log="LOG", helper="PROGRAM", config="FILE").replace(" -dev", "")
    shown = line.replace("/var/log/strongroom-ssh.log", "LOG").replace("/usr/bin/strongroom", "PROGRAM")
    assert shown.replace("/etc/strongroom/ssh-helper.hcl", "FILE") == ours
    for setting in SSHD_LINES:
        assert re.search(rf"^ *{setting}$", PAGE, re.MULTILINE), setting
