"""docs/checks.md: every asset check, what it looks at, what an error keeps back, and the codes it speaks of.

A test keeps the page in step; `python -m ternopil_pipelines.reports.checks_page` writes it anew. Defaults of thresholds
are read from the model, so that the page cannot disagree with it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ternopil_pipelines.catalogue.thresholds import Limits, Thresholds
from ternopil_pipelines.findings.check import Check, Stage
from ternopil_pipelines.findings.checks import checks_of
from ternopil_pipelines.findings.codes import CODES
from ternopil_pipelines.reports.ukrainian import SEVERITIES

_HEAD = """# Перевірки

Кожен набір у Dagster має перевірки: те, що надійшло, таблиця, редакція й оприлюднення. Перевірка лише говорить. Помилка
(червона) означає, що щось зупинено: таблицю не прийнято або редакція не виходить; зауваження (жовта) не зупиняє
нічого. Перевірки, яким у наборі нема на що дивитися (посилання без другої таблиці), не показано.

Сторінку створено з програми, вручну її не правлять: `python -m ternopil_pipelines.reports.checks_page`.

## Від червоної перевірки до клітинки

Щонайбільше три натискання. Приклад: у файл зупинок до стовпця `lat` потрапило «49,5540 пн. ш.».

1. На графі розпорядника (Lineage) частина набору, де є помилка, має червоний знак у рядку `Asset checks`. Натисніть на
   число перевірок. Перша червона зліва — винна; праві лише не дочекалися її.

   ![Граф розпорядника: червона перевірка на таблиці зупинок](images/check-1-graph.png)

2. Натисніть назву червоної перевірки. У `first` одразу стоїть перша винна клітинка: аркуш, клітинка й рядок, стовпець,
   значення (особисті дані приховано), що не так і як виправити. `docs` веде до цієї сторінки.

   ![Червона перевірка types і перша винна клітинка](images/check-2-red.png)

3. Натисніть `[Show Markdown]` біля `findings`: усі винні клітинки, найгірші першими (щонайбільше 50; решта у звіті).

   ![Таблиця винних клітинок](images/check-3-cells.png)

## Пороги

`thresholds` набору в `sources.yaml`. Число — поріг помилки; `{warn: …, error: …}` задає зауваження й помилку окремо;
чого не названо, того не питають.

```yaml
thresholds:
  rows_drop: 0.5                          # помилка, якщо зникла половина рядків
  keys_replaced: {warn: 0.1, error: 0.3}
  content_age: null                       # дати цього набору не кажуть про його свіжість
```

| ключ | про що | зауваження | помилка |
|---|---|---|---|
"""
_THRESHOLDS = {
    "rows_drop": "частка рядків оприлюдненої редакції, яких не стало",
    "rows_growth": "скільки рядків додалося, як частка тих, що були",
    "keys_replaced": "частка ідентифікаторів, яких не стало",
    "values_lost": "частка значень стовпця, яких не стало",
    "shift": "наскільки змінився розподіл значень стовпця: 0 — зовсім ні, 1 — повністю",
    "references": "частка рядків, що посилаються на відсутній запис",
    "content_age": "вік найновішої дати в даних у періодах частоти (2 — два періоди)",
    "quarantine": "частка рядків з помилками, яку можна відкласти (`on_error: quarantine`); більша — таблицю відхилено",
}
_STAGES: dict[Stage, str] = {
    "raw": "Те, що надійшло (`raw_…`)",
    "table": "Таблиця",
    "edition": "Редакція (`edition`)",
    "publication": "Оприлюднення (`publication`)",
    "waiting": "Очікування людей (`publication`)",
}


def checks_page() -> str:
    parts = [_HEAD + "\n".join(_threshold(name) for name in Thresholds.model_fields)]
    for stage, title in _STAGES.items():
        parts.append(f"\n## {title}")
        parts += [_check(each) for each in checks_of(stage)]
    return "\n".join(parts) + "\n"


def _threshold(name: str) -> str:
    given = getattr(Thresholds(), name)
    limits = given if isinstance(given, Limits) else Limits(warn=0.0, error=given)
    warn, error = ("—" if each is None else f"{each:g}" for each in (limits.warn, limits.error))
    return f"| `{name}` | {_THRESHOLDS[name]} | {warn} | {error} |"


def _check(check: Check) -> str:
    lines = [f"\n### `{check.name}`\n", f"**{check.title}.** {check.about}\n"]
    if "error" in {CODES[code].severity.value for code in check.codes} or check.thresholds:
        lines.append(f"Помилка: {check.stops[0].lower()}{check.stops[1:]}\n")
    else:
        lines.append("Помилок не буває: лише зауваження. " + f"{check.stops}\n")
    if check.thresholds:
        lines.append(f"Пороги: {', '.join(f'`{each}`' for each in check.thresholds)}.\n")
    lines += [
        f"- [`{code}`](findings.md#{code}) ({SEVERITIES[CODES[code].severity.value]}): {CODES[code].about}"
        for code in check.codes
    ]
    return "\n".join(lines)


def main(root: Path) -> None:
    (root / "docs" / "checks.md").write_text(checks_page(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path.cwd())
