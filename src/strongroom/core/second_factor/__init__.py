"""The second factor of a login: `holding.py` keeps the login back, `proving.py` completes it."""
