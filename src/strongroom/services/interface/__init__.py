"""What an operator has set for user interfaces: headers, messages, ways to log in."""
