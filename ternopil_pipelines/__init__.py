"""Open data of a city council, from the department that holds it to a proven publication on CKAN.

Rooms, each to be imported only from its left:
definitions, cli -> orchestration -> oversight -> reports -> {portal, gates} -> evidence -> clean -> receive
-> catalogue -> findings -> faults. `local_portal` and `demo` are started by the command alone.
Nothing is re-exported here: importing a room costs that room only.
"""
