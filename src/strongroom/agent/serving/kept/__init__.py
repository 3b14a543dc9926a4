"""What outlives the program, encrypted in files."""
