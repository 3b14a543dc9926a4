"""What a second region costs, and how long it serves nothing; and what it serves while things go wrong."""
