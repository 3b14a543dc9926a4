"""The pure parts of the benchmark, and one run of it."""
