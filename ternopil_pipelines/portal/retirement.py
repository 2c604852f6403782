"""A dataset that is no longer updated says so, and stays: deletions do not reach the national portal.

Retiring changes two values of the passport on the portal and nothing else; taking data back is `withdrawal`'s.
"""

from __future__ import annotations

from ternopil_pipelines.catalogue.cadence import Frequency, cadence
from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.faults import PortalRefused
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.journal import Journal
from ternopil_pipelines.portal.passport import extra_of, extras_without
from ternopil_pipelines.portal.renaming import standing_page

_FREQUENCY, _LABEL = "update_frequency", "update_frequency_label"


def retire(*, client: PortalClient, dataset: Dataset, journal: Journal) -> bool:
    """`no longer updated` on the portal. False where it says so already: then nothing is written."""
    with journal.claim(dataset.id):
        package = standing_page(client, dataset, journal)
        if package is None:
            raise PortalRefused(f"dataset `{dataset.package_name}` is not on the portal: there is nothing to retire")
        if extra_of(package, _FREQUENCY) == Frequency.NEVER.value:
            return False
        others = extras_without(package, {_FREQUENCY, _LABEL})
        told = [
            {"key": _FREQUENCY, "value": Frequency.NEVER.value},
            {"key": _LABEL, "value": cadence(Frequency.NEVER).label},
        ]
        client.revise(
            match__id=package["id"],
            match__metadata_modified=package["metadata_modified"],
            filter=["-extras"],
            update={"extras": [*others, *told]},
            include=["-*"],
        )
        return True
