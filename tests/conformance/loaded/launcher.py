# The program that shells find in the place of ours.  It asks for a fork and takes part for it: it passes signals on,
# and ends as the fork does.  Only modules that are built into the interpreter are imported: more would take more time.

import _signal
import _socket
import marshal
import posix
import sys

# `forks` puts the paths in these places.
SOCKET = "@socket@"
PROGRAM = "@program@"
LINKS = "@links@"
NAME = "strongroom"
PASSED_ON = (_signal.SIGHUP, _signal.SIGINT, _signal.SIGQUIT, _signal.SIGTERM, _signal.SIGUSR1, _signal.SIGUSR2)


def asked():
    """A connection, and the fork's process id; 0 where there is to be none."""
    try:
        for number in range(3):  # a closed one can't be handed on
            posix.fstat(number)
        connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
        connection.connect(SOCKET)
        message = marshal.dumps((sys.argv, posix.environ, posix.getcwdb()))
        outputs = b"".join(number.to_bytes(4, sys.byteorder) for number in range(3))
        connection.sendmsg([message], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, outputs)])
        return connection, int(connection.recv(64) or b"0")
    except OSError:
        return None, 0


def start_as(name):
    """Start the program by another name, which it takes when it is loaded."""
    link = f"{LINKS}/{name}"
    try:
        posix.symlink(PROGRAM, link)
    finally:  # or the link is there already
        posix.execv(link, sys.argv)


def main():
    name = sys.argv[0].rpartition("/")[2]
    if name != NAME:
        start_as(name)
    pid, early = 0, []

    def pass_on(number, _):
        if not pid:
            early.append(number)
            return
        try:
            posix.kill(pid, number)
        except ProcessLookupError:
            return  # it has just ended

    # Before there is a fork: it may do what it is to be interrupted in before this goes on.
    for number in PASSED_ON:
        if _signal.getsignal(number) is not _signal.SIG_IGN:
            _signal.signal(number, pass_on)
    connection, pid = asked()
    if not pid:
        for number in early:
            _signal.signal(number, _signal.SIG_DFL)
            posix.kill(posix.getpid(), number)
        posix.execv(PROGRAM, sys.argv)
    for number in early:
        pass_on(number, None)
    status = int(connection.recv(64) or b"1")
    if status < 0:
        if -status != _signal.SIGKILL:
            _signal.signal(-status, _signal.SIG_DFL)
        posix.kill(posix.getpid(), -status)
    posix._exit(status)


main()
