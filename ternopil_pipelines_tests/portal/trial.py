"""The courses a publication may take, and how each of their calls is made to fail once under a reader's eyes."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass, field
from functools import partial
from queue import Queue

from ternopil_pipelines.catalogue.model import Dataset
from ternopil_pipelines.evidence.edition import Edition
from ternopil_pipelines.faults import Fault
from ternopil_pipelines.local_portal.portal import LocalPortal
from ternopil_pipelines.portal.client import READ_TIMEOUT, PortalClient
from ternopil_pipelines.portal.publication import Publication
from ternopil_pipelines_tests.portal.apart import Apart
from ternopil_pipelines_tests.portal.conftest import Press
from ternopil_pipelines_tests.portal.failing_proxy import PATIENCE, WAYS, FailingProxy
from ternopil_pipelines_tests.portal.making import Shelf, catalogue, cells
from ternopil_pipelines_tests.portal.reader import Reader
from ternopil_pipelines_tests.portal.test_crashes import judge
from ternopil_pipelines_tests.portal.workers import without_room

CHANGES = frozenset(
    (
        "package_create",
        "package_revise",
        "datastore_create",
        "datastore_upsert",
        "datastore_delete",
        "resource_delete",
        "resource_create_default_resource_views",
    )
)


@dataclass(frozen=True)
class Course:
    """A way a publication goes. `before`: editions that stand on the dataset; `fresh`: a dataset of its own for each
    call, since the course is taken once; `step`: by how many rows an edition is longer than the one before."""

    mode: str
    before: int = 1
    fresh: bool = False
    step: int = 1
    few: bool = False


COURSES = {
    "in place, a table that grows": Course("in_place"),
    "in place, a table that shrinks": Course("in_place", step=-1),
    "in place, few rows that differ": Course("in_place", step=0, few=True),
    "in place, a new dataset": Course("in_place", before=0, fresh=True),
    "direct": Course("direct"),
    "direct, a new dataset": Course("direct", before=0, fresh=True),
    "ab": Course("ab", before=2),
    "ab, its staging dataset made": Course("ab", fresh=True),
}
# What comes before a mode's own steps (who may publish, what stands there) and after its last change (reading back) is
# the same code on every course: it is tried on one, by `make bars` on one of each mode.
WHOLE_COURSE = "in place, a table that grows"
WHOLE_COURSES = (WHOLE_COURSE, "direct", "ab")
ALIKE = ("organization_list_for_user", "user_show", "package_show")
# Seconds between two looks of a reader: some eight looks for each call that fails, of 1,900 at full size.
CALM = 0.4


@dataclass
class Editions:
    """One after the other on one dataset, and what a reader must know of them."""

    shelf: Shelf
    name: str
    course: Course
    sizes: dict[str, int] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    made: int = 0

    def next(self) -> tuple[Dataset, Edition]:
        rows = 60 + self.made * self.course.step
        frame = cells(rows, self.version)
        if self.course.few:
            frame.loc[self.made % rows, "note"] = f"змінено {self.made}"
        self.sizes[self.version] = rows
        city = catalogue(self.name, publish_mode=self.course.mode, formats=["CSV"])
        pair = self.shelf.keep(city, f"{self.name}-{self.made}", frame=frame)
        self.files.add(pair[1].data_file("works").sha256)
        self.made += 1
        return pair

    @property
    def version(self) -> str:
        """Rows that stay from one edition to the next belong to both."""
        return "v" if self.course.few else f"v{self.made}"


@dataclass(frozen=True)
class Trial:
    """Publications of which one call fails, and what must be true of them."""

    portal: LocalPortal
    apart: Apart
    shelf: Shelf
    press: Press

    def once(self, name: str, course: str) -> int:
        """Each call of the course fails once, the n-th in the n-th way. How many there were."""
        offset = list(COURSES).index(course)
        return self._of_calls(name, COURSES[course], whole=course == WHOLE_COURSE, offset=offset)

    def each(self, name: str, course: str, way: str) -> int:
        """Each call of the course fails in this way; of one that is not whole, each of its mode's own. How many."""
        return self._of_calls(name, COURSES[course], whole=course in WHOLE_COURSES, way=way)

    def _of_calls(self, name: str, course: Course, *, whole: bool, way: str | None = None, offset: int = 0) -> int:
        """`whole`: also those that are alike on every course."""
        editions = self._begun(name, course)
        calls, views = self._without_failure(editions)
        assert [each.rpartition("/")[2] for each in calls[: len(ALIKE)]] == list(ALIKE)
        first = 1 if whole else len(ALIKE) + (1 if course.before == 0 else 2)
        last = max(number for number, call in enumerate(calls, 1) if call.rpartition("/")[2] in CHANGES)
        numbers = range(first, len(calls) + 1 if whole else last + 1)
        if course.fresh:
            for call in numbers:
                editions = self._begun(f"{name}-{call}", course)
                self._watched(editions, range(call, call + 1), views, way, offset)
        else:
            self._watched(editions, numbers, views, way, offset)
        return len(numbers)

    def _begun(self, name: str, course: Course) -> Editions:
        editions = Editions(self.shelf, name, course)
        for _ in range(course.before):
            self.press(editions.next())
        return editions

    def _without_failure(self, editions: Editions) -> tuple[list[str], list[tuple[str, str]]]:
        state = self.portal.status()
        with FailingProxy(str(state.url)) as proxy, PortalClient(proxy.url, state.editor_token) as client:
            result = self.press(editions.next(), client=client)
        return proxy.calls, views_of(self.press.client, result)

    def _watched(
        self, editions: Editions, numbers: range, views: list[tuple[str, str]], way: str | None, offset: int
    ) -> None:
        client, cut_off = self.press.client, []
        with Reader(client.url, editions.name, editions.sizes, pause=CALM) as reader:
            for call in numbers:
                version, pair = editions.version, editions.next()
                chosen = way or WAYS[(call + offset) % len(WAYS)]
                tried = f"call {call}, {chosen}"
                asked, result, killed_at = self.fails_once(pair, call=call, way=chosen)
                result = result or self.press(pair)
                if killed_at is not None and asked.endswith("package_revise"):
                    # Between files and table, where `direct` may be seen apart.
                    cut_off.append((killed_at, time.monotonic()))
                require_whole(client, result, version)
                assert views_of(client, result) == views, tried
                assert self.press.journal.unfinished() == (), tried
                # After a failure the course may be a shorter one.
                assert asked or not editions.course.fresh, tried
        for _ in range(10):
            if reader.looks.whole == 0:
                reader.look()
        shrinking = editions.course.step < 0
        judge(reader, editions.course.mode, editions.files, shrinking=shrinking, cut_off=cut_off)

    def fails_once(
        self, pair: tuple[Dataset, Edition], *, call: int, way: str
    ) -> tuple[str, Publication | None, float | None]:
        """One publication whose `call`-th call fails: which that was, empty where there were not so many; what it ended
        with, None where another run must finish; when it was killed."""
        if way == "killed":
            asked, killed_at = self._killed(pair, call)
            return asked, None, killed_at
        state = self.portal.status()
        patience = PATIENCE if way in {"ignored", "unheard"} else READ_TIMEOUT
        room = partial(without_room, self.portal)
        with (
            FailingProxy(str(state.url), {call: way}, without_room=room) as proxy,
            PortalClient(proxy.url, state.editor_token, timeout=patience) as client,
        ):

            def told(text: str) -> None:
                if "looking at the portal" in text:
                    proxy.noticed()

            result = None
            try:
                result = self.press(pair, client=client, say=told)
            except Fault as fault:
                proxy.noticed()
                told_all = f"{fault} {fault!r}"
                assert "<html" not in told_all and "secret" not in told_all
                assert str(state.editor_token) not in told_all
                assert len(told_all) < 600
            return _at(proxy.calls, call), result, None

    def _killed(self, pair: tuple[Dataset, Edition], call: int) -> tuple[str, float | None]:
        begun, moments = Queue[int](), []

        def kill() -> None:
            moments.append(time.monotonic())
            os.kill(begun.get(timeout=30), signal.SIGKILL)

        with FailingProxy(str(self.portal.status().url), {call: "killed"}, kill=kill) as proxy:
            begun.put(self.apart.start(self.shelf.folder, pair, url=proxy.url))
            ended = self.apart.ended()
        asked = _at(proxy.calls, call)
        assert ended == (-signal.SIGKILL if asked else 0)
        return asked, next(iter(moments), None)


def _at(calls: list[str], number: int) -> str:
    return calls[number - 1] if len(calls) >= number else ""


def require_whole(client: PortalClient, result: Publication, version: str) -> None:
    package = client.read("package_show", anonymous=True, id=result.package)
    assert [each["id"] for each in package["resources"]] == [each.id for each in result.resources]
    for each in result.resources:
        assert client.sha256_of(each.url)[0] == each.sha256
        if each.datastore:
            answer = client.read("datastore_search", anonymous=True, resource_id=each.id, limit=32_000)
            assert answer["total"] == len(answer["records"]) == each.rows
            assert {record["version"] for record in answer["records"]} == {version}


def views_of(client: PortalClient, result: Publication) -> list[tuple[str, str]]:
    """(file, kind of view) of all views, one that stands twice twice."""
    return sorted(
        (each.file, view["view_type"])
        for each in result.resources
        for view in client.read("resource_view_list", id=each.id)
    )


def courses_of(mode: str) -> list[str]:
    return [name for name, course in COURSES.items() if course.mode == mode]
