"""Opening and closing the barrier: initialisation, shares, keys."""
