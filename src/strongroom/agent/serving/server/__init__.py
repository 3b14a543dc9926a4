"""The server, asked for clients: connections that stay open, answers that pass through as they come."""
