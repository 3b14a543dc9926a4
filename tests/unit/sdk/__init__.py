"""What engines and auth methods are declared with."""
