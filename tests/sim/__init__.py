"""Working stand-ins for the outside: clocks, failing stores, disks that lose power."""
