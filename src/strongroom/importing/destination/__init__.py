"""A Strongroom that objects are written to, by its API."""
