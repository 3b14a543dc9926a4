"""ACL policies: what a token may do."""
