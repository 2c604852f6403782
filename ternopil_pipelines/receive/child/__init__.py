"""What runs inside the guarded child process: one module per format whose parser may not run in the step itself.

Nothing here is imported by the step, nothing here knows a secret, pandas or a declared table; the child is told the
folded names worth looking for and answers with text. `receive.reader` is its entry, `receive.guard` its keeper.
"""
