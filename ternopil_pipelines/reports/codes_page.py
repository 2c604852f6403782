"""docs/findings.md: every code of a finding, what it means and how a department mends it, made from the codes.

A test keeps the page in step; `python -m ternopil_pipelines.reports.codes_page` writes it anew.
"""

from __future__ import annotations

import string
import sys
from pathlib import Path

from ternopil_pipelines.findings.codes import CODES
from ternopil_pipelines.findings.finding import Severity

_HEAD = """# Коди зауважень

Кожне зауваження у `report.json`, на сторінці висновку та в позначеній копії має сталий код. Помилка не дає
опублікувати таблицю; зауваження публікувати дозволяє, але його варто виправити; примітка нічого не вимагає.
Слова у дужках `‹…›` підставляються з даних; особисті дані приховано.

Сторінку створено з кодів програми, вручну її не правлять: `python -m ternopil_pipelines.reports.codes_page`.
"""
_TITLES = {Severity.ERROR: "Помилки", Severity.WARNING: "Зауваження", Severity.NOTE: "Примітки"}
_WORDS = {
    "value": "значення", "column": "стовпець", "title": "назва стовпця", "count": "кількість", "row": "рядок",
    "rows": "рядки", "total": "усього", "first_row": "рядок", "keys": "ключ", "given": "заголовок",
    "number": "номер", "names": "назви", "headers": "заголовки", "proposal": "виправлення", "hint": "",
    "allowed": "перелік", "pattern": "зразок", "minimum": "найменше", "maximum": "найбільше", "first": "перше",
    "second": "друге", "length": "довжина", "values": "кількість", "variants": "написання", "word": "слово",
    "other": "друга координата", "where": "громади", "west": "захід", "south": "південь", "east": "схід",
    "north": "північ", "range": "межі", "start": "початок", "start_column": "стовпець початку", "sheet": "аркуш",
    "cell": "клітинка", "file": "файл", "table": "таблиця", "dataset": "набір", "share": "частка", "before": "було",
    "after": "стало", "least": "найменше", "threshold": "поріг", "published": "дата", "removed": "кількість",
    "added": "кількість", "changed": "кількість", "kind": "вид даних", "place": "місце", "state": "стан",
    "ground": "підстава", "document": "документ", "review": "дата", "until": "дата",
}  # fmt: skip


def codes_page() -> str:
    parts = [_HEAD]
    for severity, title in _TITLES.items():
        parts.append(f"## {title}\n")
        for name, code in CODES.items():
            if code.severity is severity:
                parts.append(
                    f"### `{name}`\n\n{code.about}\n\n"
                    f"- Повідомлення: {_shown(code.message)}\n"
                    f"- Очікується: {_shown(code.expected)}\n"
                    f"- Як виправити: {_shown(code.fix)}\n"
                )
    return "\n".join(parts)


def _shown(template: str) -> str:
    shown = ""
    for text, field, _, _ in string.Formatter().parse(template):
        word = _WORDS.get(field, "…") if field else ""
        shown += text + (f"‹{word}›" if word else "")
    return shown


def main(root: Path) -> None:
    (root / "docs" / "findings.md").write_text(codes_page(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path.cwd())
