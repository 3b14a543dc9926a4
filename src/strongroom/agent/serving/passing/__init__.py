"""What happens to a client's request on its way: its header fields, its token."""
