"""Moving in: objects of another secrets server, read from a *source* and written to a Strongroom by its API."""
