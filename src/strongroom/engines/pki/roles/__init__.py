"""What clients may ask certificates for."""
