"""Our program, loaded once by a test process and forked for each start of it.

Loading takes most of the time of a short command, and half a second of a processor for a server.  It is the same each
time.  A process of its own (`process`) loads everything, without threads, and forks when it is asked.  A fork has the
words, environment, directory and outputs of the start that it stands for, runs the program's entry point, and ends as
the program does.  It is a process like any other: it has sockets, signals and a session of its own.

Python asks by `forks`; shells find a program of the same name (`launcher`) on their path.  Whoever wouldn't get the
same from a fork, such as another user or somebody in another namespace (`likeness`), gets a start.  What tests claim
about starts themselves is tested with starts: `program.OURS`.  Set `STRONGROOM_TEST_STARTED` to start everything.
"""
