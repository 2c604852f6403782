"""What the city owes and where it comes from: sources.yaml, the law's list, the official structures, the calendar.

Loads in a fraction of a second and imports neither pandas nor dagster, so that an editor's check or a shell
completion need not wait for them. Nothing here reads a department's data.
"""
