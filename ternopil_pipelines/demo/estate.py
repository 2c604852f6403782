"""What the property and land department keeps in its database: communal buildings and leases of communal land.

Rows carry the department's own column names; the queries of sources.yaml give them the official ones.
Lessees are legal persons only: a lease with a citizen is not published as open data.
"""

from __future__ import annotations

from datetime import date

from ternopil_pipelines.demo.city import Row, chance, day, moment, organisation, place

BUILDINGS, LEASES = 5000, 900

# Класифікатор будівель і споруд НК 018:2023: class, its name, what such objects are called, unit.
_CLASSES = (
    ("1122", "Будинки з трьома та більше квартирами", ("Нежитлове приміщення", "Підвальне приміщення"), "кв. м"),
    ("1220", "Будівлі офісні", ("Адміністративна будівля", "Офісне приміщення"), "кв. м"),
    ("1230", "Будівлі торговельні", ("Магазин", "Павільйон"), "кв. м"),
    ("1242", "Гаражі", ("Гараж", "Бокс для автомобіля"), "кв. м"),
    ("1252", "Резервуари, силоси та склади", ("Склад", "Овочесховище"), "кв. м"),
    ("1263", "Будівлі закладів освіти", ("Ліцей", "Заклад дошкільної освіти", "Навчальний корпус"), "кв. м"),
    ("1264", "Будівлі закладів охорони здоров’я", ("Амбулаторія", "Поліклініка"), "кв. м"),
    ("2112", "Вулиці та дороги", ("Ділянка тротуару", "Проїзд"), "шт"),
)
_HOLDERS = ("housing", "education", "health", "culture", "heat", "water", "roads", "green")
_TENANTS = ("shop_a", "shop_b", "shop_c", "shop_d", "foundation")
_UTILITIES = (
    "електропостачання, централізоване водопостачання, опалення",
    "електропостачання, централізоване водопостачання",
    "електропостачання",
    None,
)
_PURPOSES = (
    ("03.07", "Для будівництва та обслуговування будівель торгівлі", 3.0),
    ("03.10", "Для будівництва та обслуговування адміністративних та офісних будівель", 3.5),
    ("11.02", "Для розміщення та експлуатації будівель підприємств переробної промисловості", 4.0),
    ("12.04", "Для розміщення та експлуатації об’єктів автомобільного транспорту", 3.0),
    ("14.02", "Для розміщення та експлуатації будівель об’єктів передачі електроенергії", 5.0),
)


def buildings(seed: int) -> list[Row]:
    dice = chance(seed, "property-objects")
    rows: list[Row] = []
    for number in range(1, BUILDINGS + 1):
        where = place(dice)
        code, class_name, titles, unit = dice.choice(_CLASSES)
        holder = organisation(dice.choice(_HOLDERS))
        tenant = organisation(dice.choice(_TENANTS)) if dice.random() < 0.22 else None
        registered = dice.random() < 0.7
        since = day(dice, date(2013, 1, 1))
        rows.append(
            {
                "id": f"{holder.code}-{number:05d}",
                "complex": dice.choice((None, None, None, "Майновий комплекс")),
                "title": dice.choice(titles),
                "note": dice.choice((None, None, "вбудоване приміщення першого поверху", "окрема будівля")),
                "balance_holder": holder.name,
                "balance_holder_code": holder.code,
                "tenant": tenant.name if tenant else None,
                "tenant_code": tenant.code if tenant else None,
                "class_code": code,
                "class_name": class_name,
                "unit": unit,
                "area": 1 if unit == "шт" else round(dice.lognormvariate(4.6, 0.9), 1),
                "post_code": where.post_code,
                "street": where.street,
                "house": where.house,
                "building": where.building,
                "part": dice.choice((None, None, "перший поверх", "підвал")),
                "registration": "Зареєстровано" if registered else dice.choice(("Невідомо", "У процесі реєстрації")),
                "registration_number": f"РНМ-{number:06d}" if registered else None,
                "registered_on": since if registered else None,
                "readiness": dice.choice((None, 100, 100, 80)),
                "condition": dice.choice(
                    ("Не потребує ремонту", "Потребує поточного ремонту", "Потребує капітального ремонту", "Невідомо")
                ),
                "utilities": dice.choice(_UTILITIES),
                "updated_at": moment(dice, day(dice, date(2024, 1, 1))),
            }
        )
    return rows


def leases(seed: int) -> list[Row]:
    dice = chance(seed, "land-leases")
    rows: list[Row] = []
    for number in range(1, LEASES + 1):
        tenant = organisation(dice.choice(_TENANTS))
        code, purpose, percent = dice.choice(_PURPOSES)
        area = round(dice.lognormvariate(-2.2, 0.8), 4)
        valuation = round(max(area, 0.0005) * dice.uniform(4_000_000, 9_000_000), 2)
        signed = day(dice, date(2016, 1, 1))
        decided = day(dice, date(signed.year - 1, 1, 10), signed)
        ends = signed.replace(year=signed.year + dice.choice((5, 10, 15)), day=min(signed.day, 28))
        rows.append(
            {
                "cadastral_number": f"6110100000:{dice.randint(1, 12):02d}:{number % 50:03d}:{number:04d}",
                "tenant": tenant.name,
                "tenant_code": tenant.code,
                "valuation": valuation,
                "valued_on": day(dice, date(2019, 1, 1)),
                "purpose_code": code,
                "purpose": purpose,
                "area": max(area, 0.0005),
                "contract_number": f"{number}-з/{signed.year}",
                "signed_on": signed,
                "contract_type": dice.choice(("Оренда", "Оренда", "Оренда", "Суперфіцій")),
                "contract_status": "Чинний" if ends >= date(2025, 10, 1) else "Виконаний",
                "starts_on": signed,
                "ends_on": ends,
                "yearly_rent": round(valuation * percent / 100, 2),
                "rent_percent": percent,
                "rent_note": None,
                "contract_url": f"https://land.example.gov.ua/contracts/{number}",
                "decision_number": f"8/{decided.year - 2015}/{number}",
                "decision_date": decided.isoformat(),  # the structure types it as text
                "decision_url": f"https://rada.example.gov.ua/decisions/{decided.year}/{number}",
                "updated_at": moment(dice, day(dice, date(2024, 1, 1))),
            }
        )
    return rows
