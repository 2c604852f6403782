"""What a column looks like, whatever it is called: the share of its values that are numbers, dates, words, codes …

Two editions of one column look alike; a column whose values slid into the next one, a file of another register or one
read in a wrong encoding does not. Only shares are kept here, never a value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ternopil_pipelines.clean.arrow import matches

# A profile needs no more: at 20,000 the error of a share is below one percent.
_SAMPLE = 20_000
# The first that fits names the look of a value.
LOOKS: tuple[tuple[str, str, str], ...] = (
    ("integer", "цілі числа", r"^-?\d{1,7}$"),
    ("code", "довгі цифрові коди", r"^\d{8,}$"),
    ("decimal", "дробові числа", r"^-?\d+\.\d+$"),
    ("date", "дати", r"^\d{4}-\d{2}-\d{2}"),
    ("time", "час", r"^\d{1,2}:\d{2}"),
    ("boolean", "так або ні", r"^(true|false)$"),
    ("url", "посилання", r"(?i)^https?://"),
    ("email", "електронні адреси", r"^[^\s@]+@[^\s@]+\.[^\s@]+$"),
    ("phone", "телефони", r"^\+\d[\d\s(),+-]{8,}$"),
    (
        "wrecked",
        "зіпсовані літери",
        r"\x{FFFD}|[ÐÑ][\x{80}-\x{BF}]|[РС][\x{80}-\x{BF}°±µ»ѓ‚]|[ÐÑÂ]{2}|[À-ÿ]{3}",
    ),
    ("ukrainian", "слова кирилицею", r"^[^A-Za-z]*[А-Яа-яҐґЄєІіЇї][^A-Za-z]*$"),
    ("latin", "слова латиницею", r"^[^А-Яа-яҐґЄєІіЇї]*[A-Za-z][^А-Яа-яҐґЄєІіЇї]*$"),
)
WORDS = {name: words for name, words, _ in LOOKS} | {"other": "інший текст", "nothing": "порожньо"}


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """`shares`: of each look among the filled cells, in the order of LOOKS and then the rest; `length`: mean."""

    filled: int
    shares: np.ndarray
    length: float

    @property
    def looks(self) -> str:
        """Ukrainian name of the commonest look."""
        if not self.filled:
            return WORDS["nothing"]
        names = [*(name for name, _, _ in LOOKS), "other"]
        return WORDS[names[int(self.shares.argmax())]]


def profile(array: pa.Array) -> Profile:
    filled = len(array) - array.null_count
    values = _sampled(array.drop_null())
    left = np.ones(len(values), bool)
    shares = np.zeros(len(LOOKS) + 1)
    if not len(values):
        return Profile(0, shares, 0.0)
    for place, (_, _, pattern) in enumerate(LOOKS):
        found = left & matches(values, pattern)
        shares[place] = found.mean()
        left &= ~found
        if not left.any():
            break
    shares[-1] = left.mean()
    return Profile(filled, shares, float(pc.mean(pc.utf8_length(values)).as_py()))


def distance(one: Profile, other: Profile) -> float:
    """0: look alike, 1: nothing in common. Half the sum of differences of shares."""
    return float(np.abs(one.shares - other.shares).sum() / 2)


def common(old: pa.Array, new: pa.Array) -> float:
    """Share of the new column's distinct values that the old one had."""
    values = pc.unique(_sampled(new.drop_null()))
    if not len(values):
        return 0.0
    return float(np.mean(np.asarray(pc.is_in(values, value_set=pc.unique(old.drop_null())))))


def same_counts(was: pa.Array, now: pa.Array) -> bool:
    """Nearly the same multiset: an update of one row in a hundred may come with the accident."""
    old, new = pc.value_counts(was), pc.value_counts(now)
    places = pc.fill_null(pc.index_in(new.field("values"), value_set=old.field("values")), -1)
    places = np.asarray(places.to_numpy(zero_copy_only=False), dtype=np.int64)
    mine, theirs = np.asarray(new.field("counts")), np.asarray(old.field("counts"))
    shared = np.minimum(mine[places >= 0], theirs[places[places >= 0]]).sum()
    return len(old) > 1 and bool(shared >= 0.97 * len(now))


def _sampled(values: pa.Array) -> pa.Array:
    if len(values) <= _SAMPLE:
        return values
    return values.take(pa.array(np.linspace(0, len(values) - 1, _SAMPLE, dtype=np.int64)))


def shares_of(array: pa.Array, most: int) -> dict[str, float] | None:
    """Share of each value, None where there are more than `most` different ones."""
    if pc.count_distinct(array.slice(0, 5_000)).as_py() > most:
        return None  # spares counting a million names
    counted = pc.value_counts(array.drop_null())
    if not 1 <= len(counted) <= most:
        return None
    total = len(array) - array.null_count
    return {each["values"]: each["counts"] / total for each in counted.to_pylist()}
