"""What was done and can be proved: immutable editions of every dataset, and the hash-chained ledger.

An edition is always built, privately; whether it may go out is a decision in the ledger, keyed by its address.
Nothing here speaks to a portal or to a department.
"""
