import re
import string

import pytest

from ternopil_pipelines.findings.clean_codes import CLEAN_CODES, the_rest
from ternopil_pipelines.findings.codes import CODES
from ternopil_pipelines.findings.gate_codes import GATE_CODES
from ternopil_pipelines.findings.portal_codes import PORTAL_CODES
from ternopil_pipelines.findings.receive_codes import RECEIVE_CODES


@pytest.mark.parametrize("name", CODES)
def test_a_code_is_kebab_case_and_its_words_are_whole_ukrainian_sentences(name):
    code = CODES[name]
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
    for text in (code.about, code.message, code.expected, code.fix):
        assert text.strip() == text
        assert re.search(r"[а-яіїєґ]|^\{\w+\}$", text, re.I)
        assert not re.search(r"[ыэъё]", text, re.I), "a letter that Ukrainian has not"
        assert not re.search(r"[A-Za-z][а-яіїєґ]|[а-яіїєґ][A-Za-z]", text.replace("ДДTгг", ""), re.I), (
            "a word in two alphabets"
        )


@pytest.mark.parametrize("name", CLEAN_CODES)
def test_a_template_can_be_filled(name):
    code = CLEAN_CODES[name]
    for text in (code.message, code.expected, code.fix):
        fields = {field for _, field, _, _ in string.Formatter().parse(text) if field}
        assert text.format_map(dict.fromkeys(fields, "x"))


def test_rooms_share_no_code():
    assert not set(CLEAN_CODES) & set(RECEIVE_CODES)


def test_the_rest_is_counted_in_words():
    assert "1500" in the_rest(1_500, 2_501)


def test_a_code_is_declared_by_one_room_alone():
    """Two rooms once had `letters-lost`: the later one's words were told for the earlier one's finding."""
    rooms = [RECEIVE_CODES, CLEAN_CODES, GATE_CODES, PORTAL_CODES]
    assert sum(len(room) for room in rooms) == len(CODES)
