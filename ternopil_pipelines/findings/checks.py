"""The catalogue of asset checks: every one, with its words for people and the codes it speaks of.

The orchestration makes them into Dagster's, `docs/checks.md` is written from them. Names are stable: quality points and
alerts refer to them. A check may be red by itself alone; nothing here stops anything.
"""

from __future__ import annotations

from functools import cache

from ternopil_pipelines.findings.change_codes import CHANGE_CODES
from ternopil_pipelines.findings.check import Check, Stage, named, others
from ternopil_pipelines.findings.gate_codes import GATE_CODES
from ternopil_pipelines.findings.receive_codes import RECEIVE_CODES
from ternopil_pipelines.findings.rule_codes import RULE_CODES
from ternopil_pipelines.findings.table_codes import TABLE_CODES
from ternopil_pipelines.findings.text_codes import TEXT_CODES
from ternopil_pipelines.findings.value_codes import VALUE_CODES

_REFUSED = "Таблицю не прийнято, на порталі лишається попередня редакція."
_HELD = "Редакція чекає рішення людини."
_REJECTED = "Редакцію відхилено: рішенням людини її не випустити."
_SPEAKS = "Нічого не зупиняє."
_RESEND = "Оприлюднене не доступне так, як має бути; наступний запуск надсилає ще раз."

_KEYS = ("key-repeated", "value-repeated")
_REQUIRED = ("value-missing", "values-missing", "words-for-nothing", "column-empty")
_DUPLICATES = ("rows-repeated",)
_ALLOWED = ("value-not-allowed", "pattern-broken", "below-minimum", "above-maximum", "spelling-variants")
_LETTERS = ("letters-mixed", "letters-broken", "apostrophes-vary")
_COORDINATES = named(RULE_CODES, "coordinate", "point-")
_CODES = ("code-from-number", "code-exponent", "code-as-date", "codes-uneven")
_TYPES = ("formula-error",)

_ROWS = ("rows-dropped", "rows-grown", "edition-compared")
_EMPTIED = ("column-emptied", "column-thinned", "column-gone", "column-new")
_CHURN = ("keys-replaced",)
_SHIFT = ("column-unlike", "numbers-shifted", "categories-shifted")
_DATES = ("content-older", "content-late")
_REFERENCES = ("reference-broken",)
_FORMULAS = named(GATE_CODES, "formula-")
_PERSONAL = named(GATE_CODES, "personal-")
_RESTRICTED = named(GATE_CODES, "restricted-", "three-part-")
_MODERATION = others(GATE_CODES, tuple(CHANGE_CODES), _FORMULAS, _PERSONAL, _RESTRICTED)

