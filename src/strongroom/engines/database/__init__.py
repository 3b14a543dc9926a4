"""The secrets engine `database`: users of databases that are made on request, and passwords that are rotated."""
