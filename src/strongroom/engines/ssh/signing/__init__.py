"""What a certificate says, and its signature."""
