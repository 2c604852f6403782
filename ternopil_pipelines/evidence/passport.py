"""The passport (паспорт) of a dataset, gathered from sources.yaml.

It is free of time and of any portal's keys: the address of an edition is made of it, and dates of publication are
the portal's and the ledger's to tell.
"""

from __future__ import annotations

from ternopil_pipelines.catalogue.cadence import cadence
from ternopil_pipelines.catalogue.model import Catalogue, Dataset
from ternopil_pipelines.evidence.edition import Passport


def passport(catalogue: Catalogue, dataset: Dataset, formats: tuple[str, ...]) -> Passport:
    holder = catalogue.holder_of(dataset)
    return Passport(
        identifier=dataset.id,
        package=dataset.package_name,
        title=dataset.title,
        description=dataset.description,
        purpose=dataset.purpose,
        keywords=dataset.keywords,
        language=dataset.language,
        license=dataset.license,
        frequency=dataset.frequency.value,
        frequency_label=cadence(dataset.frequency).label,
        required=dataset.required,
        organization=holder.organization_name,
        holder_title=holder.title,
        holder_edrpou=holder.edrpou,
        maintainer=holder.contact.name,
        maintainer_email=holder.contact.email,
        maintainer_phone=holder.contact.phone,
        publisher=catalogue.city.title,
        publisher_edrpou=catalogue.city.edrpou,
        formats=formats,
    )
