"""Two regions with the real wiring, over stores in memory, without sockets."""
