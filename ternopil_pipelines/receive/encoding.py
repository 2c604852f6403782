"""Which letters a text file is written in: marks first, strict UTF-8 next, then how Ukrainian each reading is.

Judged over the whole file by pairs of letters, because single letters mislead: capitals in cp1251 are lower case
letters in koi8-u, and an address list may hold its only Cyrillic in the last line. In real doubt the answer is a
refusal; a wrong letter published is worse than a file sent twice.
"""

from __future__ import annotations

import codecs
import math
import re
from functools import cache

import numpy as np

from ternopil_pipelines.faults import SourceRefused
from ternopil_pipelines.findings.codes import finding
from ternopil_pipelines.receive.utf8 import Reading, converted, is_utf8

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CANDIDATES = ("cp1251", "koi8-u", "cp1125", "cp866", "mac-cyrillic", "iso8859-5")
_LETTERS = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"
_FOREIGN = "ыэъёў"
_OPENING = "«“„‘№§€±"
_CLOSING = "»”…²³®©"
_SYMBOLS = _OPENING + _CLOSING + "–—’•°\u00a0\u00ad·"
# The 300 pairs that make nine tenths of all pairs in Ukrainian registers, counted over their distinct words; `_` is
# the rim of a word.
_COMMON = (
    "а_ _п ка на ов ро ко _в ьк ор я_ ст но ан ен ни о_ го ва и_ ль ер _к і_ ог _т ів _с сь ні ли ня нн ри по ра "
    "ал й_ та у_ _м то _д ар пр ул иц ві ви _р те _з _о тр ий ре ї_ в_ ос _н ти ву за ом ці он _б ле ма ьн ла ат "
    "ін не ин ця _г ід рі лі ол ки во од ве ик ру до ад ої бу ча мі кі ел ав _л іл оп ич пі ек рн вс да _і ді ас "
    "ць кт ій іс ме нс об _а ло ту чн нк их дн ац х_ уд пе е_ ук іт ку ак мо ь_ нт к_ вн т_ ок от па оз га сп м_ "
    "ік ис ті ди д_ йн ев _у ть де ми ля гр ив ам ит ув ай им рт ем р_ ес му кр ії бо пл _я че н_ се _ф со бл сн "
    "ил ет _ш лу _ч тн ус са ду ьс су _е ун рг ія ян чи рм хо же п_ іч си с_ ба пи лю ур кл сі ут ач фі ря др ир "
    "із бр зн тв ед дж бі ец кс фо л_ це ну ьв аб аз рс ех ше вл св сл як жн яд ю_ ей гі хн ят чу еп ош ум уп нь "
    "зе ап би тк іа ще дп нд рк б_ аг пу _ц уб г_ іг зд еж ке ск ид зв ьо _є ез ся вт вч жи ге кв ах гу"
)
_PAIRS = frozenset(_COMMON.split())
# Measured on registers, addresses and lone words, in capitals too: true readings score 0.62-1, foreign alphabets below
# 0.45. Near relatives (mac-cyrillic and cp1251, cp1125 and cp866) differ in a few letters only: the lead they must
# show shrinks with the number of pairs, 0.12 for a hundred, 0.03 for a thousand and more. A lone word must lead by
# 0.2, but by 0.12 in cp1251, which Excel writes and the others nearly nothing does today.
ENOUGH = 0.5
LEAST_LEAD, LEAD_OF_ONE, MOST_LEAD, MOST_LEAD_OF_USUAL = 0.03, 1.2, 0.2, 0.12
DIFFERING_PAIRS, DIFFERING_GAIN = 6, 0.8
# Two words in forty rows prove no more than in four: `АО "СОЮЗ"` of koi8-u leads as `ся "єяр·"` of cp866.
REPEATED = 4
_CHUNK = 1 << 22
_CYRILLIC = re.compile("[А-яҐґЄєІіЇї]")


