"""What the demonstration portal shows of its own: a home page without CKAN's placeholders.

Here belong templates and their one helper. Search is the other plugin's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins as plugins
from ckan.lib.plugins import DefaultTranslation
from ckan.plugins import toolkit
from ckanext.datatablesview import helpers as table_texts


def recent_datasets(count: int = 5) -> list[dict[str, Any]]:
    """The latest changed; none while search is down, since the home page itself stays up then."""
    try:
        found = toolkit.get_action("package_search")({}, {"rows": count, "sort": "metadata_modified desc"})
    except Exception:  # CKAN's own home page treats every failure of search so
        return []
    return list(found["results"])


class DemonstrationLook(plugins.SingletonPlugin, DefaultTranslation):
    plugins.implements(plugins.IConfigurer)
    plugins.implements(plugins.ITemplateHelpers)
    plugins.implements(plugins.ITranslation)

    def update_config(self, config: Any) -> None:
        toolkit.add_template_directory(config, "templates")
        # The table view ships its texts as uk.json and looks for uk_UA.json.
        table_texts.LANGUAGE_MAP["uk_UA"] = "uk"

    def get_helpers(self) -> dict[str, Callable[..., Any]]:
        return {"ternopil_recent_datasets": recent_datasets}

    def i18n_domain(self) -> str:
        return "ckanext-ternopil-search"
