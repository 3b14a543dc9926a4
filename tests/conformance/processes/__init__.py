"""Black-box tests of the real processes: supervisor, workers, signals, sockets, disks."""
