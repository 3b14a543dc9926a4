"""Events as they are sent to clients."""
