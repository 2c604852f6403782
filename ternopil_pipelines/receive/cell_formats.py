"""Number formats under which a person sees something else than the cell holds: leading zeros and percent.

Only xlsx keeps them where the scan of its sheets can meet them; what is done about them is `shown`'s.
"""

from __future__ import annotations

import re
from html import unescape

PERCENT = 0
# Excel's own formats 0% and 0.00% have numbers and no text.
_OWN = {9: PERCENT, 10: PERCENT}
_FORMAT = re.compile(rb"<(?:\w+:)?numFmt\s([^<]*)>")
_STYLES = re.compile(rb"<(?:\w+:)?cellXfs[\s>]")
_STYLES_END = re.compile(rb"</(?:\w+:)?cellXfs>")
_STYLE = re.compile(rb"<(?:\w+:)?xf[\s/>]([^>]*)")
_ID = re.compile(rb'\bnumFmtId="(\d{1,9})"')
_CODE = re.compile(rb'\bformatCode="([^"]*)"')
# Nothing but zeros for a number above zero and for zero itself; no code is longer than thirty digits.
_ZEROS = re.compile(r"(?:\[\$[^\]]*\])?(0{2,30})(?:;[^;]*)?(?:;\1(?:;[^;]*)?)?")
_LITERAL = re.compile(r'"[^"]*"|\\.|[_*].|\[[^\]]*\]')


def telling_styles(content: bytes) -> dict[bytes, int]:
    """styles.xml -> the numbers of the cells' styles that show percent (PERCENT) or so many digits at least."""
    formats = dict(_OWN)
    for attributes in _FORMAT.findall(content):
        number, code = _ID.search(attributes), _CODE.search(attributes)
        kind = _kind(unescape(code.group(1).decode("utf-8", "replace"))) if code else None
        if number and kind is not None:
            formats[int(number.group(1))] = kind
    begin = _STYLES.search(content)
    if begin is None:
        return {}
    end = _STYLES_END.search(content, begin.end())
    found: dict[bytes, int] = {}
    for at, style in enumerate(_STYLE.finditer(content, begin.end(), end.start() if end else len(content))):
        number = _ID.search(style.group(1))
        if number and int(number.group(1)) in formats:
            found[str(at).encode()] = formats[int(number.group(1))]
    return found


def _kind(code: str) -> int | None:
    zeros = _ZEROS.fullmatch(code)
    if zeros:
        return len(zeros.group(1))
    return PERCENT if "%" in _LITERAL.sub("", code.partition(";")[0]) else None
