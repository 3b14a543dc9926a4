"""Two regions, each with a store and nodes of its own, as they run in production."""
