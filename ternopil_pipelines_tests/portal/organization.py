"""An organisation with the publisher as its editor, made by the administrator as on a real portal."""

from __future__ import annotations

from ternopil_pipelines.local_portal.portal import LocalPortal
from ternopil_pipelines.portal.answers import PortalMissing
from ternopil_pipelines.portal.client import PortalClient


def ensure_organization(portal: LocalPortal, name: str) -> str:
    state = portal.status()
    assert state.url is not None
    with PortalClient(state.url, state.admin_token) as admin, PortalClient(state.url, state.editor_token) as editor:
        try:
            admin.read("organization_show", id=name)
        except PortalMissing:
            admin.call("organization_create", name=name, title=name)
        # Who the editor's token belongs to, the portal itself says.
        publisher = editor.call("user_show")["name"]
        admin.call("organization_member_create", id=name, username=publisher, role="editor")
    return name
