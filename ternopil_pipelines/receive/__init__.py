"""How a department's data arrive: one module per way, each ending in a `Receipt`.

Everything is text until the cleaning types it: Parquet refuses a spreadsheet column that mixes numbers and words, and
a code read as a number has lost its zeros. Nothing here judges values.
"""
