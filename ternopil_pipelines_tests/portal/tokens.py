"""Tokens of the suite's own CKAN that end."""

from __future__ import annotations

import json
import subprocess

from ternopil_pipelines.local_portal.environment import plain_environment, python_of
from ternopil_pipelines.local_portal.portal import LocalPortal

# CKAN's own plugin writes an end into the tokens that are issued while it is on; the portal needs no restart for it.
ISSUE = """
import json, os, sys
from ckan.cli import load_config
from ckan.config.middleware import make_app
from ckan.plugins.toolkit import get_action
config = load_config(os.environ["CKAN_INI"])
config["ckan.plugins"] = str(config["ckan.plugins"]) + " expire_api_token"
with make_app(config)._wsgi_app.test_request_context():
    asked = {"user": "publisher", "name": "ends", "expires_in": int(sys.argv[1]), "unit": 1}
    site = get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    print(json.dumps(get_action("api_token_create")({"ignore_auth": True, "user": site}, asked)["token"]))
"""


def issued(portal: LocalPortal, seconds: int) -> str:
    places = portal.places
    answer = subprocess.run(
        [str(python_of(places.environment)), "-c", ISSUE, str(seconds)],
        env=plain_environment(CKAN_INI=str(places.ini)), cwd=places.run, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return str(json.loads(answer.stdout.splitlines()[-1]))
