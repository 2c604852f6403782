"""Each call to the DataStore's own database fails once, or for good: readers see old or new, and the next run finishes;
what is told says whether again will help, and quotes neither a row nor the address."""

from __future__ import annotations

import math
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler

import psycopg2  # type: ignore[import-untyped]
import pytest
from sqlalchemy.engine import make_url

from ternopil_pipelines.faults import Fault, PortalRefused, PortalUnreachable
from ternopil_pipelines.local_portal.configuration import OWNER_ROLE, READER_ROLE
from ternopil_pipelines.local_portal.portal import LocalPortal
from ternopil_pipelines.local_portal.services import free_port
from ternopil_pipelines.portal import publication, shadow
from ternopil_pipelines.portal.answers import PortalForbidden
from ternopil_pipelines.portal.client import PortalClient
from ternopil_pipelines.portal.datastore_sql import faults
from ternopil_pipelines_tests.portal.conftest import Press
from ternopil_pipelines_tests.portal.failing_database import PASSWORD, WAYS, FailingDatabase, session
from ternopil_pipelines_tests.portal.failing_proxy import FailingProxy
from ternopil_pipelines_tests.portal.making import Shelf, catalogue
from ternopil_pipelines_tests.portal.reader import Reader
from ternopil_pipelines_tests.portal.test_crashes import Issues, judge
from ternopil_pipelines_tests.portal.trial import require_whole


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """No call to the portal outlives its caller here, and readers need not be waited for long."""
    monkeypatch.setattr(publication, "CALLS_END", 0.05)
    monkeypatch.setattr(shadow, "LOCK_TIMEOUT", "300ms")


@pytest.fixture
def issues(shelf: Shelf, name: str) -> Issues:
    return Issues(shelf, catalogue(name, publish_mode="direct", formats=["CSV"]))


def table_of(press: Press, issues: Issues) -> str:
    return next(each.id for each in press(issues.next(30)).resources if each.datastore)


ALWAYS = (0.0, math.inf)


def stage_stands(datastore_url: str, table: str) -> bool:
    with shadow.ShadowTables(datastore_url) as tables:
        return tables.stages(table) != []


def require_discreet(fault: Fault, version: str) -> None:
    told = f"{fault} {fault!r}"
    assert PASSWORD not in told and "127.0.0.1" not in told and version not in told
    assert fault.__cause__ is None and fault.__suppress_context__


def fails(press: Press, issues: Issues, *, number: int, way: str, rows: int) -> None:
    """One publication whose `number`-th call to the database fails, and the next."""
    pair = issues.next(rows)
    version = list(issues.sizes)[-1]
    with FailingDatabase(press.datastore_url, {number: way}) as database:
        try:
            result = press(pair, datastore_url=database.url)
            assert way != "gone" or database.calls[-1].startswith("ROLLBACK")
        except PortalUnreachable as fault:
            # One failure is mended by the same run.
            assert way == "gone", (number, way)
            require_discreet(fault, version)
            result = press(pair)
    require_whole(press.client, result, version)
    assert press.journal.unfinished() == ()
    assert not stage_stands(press.datastore_url, next(each.id for each in result.resources if each.datastore))


def tried(press: Press, issues: Issues, ways: tuple[str, ...], package: str, *, parts: bool) -> int:
    """Each call of a publication fails, the n-th in the n-th of `ways`; of one in parts, those that load them, since
    the rest is the same. How many were tried."""
    press(issues.next(30))
    with FailingDatabase(press.datastore_url) as clean:
        press(issues.next(31), datastore_url=clean.url)
    last = len(clean.calls)
    first = clean.calls.index("connect", clean.calls.index("connect") + 1) if parts else 1
    if parts:
        last = next(number for number, asked in enumerate(clean.calls) if asked.startswith("SELECT setval"))
    with Reader(press.client.url, package, issues.sizes) as reader:
        for number in range(first, last + 1):
            if len(ways) > 1 and number > 1 and _kind(clean.calls[number - 1]) == _kind(clean.calls[number - 2]):
                continue  # one comment on a column after the other: `make bars` tries each
            fails(press, issues, number=number, way=ways[number % len(ways)], rows=40 + number)
    # The commit after the files is one of the calls.
    judge(reader, "direct", issues.files, cut_off=[ALWAYS])
    return last - first


