"""stub"""
def named(n): return ()
