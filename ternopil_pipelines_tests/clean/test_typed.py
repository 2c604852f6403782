import pandas as pd

from ternopil_pipelines.catalogue.columns import Column
from ternopil_pipelines.clean.schema import schema
from ternopil_pipelines.clean.typed import typed

KINDS = ("string", "integer", "decimal", "boolean", "date", "dateTime", "time", "anyURL")
COLUMNS = tuple(Column(name=kind, type=kind) for kind in KINDS)
TEXT = pd.DataFrame(
    {
        "string": ["007", None],
        "integer": ["12", None],
        "decimal": ["1250.10", None],
        "boolean": ["true", None],
        "date": ["2021-03-15", None],
        "dateTime": ["2021-03-15T10:45", "2021-03-15T10:45:07"],
        "time": ["08:30", None],
        "anyURL": ["https://a.ua", None],
    }
).astype("str")


def test_canonical_text_becomes_values_of_the_declared_types():
    table = typed(TEXT, COLUMNS)
    assert {name: str(dtype) for name, dtype in table.dtypes.items()} == {
        "string": "str",
        "integer": "Int64",
        "decimal": "Float64",
        "boolean": "boolean",
        "date": "datetime64[s]",
        "dateTime": "datetime64[s]",
        "time": "str",
        "anyURL": "str",
    }
    assert table["decimal"][0] == 1250.1
    assert table["dateTime"][1] == pd.Timestamp("2021-03-15T10:45:07")
    assert table.drop(columns="dateTime").isna().sum(axis=1).tolist() == [0, 7]


def test_an_empty_table_has_the_same_types():
    assert typed(TEXT.iloc[:0], COLUMNS).dtypes.to_dict() == typed(TEXT, COLUMNS).dtypes.to_dict()


def test_the_schema_accepts_the_types_it_declares():
    schema(COLUMNS).validate(typed(TEXT, COLUMNS), lazy=True)
