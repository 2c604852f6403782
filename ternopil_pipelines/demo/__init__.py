"""A city of the imagination for the demo and the tests: believable, seeded, the same bytes on every run.

Here live the generators of its registers and the three ways its departments hold them: files dropped into folders
(`landing`), a PostgreSQL database (`registers`) and a small HTTP API (`api`). Only the command line and the tests
use this room; nothing of the pipeline itself belongs here. No person, organisation or code in it is a real one.
"""
