"""The load: requests as bytes, and wrk, which sends them."""
