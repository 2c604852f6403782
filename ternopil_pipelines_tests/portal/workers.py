"""The portal's own processes: to be killed, or to find no room on their disk."""

from __future__ import annotations

import contextlib
import resource
from collections.abc import Iterator

import psutil

from ternopil_pipelines.local_portal.portal import LocalPortal
from ternopil_pipelines.local_portal.processes import recall


def web_server(portal: LocalPortal) -> psutil.Process:
    (started,) = [each for each in recall(portal.places.processes) if each.name == "gunicorn"]
    return psutil.Process(started.pid)


@contextlib.contextmanager
def without_room(portal: LocalPortal, limit: int = 0) -> Iterator[None]:
    """The portal's workers may write no file beyond the limit, as on a disk that is full."""
    workers = web_server(portal).children()
    _limit(workers, limit)
    try:
        yield
    finally:
        _limit(workers, resource.RLIM_INFINITY)


def _limit(workers: list[psutil.Process], limit: int) -> None:
    for worker in workers:
        with contextlib.suppress(psutil.NoSuchProcess):
            worker.rlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
