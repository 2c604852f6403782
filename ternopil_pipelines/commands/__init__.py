"""The subcommands of `ternopil`, one module a subject. Each parses words, calls a room, prints; it decides nothing.

Heavy rooms are imported inside the functions: `ternopil --help` need not wait two seconds for Dagster.
"""
