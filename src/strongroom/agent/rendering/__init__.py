"""Templates and what they ask for become files, and commands are run when those have changed."""
