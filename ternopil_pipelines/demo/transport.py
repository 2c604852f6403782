"""What the transport department holds of its traffic: stops, vehicles and where they are (see also `parking`).

Rows carry the official names of columns and are lawful as they stand; how untidy a file looks is `landing`'s.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from ternopil_pipelines.demo.city import (
    AS_OF,
    Row,
    chance,
    day,
    organisation,
    place,
)

STOPS, VEHICLES, POSITIONS = 1100, 140, 96

_LANDMARKS = (
    "Поліклініка", "Школа", "Ринок", "Парк", "Кінотеатр", "Автовокзал", "Залізничний вокзал", "Бібліотека",
    "Церква", "Стадіон", "Гуртожиток", "Площа", "Лікарня", "Універмаг", "Сквер", "Завод", "Кільце", "Дитячий садок",
)  # fmt: skip
_ROUTES = ("1А", "2", "5", "6А", "8", "9", "11", "12", "14", "18", "20", "22", "27", "29", "31", "36")
_MAKES = (
    ("тролейбус", "Електрон", "Т191", 100, 34, True),
    ("тролейбус", "Богдан", "Т70117", 105, 36, True),
    ("тролейбус", "Škoda", "14Tr", 82, 28, False),
    ("автобус", "Богдан", "А09202", 43, 22, False),
    ("автобус", "Еталон", "А08116", 44, 20, False),
    ("автобус", "МАЗ", "203", 101, 30, True),
    ("автобус", "Електрон", "А18501", 100, 32, True),
)


def stops(seed: int) -> list[Row]:
    dice = chance(seed, "stops")
    rows: list[Row] = []
    for number in range(1, STOPS + 1):
        where = place(dice)
        address = where.official()
        del address["addressLocatorBuilding"]  # structure 27 has no such column
        rows.append(
            {
                "uid": f"TR-{number:05d}",
                "code": f"{number:04d}",
                "label": f"{dice.choice(_LANDMARKS)} ({where.street})",
                "description": dice.choice((None, None, "навіс і лава", "електронне табло")),
                "lat": where.lat,
                "lon": where.lon,
                **address,
                "addressDescription": dice.choice((None, "непарна сторона", "парна сторона")),
                "zoneId": "1",
                "url": None,
                "type": 0,
                "parentStation": None,
                "timezone": "Europe/Kyiv",
                "wheelchairBoarding": dice.choice((0, 1, 1, 2)),
            }
        )
    return rows


def _fleet(seed: int) -> list[tuple[str, str, str, tuple[str, str, str, int, int, bool]]]:
    """Board number, route, key of the carrier, make: the same vehicles in both registers."""
    dice = chance(seed, "fleet")
    fleet = []
    for number in range(1, VEHICLES + 1):
        make = dice.choice(_MAKES)
        carrier = "trolleybus" if make[0] == "тролейбус" else dice.choice(("bus", "bus", "carrier"))
        fleet.append((f"{'Т' if make[0] == 'тролейбус' else 'А'}-{number:03d}", dice.choice(_ROUTES), carrier, make))
    return fleet


def vehicles(seed: int) -> list[Row]:
    dice = chance(seed, "vehicles")
    rows: list[Row] = []
    for number, (board, route, carrier, (kind, brand, model, capacity, seats, low)) in enumerate(_fleet(seed), 1):
        agency = organisation(carrier)
        made = dice.randint(2008, 2023)
        since = day(dice, date(made, 1, 15), date(made, 12, 20))
        rows.append(
            {
                "uid": board,
                "vehicleNumber": f"ВО{1000 + number * 13:04d}А{dice.choice('АВЕКМНР')}",
                "vehicleVin": "Y7B" + "".join(dice.choices("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", k=9)) + f"{number:05d}",
                "bodyType": kind,
                "brand": brand,
                "model": model,
                "year": f"{made}-01-01",  # the structure types a year as a date
                "agencyId": agency.code,
                "agencyName": agency.name,
                "routeId": route,
                "status": dice.choice(("Використовується", "Використовується", "На ремонті")),
                "dateFrom": since.isoformat(),
                "dateUntil": since.replace(year=made + 20, day=min(since.day, 28)).isoformat(),
                "capacity": capacity,
                "capacity_seated": seats,
                "capacity_standing": capacity - seats,
                "wheelchairAccessible": 1 if low else 2,
                "isLowFloor": low,
                "bikesAllowed": dice.choice((0, 1, 2)),
            }
        )
    return rows


def positions(seed: int) -> list[Row]:
    dice = chance(seed, "positions")
    at = datetime(AS_OF.year, AS_OF.month, AS_OF.day, 8, 30)
    rows: list[Row] = []
    for board, route, _, make in _fleet(seed)[:POSITIONS]:
        where = place(dice)
        rows.append(
            {
                "vehicle": board,
                "route": route,
                "kind": make[0],
                "lat": where.lat,
                "lon": where.lon,
                "bearing": round(dice.uniform(0, 359), 1),
                "speed": round(dice.uniform(0, 52), 1),
                "observed": (at - timedelta(minutes=dice.randint(0, 3))).strftime("%Y-%m-%dT%H:%M"),
            }
        )
    return rows
