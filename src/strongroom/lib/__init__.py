"""Small pieces without a subject of their own: errors, clocks, randomness, identifiers, durations, HCL."""
