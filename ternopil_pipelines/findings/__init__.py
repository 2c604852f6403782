"""What is wrong with a department's data, said once and for all readers.

`finding` is the record of CONTRACTS (report.json), `codes` the closed list of stable codes with their Ukrainian
words, `masking` the one place where a personal value loses its digits. Nothing here reads data.
"""
