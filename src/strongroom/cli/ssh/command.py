"""The command `ssh`."""

from __future__ import annotations

import getpass
from dataclasses import replace

from strongroom.cli.command import OUTPUT, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.paths import clean
from strongroom.cli.ssh import certificates, passwords
from strongroom.cli.ssh.words import checked, target_of


def _ssh(call: Invocation) -> int:
    flags = call.flags
    mode, role, mount = flags.text("mode"), flags.text("role"), clean(flags.text("mount-point"))
    said = target_of(call.arguments)
    target = checked(replace(said, user=said.user or getpass.getuser()))
    if not mount or not flags.text("ssh-executable"):
        raise Failure("-mount-point and -ssh-executable must not be empty")
    match mode:
        case "otp":
            return passwords.log_in(call, mount, role, target)
        case "ca":
            if not role:
                raise Failure("-mode=ca needs -role: the role by which your key is signed.")
            return certificates.log_in(call, mount, role, target.user)
        case "dynamic":
            raise Failure("-mode=dynamic: SSH engines make no dynamic keys any more. Use -mode=ca or -mode=otp.")
        case "":
            raise Failure("-mode is missing: ca for a certificate, otp for a one-time password.")
    raise Failure(f"-mode={mode} is neither ca nor otp")


COMMANDS = {
    "ssh": Command(
        "ssh [options] USERNAME@HOST [SSH OPTIONS] [COMMAND]",
        "Logs in to a host with what an SSH secrets engine makes for this once: a certificate for your key (-mode=ca), "
        "or a one-time password (-mode=otp). All words behind the options are for ssh, the host first, and its exit "
        "status is this command's.\n\n"
        "$ strongroom ssh -mode=ca -role=admin eva@web1.example.com\n"
        "$ strongroom ssh -mode=otp eva@192.0.2.7 -p 2222 uptime\n\n"
        "A certificate is kept in a private directory while ssh runs. A one-time password is typed by sshpass, if it "
        "is installed, and shown otherwise.\n\n"
        "-host-key-mount-point makes ssh accept only hosts whose key that mount has signed.",
        _ssh,
        (
            OUTPUT,
            Group(
                "SSH Options",
                (
                    Flag("mode", "How to log in: ca or otp."),
                    Flag("mount-point", "Where the SSH engine is mounted.", default="ssh/"),
                    Flag("no-exec", "Print what was made, and don't run ssh.", "bool"),
                    Flag("role", "The role. With -mode=otp it may be left out, if one alone serves the host."),
                    Flag(
                        "strict-host-key-checking",
                        "Value of ssh's StrictHostKeyChecking.",
                        default="ask",
                        variable="SSH_STRICT_HOST_KEY_CHECKING",
                    ),
                    Flag(
                        "user-known-hosts-file",
                        "Value of ssh's UserKnownHostsFile.",
                        variable="SSH_USER_KNOWN_HOSTS_FILE",
                    ),
                    Flag("ssh-executable", "The ssh program.", default="ssh", variable="SSH_EXECUTABLE"),
                    Flag(
                        "host-key-mount-point",
                        "Where the SSH engine is mounted that signs the keys of hosts. No others are accepted then.",
                        variable="SSH_HOST_KEY_MOUNT_POINT",
                    ),
                    Flag(
                        "host-key-hostnames",
                        "The hosts, separated by commas, for which that mount's signature counts.",
                        default="*",
                        variable="SSH_HOST_KEY_HOSTNAMES",
                    ),
                ),
            ),
            Group(
                "CA Mode Options",
                (
                    Flag("public-key-path", "The public key to have signed. Otherwise one of ~/.ssh."),
                    Flag("private-key-path", "The private key that belongs to it. Otherwise the name without .pub."),
                    Flag("valid-principals", "Whom the certificate is for, separated by commas. Otherwise the user."),
                ),
            ),
            Group(
                "OTP Mode Options",
                (Flag("bind-host", "Have the password bound to this host name. The host's ssh-helper tells its own."),),
            ),
        ),
        Arity(1, None, "at least 1"),
        hands_on=True,
    ),
}
