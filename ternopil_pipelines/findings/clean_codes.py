"""Codes of what cleaning notices: columns, types, keys, required, allowed, ranges, shared value rules.

Errors are what the structure itself demands (column, type, presence, key, allowed value); warnings what is probably
wrong but could be published; notes what was mended or is worth knowing. `{title}` is the column's Ukrainian label.
"""

from __future__ import annotations

from ternopil_pipelines.findings.code import Code
from ternopil_pipelines.findings.rule_codes import RULE_CODES
from ternopil_pipelines.findings.table_codes import TABLE_CODES
from ternopil_pipelines.findings.text_codes import TEXT_CODES
from ternopil_pipelines.findings.value_codes import VALUE_CODES


def the_rest(count: int, last_row: int) -> str:
    """The message of the finding that stands for the cells past the first thousand."""
    return f"Ще {count} таких клітинок у цьому стовпці (остання — рядок {last_row}); у звіті їх не перелічено."


CLEAN_CODES: dict[str, Code] = {**TABLE_CODES, **VALUE_CODES, **RULE_CODES, **TEXT_CODES}