def _kind(asked: str) -> list[str]:
    return asked.split()[:2]


@pytest.mark.parametrize("parts", [False, True])
def test_each_call_to_the_database_failing_is_seen_by_no_reader_and_finished(
    press: Press, issues: Issues, name: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    parts: bool,
) -> None:  # fmt: skip
    if parts:
        monkeypatch.setattr(shadow, "PARALLEL_FROM", 10)
    assert tried(press, issues, WAYS, name, parts=parts) > 5
    assert [each.name for each in caplog.records if each.name.startswith("sqlalchemy")] == [], "foreign tracebacks"


@pytest.mark.bars
@pytest.mark.parametrize("parts", [False, True])
@pytest.mark.parametrize("way", WAYS)
def test_each_call_to_the_database_failing_in_each_way(
    press: Press, issues: Issues, name: str, monkeypatch: pytest.MonkeyPatch, parts: bool, way: str
) -> None:
    if parts:
        monkeypatch.setattr(shadow, "PARALLEL_FROM", 10)
    assert tried(press, issues, (way,), name, parts=parts) > 5


@pytest.mark.parametrize("way", WAYS)
def test_an_exchange_that_fails_when_the_files_are_there_is_made_again(
    press: Press, issues: Issues, name: str, way: str
) -> None:
    table = table_of(press, issues)
    told: list[str] = []
    pair = issues.next(40)
    with Reader(press.client.url, name, issues.sizes) as reader:
        with FailingDatabase(press.datastore_url) as clean:
            press(pair, datastore_url=clean.url)
        last = max(number for number, asked in enumerate(clean.calls, 1) if asked.startswith("COMMIT"))
        pair = issues.next(50)
        with FailingDatabase(press.datastore_url, {last: way}) as database:
            if way == "gone":
                with pytest.raises(PortalUnreachable):
                    press(pair, datastore_url=database.url)
                shown = press.client.read("datastore_search", anonymous=True, resource_id=table, limit=0)["total"]
                assert shown == 40
            else:
                press(pair, datastore_url=database.url, say=told.append)
                assert any("committing an exchange" in text for text in told)
        require_whole(press.client, press(pair), "v2")
    # The old table stands under the new metadata until it is made again.
    judge(reader, "direct", issues.files, cut_off=[ALWAYS])


def test_a_database_that_nobody_listens_for_is_a_fault_that_passes_and_nothing_changes(
    client: PortalClient, press: Press, issues: Issues, name: str
) -> None:
    table_of(press, issues)
    before = client.read("package_show", id=name)
    pair = issues.next(40)
    address = f"postgresql://ckan_default:{PASSWORD}@127.0.0.1:{free_port()}/datastore_default"
    with pytest.raises(PortalUnreachable, match="connecting: the database does not answer") as raised:
        press(pair, datastore_url=address)
    require_discreet(raised.value, "v1")
    assert client.read("package_show", id=name) == before
    require_whole(client, press(pair), "v1")


@pytest.mark.parametrize(
    ("ours", "theirs"), [("ckan_default@", "nobody_here@"), ("/datastore_default?", "/none_such?")]
)
def test_a_login_or_a_database_that_is_not_there_is_to_be_mended_in_the_catalogue(
    client: PortalClient, press: Press, issues: Issues, name: str, ours: str, theirs: str
) -> None:
    table_of(press, issues)
    before = client.read("package_show", id=name)
    pair = issues.next(40)
    assert ours in press.datastore_url
    with pytest.raises(PortalRefused, match=r"portal\.datastore_url") as raised:
        press(pair, datastore_url=press.datastore_url.replace(ours, theirs))
    require_discreet(raised.value, "v1")
    assert client.read("package_show", id=name) == before
    require_whole(client, press(pair), "v1")


