"""What the economy department holds: tariffs for communal services, exported by an old accounting program."""

from __future__ import annotations

from datetime import date, timedelta

from ternopil_pipelines.demo.city import COUNCIL, COUNCIL_CODE, Row, chance, day, organisation

_SERVICES = (
    ("Централізоване водопостачання", "куб. м", "water", 24.5),
    ("Централізоване водовідведення", "куб. м", "water", 18.9),
    ("Постачання теплової енергії", "Гкал", "heat", 1890.0),
    ("Постачання гарячої води", "куб. м", "heat", 109.4),
    ("Поводження з побутовими відходами", "куб. м", "waste", 148.3),
    ("Управління багатоквартирним будинком", "кв. м", "housing", 7.45),
    ("Проїзд у тролейбусі", "поїздка", "trolleybus", 12.0),
)
_CONSUMERS = ("Населення", "Бюджетні установи", "Інші споживачі", None)


def tariffs(seed: int) -> list[Row]:
    dice = chance(seed, "tariffs")
    rows: list[Row] = []
    for service, unit, provider_key, usual in _SERVICES:
        for consumer in _CONSUMERS:
            for past in (True, False):
                number = len(rows) + 1
                provider = organisation(provider_key)
                since = day(dice, date(2021, 1, 1), date(2021, 12, 1)) if past else day(dice, date(2024, 1, 1))
                rows.append(
                    {
                        "uid": f"Т-{number:03d}",
                        "type": service,
                        "consumerType": consumer,
                        "unitAmountValue": round(usual * dice.uniform(0.8, 1.3) * (0.7 if past else 1), 2),
                        "unitAmountCurrency": "UAH",
                        "unitName": unit,
                        "status": "Втратив чинність" if past else "Чинний",
                        "providerName": provider.name,
                        "providerId": provider.code,
                        "validFrom": since,
                        "validThrough": since + timedelta(days=700) if past else None,
                        "legalActType": "Рішення",
                        "legalActTitle": f"Про встановлення тарифу: {service.lower()}",
                        "legalActIssued": since - timedelta(days=20),
                        "legalActNumber": f"{100 + number}",
                        "legalActUrl": f"https://rada.example.gov.ua/decisions/tariffs/{number}",
                        "text": f"rishennia-{100 + number}.docx",
                        "publisherName": f"Виконавчий комітет, {COUNCIL}",
                        "publisherId": COUNCIL_CODE,
                    }
                )
    return rows
