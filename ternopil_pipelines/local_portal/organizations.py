"""The administrator's calls: organisations, and the publisher as an editor of each.

The publisher's own token is an editor's and cannot create organisations; on a real portal its administrator does this
by hand. Publishing itself belongs in `portal/`.
"""

from __future__ import annotations

from collections.abc import Sequence

from ckanapi import RemoteCKAN
from ckanapi.errors import CKANAPIError, NotAuthorized, NotFound, ValidationError
from requests import RequestException, Session

from ternopil_pipelines.faults import PermanentFault, TransientFault

PUBLISHER = "publisher"


def ensure_organizations(url: str, token: str, organizations: Sequence[tuple[str, str]]) -> None:
    with Session() as session:
        session.trust_env = False
        portal = RemoteCKAN(url, apikey=token, session=session, user_agent="ternopil-pipelines")
        for name, title in organizations:
            try:
                _ensure(portal, name=name, title=title)
            except (NotAuthorized, ValidationError) as error:
                raise PermanentFault(f"the embedded portal refuses organisation {name}: {error}") from error
            except (CKANAPIError, RequestException) as error:
                raise TransientFault(f"the embedded portal did not create organisation {name}") from error


def _ensure(portal: RemoteCKAN, *, name: str, title: str) -> None:
    try:
        found = portal.action.organization_show(id=name, include_datasets=False, include_users=True)
    except NotFound:
        found = portal.action.organization_create(name=name, title=title)
    else:
        if found["title"] != title:
            portal.action.organization_patch(id=name, title=title)
    members = {user["name"]: user["capacity"] for user in found.get("users", [])}
    if members.get(PUBLISHER) != "editor":
        portal.action.organization_member_create(id=name, username=PUBLISHER, role="editor")
