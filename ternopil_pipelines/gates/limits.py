"""Which side of a threshold an amount lies on: nothing to say, a remark, or something a person must see."""

from __future__ import annotations

from ternopil_pipelines.catalogue.thresholds import Limits
from ternopil_pipelines.findings.finding import Severity


def beyond(limits: Limits | None, amount: float, *, reached: bool = False) -> Severity | None:
    """`reached`: the limit itself is beyond already."""
    for limit, severity in ((limits.error, Severity.ERROR), (limits.warn, Severity.WARNING)) if limits else ():
        if limit is not None and (amount > limit or (reached and amount == limit)):
            return severity
    return None


def crossed(limits: Limits, severity: Severity) -> float:
    """The limit by which `beyond` judged so."""
    limit = limits.error if severity is Severity.ERROR else limits.warn
    return 0.0 if limit is None else limit


def percent(share: float) -> str:
    return f"{share * 100:.1f}".rstrip("0").rstrip(".").replace(".", ",") + " %"
