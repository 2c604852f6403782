import pytest

from ternopil_pipelines.catalogue.structures import structure, structure_names
from ternopil_pipelines.clean.cleaning import clean
from ternopil_pipelines_tests.clean.making import receipt, table

FITTING = {
    "string": "текст",
    "integer": "1",
    "decimal": "1.5",
    "boolean": "true",
    "date": "2024-05-31",
    "dateTime": "2024-05-31T10:00",
    "time": "10:00",
    "anyURL": "https://example.gov.ua/x",
}


@pytest.mark.parametrize("name", structure_names())
def test_a_row_that_fits_an_official_structure_has_no_errors_and_a_blank_one_names_every_demand(name):
    columns = structure(name).columns
    fitting = {column.name: [column.allowed[0] if column.allowed else FITTING[column.type]] for column in columns}
    found = clean(receipt(fitting, workbook=False), table((), structure=name), columns)
    assert not found.refused, [each.message for each in found.findings]
    blank = clean(
        receipt({column.name: [None] for column in columns}, workbook=False), table((), structure=name), columns
    )
    missing = {each.column for each in blank.findings if each.code == "value-missing"}
    assert missing == {column.name for column in columns if column.key or (column.required and not column.null_word)}
