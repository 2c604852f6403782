"""Where cars stand and are charged, as the transport department holds it: parking lots, their operators, stations.

Rows carry the official names of columns and are lawful as they stand; how untidy a file looks is `landing`'s.
"""

from __future__ import annotations

from ternopil_pipelines.demo.city import Row, chance, organisation, phone, place

LOTS, STATIONS = 64, 85


def lots(seed: int) -> list[Row]:
    dice = chance(seed, "parking-lots")
    holder = organisation("parking")
    rows: list[Row] = []
    for number in range(1, LOTS + 1):
        where = place(dice)
        operator = organisation(dice.choice(("parking", "parking", "parking_private", "parking_kyiv")))
        spaces = dice.randint(8, 120)
        rows.append(
            {
                "uid": f"P-{number:03d}",
                "type": dice.choice(("Відведений", "Спеціально обладнаний")),
                **where.official(),
                "addressDescription": dice.choice((None, "вздовж проїзної частини", "біля входу до ринку")),
                "lat": where.lat,
                "lon": where.lon,
                "balanceHolderName": holder.name,
                "balanceHolderId": holder.code,
                "operatorName": operator.name,
                "operatorId": operator.code,
                "openingHours": dice.choice(("Пн-Нд 00:00-23:59", "Пн-Сб 08:00-20:00", "Пн-Пт 09:00-18:00")),
                "lotQuantity": spaces,
                "lotQuantityDisabled": max(1, spaces // 10),
                "area": round(spaces * 12.5, 1),
                "price": dice.choice((10, 15, 20, 12.5)),
                "currencyCode": "UAH",
                "priceDescription": "За одну годину; для осіб з інвалідністю на відведених місцях безоплатно",
                "paymentType": dice.choice(("Безготівковий", "Готівковий та безготівковий")),
                "parkingMeterQuantity": dice.randint(0, 3),
                "mobileParkingUrl": "https://parking.example.gov.ua/pay",
            }
        )
    return rows


def operators(seed: int) -> list[Row]:
    dice = chance(seed, "parking-operators")
    rows: list[Row] = []
    for key in ("parking", "parking_private", "parking_kyiv"):
        operator = organisation(key)
        address = place(dice).official()
        if key == "parking_kyiv":  # a post code which begins with a zero must arrive with it
            address |= {
                "CATUTTC": "UA80000000000093317",
                "addressPostCode": "02094",
                "addressAdminUnitL2": "м. Київ",
                "addressAdminUnitL3": None,
                "addressAdminUnitL4": None,
                "addressPostName": "Київ",
                "addressThoroughfare": "вул. Празька",
            }
        rows.append(
            {
                "id": operator.code,
                "name": operator.name,
                **address,
                "addressLocatorName": dice.choice((None, "офіс 2")),
                "contactPointName": "Приймальня",
                "contactPointEmail": f"{key.replace('_', '-')}@example.gov.ua",
                "contactPointTelephone": phone(dice),
                "contactPointUrl": f"https://{key.replace('_', '-')}.example.gov.ua/contacts",
            }
        )
    return rows


def stations(seed: int) -> list[Row]:
    dice = chance(seed, "charging-stations")
    rows: list[Row] = []
    for number in range(1, STATIONS + 1):
        where = place(dice)
        owner_key = dice.choice(("charge_a", "charge_b"))
        owner = organisation(owner_key)
        address = where.official()
        del address["addressAdminUnitL4"]  # structure 73 has no such column
        rows.append(
            {
                "uid": f"EV-{number:03d}",
                "ownerName": owner.name,
                "ownerId": owner.code,
                "ownerTelephone": "+380352101201" if owner_key == "charge_a" else "+380352101202",
                "ownerEmail": f"{owner_key.replace('_', '-')}@example.gov.ua",
                "workingHours": "Пн-Нд 00:00-23:59",
                "stationAccess": dice.choice(("Вільний", "За застосунком", "Для клієнтів закладу")),
                "connectorsType": dice.choice(
                    ("Type 2, 400 В, 32 А, 22 кВт", "CCS2, 500 В, 125 А, 60 кВт", "CHAdeMO, 500 В, 100 А, 50 кВт")
                ),
                **address,
                "addressDescription": dice.choice((None, "на паркінгу торгового центру")),
                "lat": where.lat,
                "lon": where.lon,
            }
        )
    return rows
