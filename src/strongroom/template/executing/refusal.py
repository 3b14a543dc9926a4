"""What an execution can't do, before it is said where."""


class Refusal(Exception):
    """A value, field, argument or loop that there can't be.  The text says why, as Go words it."""
