"""Is a ledger's SQLite file, byte for byte, what appending entries leaves behind.

The chain of hashes covers what the entries say; a third of a small SQLite file says nothing (gaps of pages, counters,
encodings of lengths), and a changed byte there must be named too. So every page is read by the published file format
(sqlite.org/fileformat2.html) and each record is encoded anew and compared. That works because the ledger only ever
appends to one table without indexes, with `secure_delete` on, so that no page holds rests.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

Value = str | int | None
_LEAF, _INTERIOR = 13, 5
_HEADER = 100


class Altered(ValueError):
    """Names the page (from 1) and what is wrong with it."""


def audit(data: bytes, schema: Sequence[Sequence[Value]]) -> list[str]:
    """`data`: the whole file; `schema`: the rows sqlite_schema must have. One line for what is found first."""
    try:
        _audit(data, schema)
    except Altered as problem:
        return [str(problem)]
    except (IndexError, struct.error, UnicodeDecodeError, RecursionError, OverflowError, MemoryError) as error:
        return [f"the pages do not fit together ({type(error).__name__})"]
    return []


def _audit(data: bytes, schema: Sequence[Sequence[Value]]) -> None:
    size = int.from_bytes(data[16:18], "big")
    size = 65_536 if size == 1 else size
    if size < 512 or len(data) % size:
        raise Altered("the header gives another page size than the file has")
    _check_header(data, len(data) // size)
    file = _File(data, size)
    found = [values for _, values in file.records(1)]
    if found != [tuple(row) for row in schema]:
        raise Altered("page 1: the table and its triggers are not those of a ledger")
    rows = [rowid for rowid, _ in file.records(2)]
    if rows != sorted(set(rows)):
        raise Altered("entries are out of order")
    if file.seen != set(range(1, len(data) // size + 1)):
        raise Altered("there are pages that belong to no entry")


def _check_header(data: bytes, pages: int) -> None:
    numbers = struct.unpack(">12I", data[24:72])
    changes, count, trunk, free, cookie, layout, cache, vacuum, encoding, writer, step, mark = numbers
    fixed = (trunk, free, layout, cache, vacuum, encoding, step) == (0, 0, 4, 0, 0, 1, 0)
    # The two fields left to applications repeat the two that SQLite alone writes, see `ledger_schema`.
    doubled = (changes, cookie, writer) == (
        int.from_bytes(data[92:96], "big"),
        mark,
        int.from_bytes(data[96:100], "big"),
    )
    start = data[:16] == b"SQLite format 3\0" and data[18:24] == bytes((1, 1, 0, 64, 32, 32))
    if not (fixed and doubled and start and count == pages and not any(data[72:92])):
        raise Altered("page 1: the header is not as SQLite and the ledger leave it")


class _File:
    def __init__(self, data: bytes, size: int) -> None:
        self.data, self.size, self.seen = data, size, set[int]()

    def records(self, root: int) -> Iterator[tuple[int, tuple[Value, ...]]]:
        """(row number, values) in order, every byte of every page on the way accounted for."""
        page, start = self._page(root), _HEADER if root == 1 else 0
        kind = page[start]
        block, cells, content = struct.unpack(">HHH", page[start + 1 : start + 7])
        first = start + (12 if kind == _INTERIOR else 8)
        gap = first + 2 * cells
        content = content or 65_536
        if kind not in (_LEAF, _INTERIOR) or block or page[start + 7] or content < gap or any(page[gap:content]):
            raise Altered(f"page {root}: bytes outside of the entries were changed")
        pointers = struct.unpack(f">{cells}H", page[first:gap])
        spans = []
        for pointer in pointers:
            if kind == _LEAF:
                end, rowid, payload = self._leaf(page, root, pointer)
                yield rowid, self._values(payload, root)
            else:
                rowid, end = _varint(page, pointer + 4)
                last = None
                for each in self.records(int.from_bytes(page[pointer : pointer + 4], "big")):
                    last = each[0]
                    yield each
                if last != rowid or end - pointer != 4 + len(_as_varint(rowid)):
                    raise Altered(f"page {root}: the order of entries was changed")
            spans.append((pointer, end))
        if kind == _INTERIOR:
            yield from self.records(int.from_bytes(page[start + 8 : start + 12], "big"))
        edge = content
        for begin, end in sorted(spans):
            if begin != edge:
                raise Altered(f"page {root}: entries do not lie side by side")
            edge = end
        if edge != self.size:
            raise Altered(f"page {root}: bytes outside of the entries were changed")

    def _page(self, number: int) -> bytes:
        if number in self.seen or not 1 <= number <= len(self.data) // self.size:
            raise Altered(f"page {number}: not where it was written")
        self.seen.add(number)
        return self.data[(number - 1) * self.size : number * self.size]

    def _leaf(self, page: bytes, number: int, pointer: int) -> tuple[int, int, bytes]:
        """(end of the cell, row number, payload), by the format's rule of what stays on the page."""
        length, at = _varint(page, pointer)
        rowid, at = _varint(page, at)
        if at - pointer != len(_as_varint(length)) + len(_as_varint(rowid)):
            raise Altered(f"page {number}: an entry is encoded otherwise than SQLite does")
        most, least = self.size - 35, (self.size - 12) * 32 // 255 - 23
        if length <= most:
            return at + length, rowid, page[at : at + length]
        kept = least + (length - least) % (self.size - 4)
        kept = kept if kept <= most else least
        following = int.from_bytes(page[at + kept : at + kept + 4], "big")
        return at + kept + 4, rowid, page[at : at + kept] + self._overflow(following, length - kept)

    def _overflow(self, number: int, length: int) -> bytes:
        parts = []
        while length > 0:
            page = self._page(number)
            part = min(length, self.size - 4)
            if any(page[4 + part :]):
                raise Altered(f"page {number}: bytes outside of the entries were changed")
            parts.append(page[4 : 4 + part])
            length -= part
            number = int.from_bytes(page[:4], "big")
        if number:
            raise Altered(f"page {number}: belongs to no entry")
        return b"".join(parts)

    def _values(self, payload: bytes, number: int) -> tuple[Value, ...]:
        head, at = _varint(payload, 0)
        values: list[Value] = []
        body = head
        while at < head:
            kind, at = _varint(payload, at)
            if kind >= 13 and kind % 2:
                length = (kind - 13) // 2
                values.append(payload[body : body + length].decode())
            else:
                length = kind if kind < 5 else 0
                values.append(None if kind == 0 else kind - 8 if kind in (8, 9) else _integer(payload, body, length))
            body += length
        if _record(values) != payload:
            raise Altered(f"page {number}: an entry is encoded otherwise than SQLite does")
        return tuple(values)