def test_a_role_without_rights_is_told_which_one_is_needed_and_nothing_changes(
    client: PortalClient, press: Press, issues: Issues, name: str
) -> None:
    """The address of CKAN's reader was given."""
    table = table_of(press, issues)
    before = client.read("package_show", id=name)
    pair = issues.next(40)
    reading = press.datastore_url.replace(f"{OWNER_ROLE}@", f"{READER_ROLE}@")
    with Reader(client.url, name, issues.sizes) as reader:
        with pytest.raises(PortalRefused, match="CKAN's own write role is needed") as raised:
            press(pair, datastore_url=reading)
        assert client.read("package_show", id=name) == before
        assert not stage_stands(press.datastore_url, table)
        require_whole(client, press(pair), "v1")
    require_discreet(raised.value, "v1")
    judge(reader, "direct", issues.files)


@pytest.mark.parametrize("lets_pass", [True, False])
def test_a_reader_who_does_not_let_us_pass_keeps_the_old_edition_whole_and_no_second_copy_stays(
    client: PortalClient, press: Press, issues: Issues, name: str, lets_pass: bool
) -> None:
    table = table_of(press, issues)
    pair = issues.next(40)
    told: list[str] = []
    with Reader(client.url, name, issues.sizes) as reader, session(press.datastore_url) as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')

        def say(text: str) -> None:
            told.append(text)
            if lets_pass and "looking at the portal" in text:
                cursor.connection.rollback()

        if lets_pass:
            press(pair, say=say)
        else:
            with pytest.raises(PortalUnreachable, match="its readers did not let us pass") as raised:
                press(pair, say=say)
            require_discreet(raised.value, "v1")
            assert client.read("datastore_search", anonymous=True, resource_id=table, q="v0", limit=0)["total"] == 30
            assert not stage_stands(press.datastore_url, table)
            cursor.connection.rollback()
        assert any("did not let us pass" in text for text in told)
        require_whole(client, press(pair), "v1")
    judge(reader, "direct", issues.files)
    assert reader.looks.apart == 0


class Slow(FailingProxy):
    """A portal that takes its time for files."""

    def way(self, asked: str) -> str | None:
        super().way(asked)
        return "late" if asked.endswith("package_revise") else None