def read_text(data: bytes, *, file: str, encoding: str | None = None) -> Reading:
    """Raises SourceRefused (`encoding-wrong`, `encoding-doubtful`)."""
    if encoding is not None:
        return _declared(data, encoding, file)
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _declared(data, name, file)
    wide = _wide(data)
    if wide:
        return _declared(data, wide, file)
    if not is_utf8(data):
        return _most_ukrainian(data, file)
    reading = Reading(data, "utf-8")
    if _decoded_twice(reading.head(1 << 20)):
        what = "літери вже зіпсовано: текст UTF-8 колись відкрили як Windows-1251 і зберегли"
        raise SourceRefused("letters decoded twice", [finding("encoding-doubtful", file=file, what=what)])
    return reading


def _decoded_twice(sample: str) -> bool:
    """UTF-8 read as cp1251 and saved again: every other letter is then Р or С («РІСѓР»РёС†СЏ»)."""
    letters = len(_CYRILLIC.findall(sample))
    return letters >= 20 and sample.count("Р") + sample.count("С") > 0.35 * letters


def _declared(data: bytes, encoding: str, file: str) -> Reading:
    try:
        known = codecs.lookup(encoding).name
    except LookupError:
        raise SourceRefused(
            f"unknown encoding {encoding!r}",
            [finding("encoding-doubtful", file=file, what=f"кодування «{encoding}» невідоме")],
        ) from None
    if data.startswith(codecs.BOM_UTF8) and known == "utf-8":
        encoding = known = "utf-8-sig"
    if known in {"utf-8", "utf-8-sig"} and is_utf8(data):
        marked = known == "utf-8-sig" and data.startswith(codecs.BOM_UTF8)
        return Reading(data, encoding, len(codecs.BOM_UTF8) if marked else 0)
    try:
        return converted(data, encoding)
    except UnicodeError as error:
        row = data.count(b"\n", 0, getattr(error, "start", 0)) + 1
        raise SourceRefused(
            f"not {encoding} at line {row}", [finding("encoding-wrong", row=row, file=file, encoding=encoding)]
        ) from None


def _wide(data: bytes) -> str | None:
    """UTF-16 without its mark: every second byte is 0 (Latin, digits) or 4 (Cyrillic)."""
    if len(data) < 4 or len(data) % 2 or b"\0" not in data:
        return None
    sample = np.frombuffer(data[: 1 << 20], dtype=np.uint8)
    high_first, high_second = (np.isin(half, (0, 4, 0x20)).mean() for half in (sample[::2], sample[1::2]))
    if max(high_first, high_second) < 0.9 or abs(high_first - high_second) < 0.2:
        return None
    return "utf-16-be" if high_first > high_second else "utf-16-le"


def _most_ukrainian(data: bytes, file: str) -> Reading:
    pairs = _pairs(data)
    used = np.flatnonzero(pairs.reshape(256, 256).sum(axis=1) + pairs.reshape(256, 256).sum(axis=0))
    scores: dict[str, float] = {}
    counts: dict[str, float] = {}
    for encoding in CANDIDATES:
        characters, weights, counted = _weights(encoding)
        if any(characters[byte] is None for byte in used):
            continue
        total = float(pairs[counted].sum())
        counts[encoding] = min(total, REPEATED * float((pairs[counted] > 0).sum()))
        scores[encoding] = float((pairs * weights)[counted].sum()) / total if total else 0.0
    ranked = sorted(scores, key=lambda name: scores[name], reverse=True)
    if ranked and scores[ranked[0]] >= ENOUGH:
        best = ranked[0]
        rival = next((name for name in ranked[1:] if not _same(best, name, used)), None)
        if (
            rival is None
            or scores[best] - scores[rival] >= _lead(best, counts[best])
            or _settled_by_difference(best, rival, pairs)
        ):
            return converted(data, best)
    row = _first_fault(data)
    what = f"це не UTF-8 (хибний байт у рядку {row}), і жодне інше кодування не дає виразного українського тексту"
    raise SourceRefused(
        f"encoding in doubt, not UTF-8 at line {row}", [finding("encoding-doubtful", file=file, what=what)]
    )


