"""What is done once to a new CKAN: its tables, the index, the administrator and the publisher with their tokens.

Run in CKAN's environment with a file that holds the two passwords; the tokens replace them in the same file.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import ckan.model as model
from ckan.cli import db, load_config
from ckan.config.middleware import make_app
from ckan.plugins.toolkit import get_action

from .plugin import make_connection

USERS = {"administrator": "Адміністратор порталу", "publisher": "Публікатор наборів даних"}


def main(exchange: Path) -> None:
    application = make_app(load_config(os.environ["CKAN_INI"]))
    passwords = json.loads(exchange.read_text(encoding="utf-8"))
    make_connection().create()
    db._run_migrations(None, "head")
    db._migrate_plugins(apply=True)
    site_user = get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    tokens = {}
    with application._wsgi_app.test_request_context():
        for name, title in USERS.items():
            context = {"ignore_auth": True, "user": site_user}
            if model.User.by_name(name) is None:
                address = f"{name}@example.org"
                user = {"name": name, "fullname": title, "email": address, "password": passwords[name]}
                get_action("user_create")(dict(context), user)
            tokens[name] = get_action("api_token_create")(dict(context), {"user": name, "name": "ternopil"})["token"]
        administrator = model.User.by_name("administrator")
        administrator.sysadmin = True
        model.Session.commit()
    # In place: the file was made readable for its owner alone.
    exchange.write_text(json.dumps(tokens), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
