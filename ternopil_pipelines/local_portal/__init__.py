"""A real CKAN 2.12 on this machine, for the demo and the tests: no Docker, no Java, no services of the system.

Everything comes from PyPI into an environment of its own (CKAN's pins must not meet Dagster's) and lives in one
folder. Here belong the installing, configuring, starting and stopping of that portal and the administrator's calls
the demo needs. What the pipelines say to a portal belongs in `portal/`, which works with any CKAN and knows nothing
of this room. Nothing but the command and the tests imports it.
"""
