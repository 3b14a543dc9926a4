"""The real wiring over the store in memory, without sockets."""