def test_a_portal_that_never_ends_with_the_files_does_not_keep_readers_from_the_table(
    portal: LocalPortal, client: PortalClient, press: Press, issues: Issues, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readers who wait behind an exchange take all the workers of a portal, which then has none for the files."""
    monkeypatch.setattr(shadow, "HELD_AT_MOST", "300ms")
    table = table_of(press, issues)
    pair = issues.next(40)
    state = portal.status()
    with (
        Slow(str(state.url)) as proxy,
        PortalClient(proxy.url, state.editor_token) as slow,
        ThreadPoolExecutor(1) as pool,
    ):
        publishing = pool.submit(press, pair, client=slow)
        while not any(each.endswith("package_revise") for each in proxy.calls):
            time.sleep(0.02)
        try:
            with PortalClient(str(state.url), None, timeout=5) as citizen:
                shown = citizen.read("datastore_search", anonymous=True, resource_id=table, limit=0)["total"]
        finally:
            proxy.gave_up.set()
        assert shown == 30
        require_whole(client, publishing.result(), "v1")
    assert press(pair).unchanged


class Stalling(FailingProxy):
    """Over a line that stands still in the middle of the first files that are sent, until `passable`."""

    def __init__(self, portal: str) -> None:
        super().__init__(portal)
        self.stalled, self.passable = threading.Event(), threading.Event()

    def body(self, handler: BaseHTTPRequestHandler) -> bytes:
        if not handler.path.endswith("package_revise"):
            return super().body(handler)
        # What the sender has handed over is not in a buffer of ours.
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        length = int(handler.headers["Content-Length"])
        half = handler.rfile.read(length // 2)
        self.stalled.set()
        self.passable.wait(timeout=120)
        return half + handler.rfile.read(length - len(half))


class Postponing(FailingProxy):
    """Asks once to come again with the files later."""

    retry_after = 6

    def __init__(self, portal: str) -> None:
        super().__init__(portal)
        self.stalled, self.passable = threading.Event(), threading.Event()

    def way(self, asked: str) -> str | None:
        super().way(asked)
        if not asked.endswith("package_revise") or self.stalled.is_set():
            return None
        self.stalled.set()
        return "busy"


def strict(datastore_url: str) -> str:
    """Where the database ends transactions by itself: idle ones, from PostgreSQL 17 on also long ones."""
    with session(datastore_url) as cursor:
        limits = ["idle_in_transaction_session_timeout"]
        limits += ["transaction_timeout"] if cursor.connection.server_version >= 170000 else []
    options = " ".join(f"-c {limit}=3000" for limit in limits)
    return make_url(datastore_url).update_query_dict({"options": options}).render_as_string(hide_password=False)


@pytest.mark.parametrize("in_the_way", ["line", "portal"])
def test_readers_wait_while_the_portal_works_and_not_while_the_files_are_on_their_way(
    portal: LocalPortal, client: PortalClient, press: Press, issues: Issues, name: str, in_the_way: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The line stands still, or the portal asks to come again later, for longer than an exchange may be held."""
    monkeypatch.setattr(shadow, "HELD_AT_MOST", "3s")
    table = table_of(press, issues)
    pair = issues.next(10_000)
    told: list[str] = []
    url = str(portal.status().url)
    with (
        Reader(client.url, name, issues.sizes) as reader,
        Stalling(url) if in_the_way == "line" else Postponing(url) as proxy,
        PortalClient(proxy.url, client.token) as slow,
        ThreadPoolExecutor(1) as pool,
    ):
        publishing = pool.submit(press, pair, client=slow, say=told.append, datastore_url=strict(press.datastore_url))
        assert proxy.stalled.wait(timeout=60)
        with PortalClient(url, None, timeout=2) as citizen:
            for _ in range(8):
                shown = citizen.read("datastore_search", anonymous=True, resource_id=table, limit=0)["total"]
                assert shown == 30
                time.sleep(0.5)
        proxy.passable.set()
        require_whole(client, publishing.result(), "v1")
    judge(reader, "direct", issues.files)
    assert reader.looks.apart == 0
    assert [each for each in told if each.startswith("filling")] == ["filling 10000 rows of works"]


class Denying(FailingProxy):
    """Files are denied, at the moment when the database's administrator ends the sessions of its users."""

    def __init__(self, portal: str, datastore_url: str) -> None:
        super().__init__(portal)
        self._datastore_url = datastore_url
        self.ended = 0

    def way(self, asked: str) -> str | None:
        super().way(asked)
        return "forbidden" if asked.endswith("package_revise") else None

    def body(self, handler: BaseHTTPRequestHandler) -> bytes:
        body = super().body(handler)
        if handler.path.endswith("package_revise"):
            with session(self._datastore_url) as cursor:
                # Sessions with a held exchange; CKAN's own are not within one.
                cursor.execute(
                    "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                    " AND datname = current_database() AND state = 'idle in transaction'"
                )
                self.ended += int(cursor.fetchone()[0])
        return body


def test_what_stopped_a_publication_is_told_also_where_its_exchange_cannot_be_taken_back(
    portal: LocalPortal, press: Press, issues: Issues, name: str
) -> None:
    table_of(press, issues)
    pair = issues.next(40)
    state = portal.status()
    with Reader(press.client.url, name, issues.sizes) as reader:
        with (
            Denying(str(state.url), press.datastore_url) as proxy,
            PortalClient(proxy.url, state.editor_token) as client,
            pytest.raises(PortalForbidden),
        ):
            press(pair, client=client)
        assert proxy.ended > 0
        require_whole(press.client, press(pair), "v1")
    judge(reader, "direct", issues.files)
    assert reader.looks.apart == 0


@pytest.mark.parametrize(
    "error",
    [
        psycopg2.errors.AdminShutdown,
        psycopg2.errors.DiskFull,
        psycopg2.errors.IdleInTransactionSessionTimeout,
        psycopg2.errors.InternalError_,
        psycopg2.errors.QueryCanceled,
        psycopg2.errors.SerializationFailure,
        psycopg2.errors.TooManyConnections,
        psycopg2.InterfaceError,
    ],
)
def test_what_may_pass_by_itself_is_tried_again(error: type[Exception]) -> None:
    with pytest.raises(PortalUnreachable), faults("asking"):
        raise error("row 17, password")


def test_a_statement_the_database_will_never_take_is_not_tried_again(datastore_url: str) -> None:
    with (
        pytest.raises(PortalRefused, match=r"asking: refused \(42601\)"),
        faults("asking"),
        session(datastore_url) as cursor,
    ):
        cursor.execute("SELECT FROM WHERE")