def _first_fault(data: bytes) -> int:
    """The line in which the bytes cease to be UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return data.count(b"\n", 0, error.start) + 1
    return 1


def _settled_by_difference(best: str, rival: str, pairs: np.ndarray) -> bool:
    """Relatives share most letters, so a few words hardly part their scores. Where they do differ, one of them must
    read Ukrainian and the other no language at all: `КОМІТЕТ` in cp1125 is `КОМЎТЕТ` in cp866."""
    ours, theirs = _weights(best), _weights(rival)
    differs = np.asarray([one != other for one, other in zip(ours[0], theirs[0], strict=True)])
    concerned = (differs[:, None] | differs[None, :]).reshape(-1) & ours[2] & theirs[2]
    count = float(pairs[concerned].sum())
    gain = float((pairs * (ours[1] - theirs[1]))[concerned].sum())
    return count >= DIFFERING_PAIRS and gain >= DIFFERING_GAIN * count


def _lead(encoding: str, pairs: float) -> float:
    most = MOST_LEAD_OF_USUAL if encoding == "cp1251" else MOST_LEAD
    return max(LEAST_LEAD, min(most, LEAD_OF_ONE / math.sqrt(pairs)))


def _pairs(data: bytes) -> np.ndarray:
    """How often each pair of neighbouring bytes occurs, pairs of plain ASCII left out."""
    content = np.frombuffer(b"\n" + data + b"\n", dtype=np.uint8)
    counts = np.zeros(65536, dtype=np.int64)
    for start in range(0, len(content) - 1, _CHUNK):
        piece = content[start : start + _CHUNK + 1].astype(np.uint16)
        counts += np.bincount(piece[:-1] * np.uint16(256) + piece[1:], minlength=65536)
    return counts


@cache
def _weights(encoding: str) -> tuple[tuple[str | None, ...], np.ndarray, np.ndarray]:
    """Characters by byte, what each pair of bytes is worth, and which pairs count."""
    characters = tuple(_character(byte, encoding) for byte in range(256))
    weights = np.zeros(65536)
    counted = np.zeros(65536, dtype=bool)
    for first in range(256):
        for second in range(256):
            if first >= 0x80 or second >= 0x80:
                worth = _worth(characters[first] or "\ufffd", characters[second] or "\ufffd")
                if worth is not None:
                    weights[first * 256 + second] = worth
                    counted[first * 256 + second] = True
    return characters, weights, counted


def _character(byte: int, encoding: str) -> str | None:
    try:
        return bytes([byte]).decode(encoding)
    except UnicodeDecodeError:
        return None


def _worth(first: str, second: str) -> float | None:
    kinds = _kind(first), _kind(second)
    if "impossible" in kinds:
        return -2.0
    if kinds == ("rim", "rim"):
        return None
    if "foreign" in kinds:
        return -0.5
    if "latin" in kinds:
        return 0.0
    if (kinds[0] == "letter" and second in _OPENING + "°") or (kinds[1] == "letter" and first in _CLOSING):
        return -1.0  # «Укра»ни»: a mark within a word is a letter of another encoding
    if kinds == ("letter", "letter") and first.islower() and second.isupper():
        return -1.0
    pair = (first.lower() if kinds[0] == "letter" else "_") + (second.lower() if kinds[1] == "letter" else "_")
    return 1.0 if pair in _PAIRS else 0.0


def _kind(character: str) -> str:
    if character.lower() in _LETTERS:
        return "letter"
    if character.lower() in _FOREIGN:
        return "foreign"
    if character.isascii():
        return "latin" if character.isalpha() else "rim"
    return "rim" if character in _SYMBOLS else "impossible"


def _same(one: str, other: str, used: np.ndarray) -> bool:
    first, second = _weights(one)[0], _weights(other)[0]
    return all(first[byte] == second[byte] for byte in used)