def _record(values: Sequence[Value]) -> bytes:
    """A record as SQLite's file format 4 writes it; whole numbers up to 32 bits, texts and nulls are all there are."""
    kinds, body = b"", b""
    for value in values:
        if value is None:
            kinds += b"\0"
        elif isinstance(value, str):
            text = value.encode()
            kinds += _as_varint(13 + 2 * len(text))
            body += text
        elif value in (0, 1):
            kinds += bytes((8 + value,))
        else:
            length = next(each for each in range(1, 5) if -(1 << 8 * each - 1) <= value < 1 << 8 * each - 1)
            kinds += bytes((length,))
            body += value.to_bytes(length, "big", signed=True)
    size = len(kinds) + 1
    size += len(_as_varint(size)) - 1
    return _as_varint(size) + kinds + body


def _integer(payload: bytes, at: int, length: int) -> int:
    return int.from_bytes(payload[at : at + length], "big", signed=True)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(9):
        byte = data[at + place]
        if place == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + place + 1
    raise IndexError


def _as_varint(value: int) -> bytes:
    if value >= 1 << 56:
        raise Altered("a number no ledger has")
    parts = [value & 0x7F]
    while value := value >> 7:
        parts.append(value & 0x7F | 0x80)
    return bytes(reversed(parts))
