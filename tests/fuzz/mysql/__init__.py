"""What a MySQL is configured with, given what nobody would write."""
