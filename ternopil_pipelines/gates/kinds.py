"""The kinds of personal data the gate knows, each with its words, its patterns and the headers that announce it.

A kind is data; the readers of cells stand in `identifiers` and `names`, the judgement of a column in `columns`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from ternopil_pipelines.gates import identifiers as ids
from ternopil_pipelines.gates import names


@dataclass(frozen=True, slots=True)
class Kind:
    """`candidate`: RE2, for a whole column. `hits`: what is genuine in one cell. `named`: RE2, the cell itself says
    what the number is, so that one suffices. `header`: a column called so. `under_header`: RE2, what counts in such a
    column even where `candidate` would not believe it.

    `share`: of the filled cells from which a column is a person's (with three different values at least); below it a
    person decides. `single`: what one or two of them in a column are, a remark or a person's decision."""

    name: str
    title: str
    candidate: str
    hits: Callable[[str, date], Iterator[str]]
    header: str
    named: str | None = None
    under_header: str | None = None
    share: float = 0.1
    single: str = "personal-cell"


KINDS: tuple[Kind, ...] = (
    Kind(
        "tax-number",
        "номер платника податків (РНОКПП)",
        ids.TAX,
        ids.tax_numbers,
        r"рнокпп|\bіпн\b|\bінн\b|\bдрфо\b|облікової картки|ідентифікаційний (?:номер|код) (?:фіз|плат)|"
        r"податков\w+ номер|rnokpp|\bipn\b|taxp?a?y?e?r?_?(?:id|number|code)",
        named=ids.TAX_NAMED,
        under_header=r"^\d{10}(?:\.0+)?$",
    ),
    Kind(
        "unzr",
        "номер запису в реєстрі (УНЗР)",
        ids.UNZR,
        ids.unzr,
        r"унзр|unzr|номер запису в",
        single="personal-cells",
    ),
    Kind(
        "passport",
        "серія і номер паспорта",
        ids.PASSPORT,
        ids.passports,
        r"паспорт(?!\w*\s+(?:прив|об|майн|техн))|серія (?:і|та|й) номер|passport|посвідчення особи",
        named=ids.PASSPORT_NAMED,
        under_header=ids.PASSPORT_LATIN,
        share=0.5,
    ),
    Kind(
        "id-card",
        "номер паспорта — ID-картки",
        ids.ID_CARD_NAMED,
        lambda text, today: iter((text,)),
        r"паспорт(?!\w*\s+(?:прив|об|майн|техн))|id[\s_-]?карт|id[\s_-]?card|passport|посвідчення особи",
        named=ids.ID_CARD_NAMED,
        under_header=ids.ID_CARD,
    ),
    Kind(
        "phone",
        "особистий номер телефону",
        ids.PHONE,
        ids.phones,
        r"телефон|\bтел\b|\bмоб|phone|\btel\b|mobile|viber|whatsapp",
        under_header=ids.PHONE_SHORT,
    ),
    Kind(
        "email",
        "особиста електронна адреса",
        ids.EMAIL,
        ids.emails,
        r"e-?mail|пошт\w* адрес|електронн\w+ (?:пошт|адрес)|скринька",
    ),
    Kind("iban", "банківський рахунок особи", ids.IBAN, ids.ibans, r"iban|рахун\w+|р/р", single="personal-cells"),
    Kind(
        "name",
        "прізвище, ім’я, по батькові",
        f"{names.CANDIDATE}|{names.INITIALS}",
        names.full_names,
        r"\bп\.?\s?і\.?\s?б\b|піб|прізвищ|по батькові|(?:^|\W)ім.я (?:та|і|особи|заявник|громадян|власник|дитини)|"
        r"full_?name|sur_?name|last_?name|family_?name|patronym|first_?name|заявник$|громадянин|власник \(фіз",
        share=0.2,
    ),
    Kind(
        "birth-date",
        "дата народження",
        ids.BORN,
        lambda text, today: iter((text,)),
        r"дат\w+ народж|народжен|рік нар|\bд\.?\s?н\.?$|birth|\bdob\b",
        under_header=ids.A_DATE,
    ),
    Kind(
        "plate",
        "номерний знак автомобіля",
        ids.PLATE,
        ids.plates,
        r"номерний знак|держ\w*\.?\s?(?:номер|знак)|реєстраційний номер (?:тз|авто|транспорт)|\bplate",
        share=0.2,
    ),
    Kind(
        "address",
        "адреса з номером квартири",
        ids.FLAT,
        ids.flats,
        r"^(?:№\s*)?(?:номер\s+)?квартир[аи]$|^кв\.?$|^№\s*кв\.?$|apartment|^flat$|"
        r"місце проживання|адреса проживання|домашня адреса",
        under_header=r"^(?:кв\.?\s*|№\s*)?\d{1,4}[а-яА-Я]?$",
    ),
)  # fmt: skip
BY_NAME = {each.name: each for each in KINDS}
# One pass over a column tells whether any of them is there at all; most columns end here.
ANY = "|".join(f"(?:{pattern})" for each in KINDS for pattern in (each.candidate, each.named) if pattern)
