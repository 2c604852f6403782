"""What a call to a portal carries: files streamed as multipart, and last bytes that wait for what is held.

How a body is sent is `transport`'s; what is held meanwhile is the publication's mode's.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from requests_toolbelt import MultipartEncoder

from ternopil_pipelines.faults import PermanentFault

UPLOAD_CONTENT_TYPE = "application/octet-stream"
# A multipart body's closing boundary is shorter: without it a portal takes nothing.
_LAST_BYTES = 4096

Upload = tuple[str, Path | bytes]


class Hold(Protocol):
    """What a caller keeps others waiting for while the portal works on a call, and not while the call travels."""

    def take(self) -> None:
        """The last of a call is about to leave; told more than once, and again where the call is sent again."""

    def let_go(self) -> None:
        """The portal did nothing and asked to come again later."""


class Held:
    """A body whose last bytes cannot be had before the hold is taken."""

    def __init__(self, body: bytes | MultipartEncoder, hold: Hold) -> None:
        self._body: Any = io.BytesIO(body) if isinstance(body, bytes) else body
        self.len = len(body) if isinstance(body, bytes) else int(body.len)
        self._left, self._hold = self.len, hold

    def read(self, size: int = -1) -> bytes:
        part = cast(bytes, self._body.read(size))
        self._left -= len(part)
        if self._left < _LAST_BYTES:
            self._hold.take()
        return part


def multipart(fields: Mapping[Any, Any], files: Mapping[str, Upload], opened: contextlib.ExitStack) -> Any:
    parts: dict[str, Any] = {_text(key): _text(value) for key, value in fields.items()}
    for key, (name, content) in files.items():
        stream: bytes | BinaryIO = content if isinstance(content, bytes) else opened.enter_context(_opened(content))
        parts[key] = (name, stream, UPLOAD_CONTENT_TYPE)
    return MultipartEncoder(fields=parts)


def _opened(content: Path) -> BinaryIO:
    try:
        return content.open("rb")
    except OSError as error:
        # Our own disk is not the portal's silence.
        raise PermanentFault(f"the file {content.name} cannot be read for sending ({error.strerror})") from None


def _text(value: object) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)
