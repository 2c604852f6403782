"""How the city stands: which datasets are fresh, due, late or held, seen from catalogue and ledger.

Every figure comes from an entry of the ledger or from the portal itself, never from memory.
"""
