"""Tells which faults the tests would let pass: small faults are made on purpose, and the tests have to notice each.

    make mutate
    make mutate FILES=src/strongroom/core/wrap.py SEED=7 SAMPLE=40

`operators` makes the faults (mutants) of a source, `lists` reads what is mutated and what is known to change nothing,
`reach` learns which test runs which line, `trials` runs the tests against a mutant in a copy of the tree, `report`
prints what lives. The working tree is never changed.
"""
