"""Why requests are allowed or denied, and to whom: what administrators ask of policies."""
