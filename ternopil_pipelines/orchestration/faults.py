"""Faults of the domain in Dagster's words: a permanent one fails at once, a transient one is left to the RetryPolicy.

The policy stands on the two network assets, raw and publication, and nowhere else: one layer of retries.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from ternopil_pipelines.faults import DataRefused, EditionHeld, PermanentFault, SourceRefused, TransientFault
from ternopil_pipelines.findings.finding import Severity, by_code
from ternopil_pipelines.orchestration.metadata import findings_table, line

# 10, 20, 40 s with jitter: a portal restarts in half a minute; what lasts longer is the next schedule's.
RETRIES = dg.RetryPolicy(max_retries=3, delay=10, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
SHOWN = 3


@contextmanager
def permanent_fails_at_once() -> Iterator[None]:
    try:
        yield
    except EditionHeld:
        raise
    except PermanentFault as fault:
        raise refusal(fault) from fault
    except (TransientFault, dg.Failure):
        raise
    except Exception as error:
        # A mistake of the program: again would fail again, and its own words may hold a cell or an address.
        kind = type(error).__name__
        metadata = {"fault": dg.MetadataValue.text(kind)}
        raise dg.Failure(
            f"internal error ({kind}); the run's log has it", metadata=metadata, allow_retries=False
        ) from error


def refusal(fault: PermanentFault) -> dg.Failure:
    findings = fault.findings if isinstance(fault, (DataRefused, SourceRefused)) else ()
    errors = [each for each in findings if each.severity is Severity.ERROR]
    lines = [str(fault), *(line(each) for each in errors[:SHOWN])]
    metadata: dict[str, dg.MetadataValue] = {"fault": dg.MetadataValue.text(type(fault).__name__)}
    if findings:
        metadata["findings"] = findings_table(findings)
        metadata["findings_by_code"] = dg.MetadataValue.json(by_code(findings))
    return dg.Failure("\n".join(lines), metadata=metadata, allow_retries=False)
