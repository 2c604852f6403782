import re
from datetime import UTC, datetime
from html.parser import HTMLParser

from ternopil_pipelines.reports.check import check
from ternopil_pipelines.reports.report import report
from ternopil_pipelines.reports.verdict_page import SHOWN, SHOWN_PLACES, verdict_page
from ternopil_pipelines_tests.clean.making import cleaned
from ternopil_pipelines_tests.clean.test_cleaning import COST, NAME, UID
from ternopil_pipelines_tests.reports.making import BAD, GOOD, catalogue, csv_file


def page_of(rows, *columns, **words):
    made = cleaned(rows, *columns)
    content = report(
        "things",
        [(made, None)],
        source_name="f.xlsx",
        source_sha256="0" * 64,
        checked_at=datetime(2026, 7, 1, tzinfo=UTC),
        **words,
    )
    return verdict_page(content, title="Речі")


class _Text(HTMLParser):
    def __init__(self):
        super().__init__()
        self.words, self.tags, self.inside = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.inside.append(tag)

    def handle_endtag(self, tag):
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass

    def handle_data(self, data):
        if data.strip() and not {"style", "title", "head"} & set(self.inside[-1:]):
            self.words.append(data.strip())


def read(page):
    parser = _Text()
    parser.feed(page)
    return parser


def test_the_first_line_is_the_verdict():
    bad = read(page_of({"uid": ["1", "1"], "cost": ["x", "1"]}, UID, COST))
    assert bad.words[0] == "Не прийнято: 2 помилки"
    assert read(page_of({"uid": ["1"], "cost": ["1"]}, UID, COST)).words[0] == "Прийнято"
    held = read(page_of({"uid": ["1"], "cost": ["1"]}, UID, COST, verdict="held"))
    assert held.words[0].startswith("Затримано")


def test_a_finding_is_told_with_cell_reason_expectation_and_way_out():
    words = " ".join(read(page_of({"uid": ["1"], "cost": ["багато"]}, UID, COST)).words)
    for told in ("B2", "«багато» не є числом", "Число, наприклад 12", "Впишіть число", "Стовпець «cost»"):
        assert told in words


def test_of_many_alike_the_first_are_listed_and_the_rest_counted():
    many = 300
    page = page_of({"uid": [str(n) for n in range(many)], "cost": [f"x{n}" for n in range(many)]}, UID, COST)
    assert len(re.findall(r'class="place"', page)) == SHOWN
    assert f"…і ще {many - SHOWN} таких" in page
    places = page_of({"uid": [str(n) for n in range(many)], "name": [""] * many}, UID, NAME)
    assert f"…і ще {many - SHOWN_PLACES}" in places
    assert places.count("<b>B") == SHOWN_PLACES


def test_what_a_department_typed_stays_text(tmp_path):
    made = catalogue()
    check(made, made.dataset("schools"), [csv_file(tmp_path, BAD)], out=tmp_path / "out")
    evil = {"uid": ["1"], "cost": ["<script>alert(1)</script><img src=x onerror=alert(1)>"]}
    page = page_of(evil, UID, COST)
    assert not {"script", "img", "link", "iframe", "a"} & {tag for tag, _ in read(page).tags}
    assert "&lt;script&gt;" in page
    assert "&lt;міста&gt;" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_the_page_asks_nobody_for_anything():
    parser = read(page_of({"uid": ["1"], "cost": ["x"]}, UID, COST))
    policy = next(
        attrs["content"] for tag, attrs in parser.tags if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not [attrs for _, attrs in parser.tags if {"src", "href", "style", "onclick"} & set(attrs)]


def test_a_file_without_faults_says_so(tmp_path):
    made = catalogue()
    check(made, made.dataset("schools"), [csv_file(tmp_path, GOOD)], out=tmp_path / "out")
    assert "Зауважень немає" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