CHECKS: tuple[Check, ...] = (
    Check(
        "reading", "raw", "Файл прочитано цілим",
        "Кодування, аркуш, рядок заголовків, лапки, обрізаний кінець: те, що надійшло, прочитано повністю.",
        _REFUSED, tuple(RECEIVE_CODES),
    ),
    Check(
        "schema", "table", "Стовпці за структурою",
        "Усі стовпці структури є, зайвих і двічі названих немає, рядки є.",
        _REFUSED, others(TABLE_CODES, _KEYS, _REQUIRED, _DUPLICATES),
    ),
    Check(
        "types", "table", "Значення свого типу",
        "Числа, дати, час, так/ні та посилання записано так, що їх можна прочитати однозначно.",
        _REFUSED, (*others(VALUE_CODES, _ALLOWED), *_TYPES),
    ),
    Check(
        "required", "table", "Обов’язкове заповнено",
        "В обов’язкових стовпцях немає порожніх клітинок; риски замість значень і прогалини названо.",
        _REFUSED, _REQUIRED,
    ),
    Check(
        "allowed_values", "table", "Дозволені значення",
        "Значення з переліку, за зразком і в межах, кожне в одному написанні.",
        _REFUSED, _ALLOWED,
    ),
    Check("keys", "table", "Ключі неповторні", "Ключ кожного рядка свій; неповторне не повторюється.", _REFUSED, _KEYS),
    Check(
        "duplicates", "table", "Рядки не повторюються",
        "Немає рядків, що збігаються в усіх клітинках (де є ключ, повторення називає перевірка ключів).",
        _SPEAKS, _DUPLICATES,
    ),
    Check(
        "coordinates", "table", "Координати на місці",
        "Широта й довгота є, не переплутані, точка лежить у межах громади (`city.bounds`), знаків після крапки досить.",
        _REFUSED, _COORDINATES,
    ),
    Check(
        "codes", "table", "Коди й реквізити",
        "ЄДРПОУ, КАТОТТГ, поштовий індекс, телефон, кадастровий номер, ocid та інші мають свій вигляд; нулі не зникли.",
        _REFUSED, (*others(RULE_CODES, _COORDINATES), *_CODES),
    ),
    Check(
        "letters", "table", "Літери однієї абетки",
        "У словах немає латинських літер, схожих на кирилицю, і слідів невдалого перекодування.",
        _SPEAKS, _LETTERS,
    ),
    Check(
        "plausibility", "table", "Правдоподібність",
        "Кінець не раніше за початок, рік можливий, суми не нульові, у тексті немає розмітки.",
        _SPEAKS, others(TEXT_CODES, _REQUIRED, _ALLOWED, _LETTERS, _CODES, _TYPES),
    ),
    Check(
        "references", "edition", "Таблиці набору сходяться",
        "Кожне посилання на запис іншої таблиці знаходить його: час — рейс і зупинку, рейс — маршрут і календар.",
        _HELD, _REFERENCES, ("references",),
    ),
    Check(
        "content_date", "edition", "Дані свіжі всередині",
        "Найновіша дата в самих даних не старша, ніж обіцяє частота оновлення, і не старша за оприлюднену.",
        _HELD, _DATES, ("content_age",),
    ),
    Check(
        "rows", "edition", "Рядків не менше",
        "Кількість рядків проти останньої оприлюдненої редакції; порівняння лишається доказом.",
        _HELD, _ROWS, ("rows_drop", "rows_growth"),
    ),
    Check(
        "emptied_columns", "edition", "Стовпці не спорожніли",
        "Стовпці оприлюдненої редакції на місці й так само заповнені.",
        _HELD, _EMPTIED, ("values_lost",),
    ),
    Check(
        "key_churn", "edition", "Ті самі записи",
        "Більшість ідентифікаторів оприлюдненої редакції лишилася.",
        _HELD, _CHURN, ("keys_replaced",),
    ),
    Check(
        "distribution", "edition", "Розподіл значень",
        "Числа того самого порядку, частки значень приблизно ті самі, значення того самого вигляду.",
        _HELD, _SHIFT, ("shift",),
    ),
    Check(
        "right_file", "edition", "Файл саме цього набору",
        "Не чужий і не старий файл, не два склеєні; значення у своїх стовпцях і рядках, літери не втрачено.",
        _HELD, others(CHANGE_CODES, _ROWS, _EMPTIED, _CHURN, _SHIFT, _DATES, _REFERENCES),
    ),
    Check(
        "three_part_test", "edition", "Трискладовий тест",
        "Нічого, що обмежив трискладовий тест, у редакції немає; строки перегляду не минули.",
        _REJECTED, _RESTRICTED,
    ),
    Check(
        "personal_data", "edition", "Персональні дані",
        "Персональних даних без законної підстави немає: у клітинках, назвах, описі, властивостях книги, на прихованих "
        "аркушах.",
        _REJECTED, _PERSONAL,
    ),
    Check(
        "formulas", "edition", "Без формул у тексті",
        "Жодна клітинка не стане формулою в програмі таблиць.",
        _HELD, _FORMULAS,
    ),
    Check(
        "moderation", "edition", "Рішення людини",
        "Якщо набір за правилом модерації потребує рішення людини, його ухвалено.",
        _HELD, _MODERATION,
    ),
    Check(
        "freshness", "publication", "Переглянуто вчасно",
        "Набір оновлено або переглянуто не пізніше, ніж вимагає частота оновлення.",
        _SPEAKS, ("publication-stale", "never-published"),
    ),
    Check(
        "portal_equals_edition", "publication", "Портал дорівнює редакції",
        "Файли, таблиці й паспорт на порталі — саме ті, що в оприлюдненій редакції.",
        _RESEND, ("portal-differs", "portal-silent"),
    ),
    Check(
        "files_reachable", "publication", "Файли завантажуються",
        "Кожен файл набору завантажується без пароля й має свою довжину.",
        _RESEND, ("file-unreachable",),
    ),
    Check(
        "passport_complete", "publication", "Паспорт повний",
        "Портал показує паспорт набору повністю: мету, частоту, мову, ключові слова, ліцензію, відповідальну особу, "
        "розпорядника з кодом, формати, структуру.",
        _SPEAKS, ("passport-incomplete",),
    ),
    Check(
        "harvest", "publication", "Національний портал забере",
        "Запит, яким data.gov.ua забирає набори, повертає цей набір в оприлюдненій редакції.",
        _SPEAKS, ("harvest-missing",),
    ),
    Check(
        "decided_in_time", "waiting", "Рішення ухвалено вчасно",
        "Жодна редакція не чекає рішення людини довше за строк нагадування.",
        _SPEAKS, (),
    ),
)  # fmt: skip


@cache
def checks_of(stage: Stage) -> tuple[Check, ...]:
    return tuple(each for each in CHECKS if each.stage == stage)


@cache
def check_of(code: str) -> Check:
    """The check that speaks of a code."""
    return next(each for each in CHECKS if code in each.codes)
