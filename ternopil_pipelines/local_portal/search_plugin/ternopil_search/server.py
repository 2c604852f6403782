"""What gunicorn runs: CKAN's WSGI application, loaded once before the workers are forked.

Here belong the application and gunicorn's hooks. CKAN's settings come from the file `CKAN_INI` names.
"""

from __future__ import annotations

import os
from typing import Any


def application() -> Any:
    from ckan.cli import load_config
    from ckan.config.middleware import make_app

    return make_app(load_config(os.environ["CKAN_INI"]))


def post_fork(server: Any, worker: Any) -> None:
    """No two workers may speak over one connection: what was opened while loading is left to the master."""
    from ckan import model
    from ckanext.datastore.backend import postgres

    model.Session.remove()
    model.meta.engine.dispose(close=False)
    for engine in getattr(postgres, "_engines", {}).values():
        engine.dispose(close=False)
