"""The only room that imports dagster: assets, checks, schedules, sensors, storage.

It translates and nothing more: what is received, cleaned, kept and published is decided in the rooms to its right,
which know nothing of runs. One factory per noun, depth one: `dataset_assets(dataset)`.
"""
