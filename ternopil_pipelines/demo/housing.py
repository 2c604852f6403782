"""What the housing department holds: public toilets, the list of repairs, planned outages, an inventory of trees.

Works and outages lie in the database under the department's own names; toilets and trees are dropped as files.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from ternopil_pipelines.demo.city import AS_OF, Row, chance, day, degrees, moment, organisation, place

TOILETS, WORKS, OUTAGES, TREES = 24, 420, 60, 640

_WORKS = (
    ("Капітальний ремонт покрівлі житлового будинку", "заміна покрівельного покриття та водостоків", 1.9e6),
    ("Поточний ремонт тротуару", "влаштування покриття з бруківки", 4.2e5),
    ("Капітальний ремонт проїзної частини", "фрезерування та укладання асфальтобетону", 6.5e6),
    ("Реконструкція мережі зовнішнього освітлення", "заміна світильників на світлодіодні", 1.1e6),
    ("Утеплення фасаду закладу освіти", "монтаж утеплювача та опоряджувального шару", 3.4e6),
    ("Благоустрій прибудинкової території", "облаштування проїздів і дитячого майданчика", 8.0e5),
)
_SUPPLIERS = ("build_a", "build_b", "build_c")
_SERVICES = (
    ("холодна вода", "Заміна ділянки водопроводу", "water"),
    ("гаряча вода", "Промивання мереж", "heat"),
    ("опалення", "Гідравлічні випробування", "heat"),
    ("електроенергія", "Ремонт трансформаторної підстанції", "power"),
)
_TREES = ("липа серцелиста", "клен гостролистий", "гіркокаштан звичайний", "береза повисла", "ялина звичайна", "дуб")
_PARKS = (
    ("Міський парк імені Тараса Шевченка", 49.5561, 25.5852),
    ("Парк «Топільче»", 49.5419, 25.5853),
    ("Парк Національного відродження", 49.5549, 25.6236),
    ("Парк «Здоров’я»", 49.5456, 25.6253),
)


def toilets(seed: int) -> list[Row]:
    dice = chance(seed, "toilets")
    keeper = organisation("green")
    rows: list[Row] = []
    for number in range(1, TOILETS + 1):
        where = place(dice)
        paid = dice.random() < 0.5
        rows.append(
            {
                "uid": f"ГВ-{number:02d}",
                "organizationName": keeper.name,
                "organizationId": keeper.code,
                "description": dice.choice((None, "модульна", "у приміщенні парку")),
                "type": dice.choice(("Жіноча та чоловіча", "Унісекс")),
                "additinalFacilities": dice.choice((None, "столик для сповивання")),
                "availabilityType": dice.choice(("Пандус і поручні", "Не пристосовано")),
                "price": dice.choice((8.5, 10)) if paid else 0,
                "currencyCode": "UAH",
                "paymentType": dice.choice(("Готівковий", "Готівковий та безготівковий")) if paid else "Безготівковий",
                "openingHours": dice.choice(("Пн-Нд 08:00-20:00", "Пн-Сб 09:00-18:00")),
                "availabilityRestriction": None,
                **where.official(),
                "addressDescription": dice.choice((None, "біля центрального входу до парку")),
                "lat": where.lat,
                "lon": where.lon,
            }
        )
    return rows


def works(seed: int) -> list[Row]:
    dice = chance(seed, "works")
    customer = organisation("utilities")
    rows: list[Row] = []
    for number in range(1, WORKS + 1):
        where = place(dice)
        title, description, usual = dice.choice(_WORKS)
        supplier = organisation(dice.choice(_SUPPLIERS))
        starts = day(dice, date(2023, 3, 1), date(2025, 7, 1))
        planned = round(usual * dice.uniform(0.5, 1.8), 2)
        rows.append(
            {
                "number": f"ТС-{starts.year}-{number:04d}",
                "ocid": f"UA-{(starts - timedelta(days=45)).isoformat()}-{number:06d}-a",
                "title": f"{title}, {where.street}, {where.house}",
                "description": description,
                "customer": customer.name,
                "customer_code": customer.code,
                "supplier": supplier.name,
                "supplier_code": supplier.code,
                "post_code": where.post_code,
                "street": where.street,
                "house": where.house,
                "building": where.building,
                "lat": where.lat,
                "lon": where.lon,
                "planned_cost": planned,
                "actual_cost": round(planned * dice.uniform(0.82, 1.0), 2),
                "starts_on": starts,
                "ends_on": starts + timedelta(days=dice.randint(20, 150)),
                "warranty_years": dice.choice((1, 1.5, 3, 5)),
                "updated_at": moment(dice, day(dice, date(2025, 1, 1))),
            }
        )
    return rows


def outages(seed: int) -> list[Row]:
    dice = chance(seed, "outages")
    rows: list[Row] = []
    for number in range(1, OUTAGES + 1):
        service, reason, provider_key = dice.choice(_SERVICES)
        provider = organisation(provider_key)
        begins = datetime.combine(AS_OF + timedelta(days=dice.randint(-3, 6)), time(dice.randint(8, 13)))
        first = dice.randint(1, 40)
        rows.append(
            {
                "number": f"ВД-{number:04d}",
                "service": service,
                "street": place(dice).street,
                "houses": f"{first}, {first + 2}, {first + 4}",
                "starts_at": begins,
                "ends_at": begins + timedelta(hours=dice.randint(2, 9)),
                "reason": reason,
                "provider": provider.name,
                "provider_code": provider.code,
                "updated_at": moment(dice, AS_OF - timedelta(days=dice.randint(0, 5))),
            }
        )
    return rows


def trees(seed: int) -> list[Row]:
    dice = chance(seed, "trees")
    rows: list[Row] = []
    for number in range(1, TREES + 1):
        park, lat, lon = dice.choice(_PARKS)
        rows.append(
            {
                "number": f"Д-{number:04d}",
                "species": dice.choice(_TREES),
                "park": park,
                "diameter": round(dice.uniform(8, 96), 1),
                "height": round(dice.uniform(3, 27), 1),
                "condition": dice.choice(("добрий", "добрий", "задовільний", "незадовільний")),
                "surveyed": day(dice, date(2025, 5, 5), date(2025, 6, 20)),
                "lat": degrees(lat + dice.uniform(-0.002, 0.002)),
                "lon": degrees(lon + dice.uniform(-0.003, 0.003)),
            }
        )
    return rows
