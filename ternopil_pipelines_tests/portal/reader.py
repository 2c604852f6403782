"""A citizen who reads a dataset all the time: metadata, file, table, metadata again; looks during which the metadata
changed say nothing and are not counted."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests


@dataclass
class Looks:
    """`mixed`: a table of two versions, or of a part of one; `apart`: a whole table of another version than the file
    and the metadata, `apart_between`: when those looks began and ended; `miscounted`: a whole table with another
    `total`, which CKAN reads in a second transaction; `torn`: sha256 of a file that is not the metadata's, which CKAN
    shows for the milliseconds between its upload and its commit."""

    whole: int = 0
    absent: int = 0
    miscounted: int = 0
    apart_between: list[tuple[float, float]] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)

    @property
    def apart(self) -> int:
        return len(self.apart_between)

    @property
    def settled(self) -> int:
        return self.whole + self.absent + self.apart + self.miscounted + len(self.mixed) + len(self.torn)


class Reader(threading.Thread):
    """`sizes`: how many rows each version has, as far as the test knows; a file tells it of its own. `crowded`: among
    ten publishers the portal may answer 5xx; anywhere else that ends the reader and fails the test. `pause`: seconds
    between two looks; one that hardly pauses takes half a processor from the portal it reads."""

    def __init__(
        self,
        url: str,
        package: str,
        sizes: Mapping[str, int] | None = None,
        *,
        crowded: bool = False,
        pause: float = 0.02,
    ) -> None:
        super().__init__(daemon=True)
        self._pause = pause
        self._crowded = crowded
        self._sizes = sizes if sizes is not None else {}
        self.looks = Looks()
        self._url, self._package = url, package
        self._over = threading.Event()
        self._session = requests.Session()

    def __enter__(self) -> Reader:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join(timeout=30)
        self._session.close()

    def run(self) -> None:
        while not self._over.wait(self._pause):
            with contextlib.suppress(requests.RequestException):
                self.look()

    def look(self) -> None:
        began = time.monotonic()
        before = self._metadata()
        if before is None:
            return
        sizes = {}
        for resource in before["resources"]:
            if resource["format"] != "CSV" or "structure" in resource["url"]:
                continue
            answer = self._session.get(resource["url"], timeout=30)
            table = self._session.get(
                f"{self._url}/api/action/datastore_search",
                params={"resource_id": resource["id"], "limit": 32000},
                timeout=30,
            )
            sizes[resource["id"]] = (resource, answer, table)
        if self._metadata() != before:
            return
        for resource, answer, table in sizes.values():
            self._judge(resource, answer, table, began)

    def _judge(
        self, resource: dict[str, Any], answer: requests.Response, table: requests.Response, began: float
    ) -> None:
        if self._crowded and max(answer.status_code, table.status_code) >= 500:
            # A portal that ten publishers keep busy answers so as it refuses connections: nothing was seen.
            return
        digest = hashlib.sha256(answer.content).hexdigest()
        if digest != resource["hash"]:
            self.looks.torn.append(digest)
            return
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8"))))
        version = {row["version"] for row in rows}
        if table.status_code == 404:
            self.looks.absent += 1
            return
        result = table.json()["result"]
        shown = {record["version"] for record in result["records"]}
        count = len(result["records"])
        known = {**self._sizes, **dict.fromkeys(version, len(rows))}
        expected = known.get(next(iter(shown)), -1) if len(shown) == 1 else -1 if shown else 0
        if count != expected:
            self.looks.mixed.append(f"file {version} of {len(rows)}, table {shown} of {count}")
        elif shown != version:
            self.looks.apart_between.append((began, time.monotonic()))
        elif result["total"] != count:
            self.looks.miscounted += 1
        else:
            self.looks.whole += 1

    def _metadata(self) -> dict[str, Any] | None:
        answer = self._session.get(f"{self._url}/api/action/package_show", params={"id": self._package}, timeout=30)
        return dict(answer.json()["result"]) if answer.status_code == 200 else None
