"""Rules of a policy that hardly say what their author meant (pure).

Nothing is refused because of it: a warning goes with the answer.
"""
