"""What the digital department holds: the hotline's appeals, electronic petitions, the list of reports.

An appeal carries no person and no free text of a person, as the law has it; a petition names its (invented) author.
"""

from __future__ import annotations

from datetime import date, timedelta

from ternopil_pipelines.demo.city import (
    COUNCIL,
    COUNCIL_CODE,
    KATOTTG,
    Row,
    chance,
    day,
    moment,
    nobody,
    organisation,
    place,
)

APPEALS, PETITIONS, REPORTS = 20_000, 300, 40

_TOPICS = (
    ("Водопостачання", ("Немає холодної води", "Слабкий тиск води", "Витік води на вулиці"), "water"),
    ("Теплопостачання", ("Не гріють радіатори", "Немає гарячої води"), "heat"),
    ("Електропостачання", ("Немає світла в будинку", "Обірваний провід"), "power"),
    ("Благоустрій", ("Не прибрано тротуар", "Потрібно скосити траву", "Аварійне дерево"), "green"),
    ("Дороги", ("Яма на проїзній частині", "Немає розмітки", "Ожеледиця"), "roads"),
    ("Житловий фонд", ("Протікає дах", "Не працює ліфт", "Не освітлено під’їзд"), "housing"),
    ("Відходи", ("Переповнені контейнери", "Стихійне сміттєзвалище"), "waste"),
    ("Транспорт", ("Порушення графіка руху", "Зламана зупинка"), "bus"),
)
_RESULTS = ("Вирішено позитивно", "Роз’яснено", "Роботи включено до плану", "Відмовлено з поясненням")
_WISHES = (
    ("Благоустрій", "Облаштувати сквер на місці пустиря біля {street}"),
    ("Дороги", "Встановити світлофор на перехресті {street}"),
    ("Дороги", "Відремонтувати тротуар уздовж {street}"),
    ("Освіта", "Відкрити групу подовженого дня в ліцеї на {street}"),
    ("Транспорт", "Продовжити маршрут автобуса до {street}"),
    ("Екологія", "Висадити дерева на {street}"),
    ("Культура", "Облаштувати сцену просто неба на {street}"),
)
_REPORTS = (
    ("Звіт про розгляд запитів на інформацію", "Звіт про запити"),
    ("Звіт про виконання міського бюджету", "Фінансовий звіт"),
    ("Звіт про роботу виконавчих органів ради", "Річний звіт"),
    ("Звіт про виконання програми цифровізації", "Звіт про програму"),
)


def appeals(seed: int) -> list[Row]:
    dice = chance(seed, "appeals")
    rows: list[Row] = []
    for number in range(1, APPEALS + 1):
        topic, subjects, executor_key = dice.choice(_TOPICS)
        executor = organisation(executor_key)
        where = place(dice) if dice.random() < 0.93 else None
        received = moment(dice, day(dice, date(2025, 1, 1)))
        done = dice.random() < 0.9
        rows.append(
            {
                "number": f"ГЛ-{number:06d}",
                "received_at": received,
                "type": dice.choice(("Заява", "Заява", "Скарга", "Пропозиція")),
                "topic": topic,
                "subject": dice.choice(subjects),
                "channel": dice.choice(("Телефон", "Телефон", "Вебсайт", "Чат-бот")),
                "post_code": where.post_code if where else None,
                "street": where.street if where else None,
                "house": where.house if where else None,
                "building": where.building if where else None,
                "status": "Виконано" if done else "У роботі",
                "executor": executor.name,
                "executor_code": executor.code,
                "result": dice.choice(_RESULTS) if done else "Розглядається",
                "updated_at": received + timedelta(hours=dice.randint(1, 160)),
            }
        )
    return rows


def petitions(seed: int) -> list[Row]:
    dice = chance(seed, "petitions")
    rows: list[Row] = []
    for number in range(1, PETITIONS + 1):
        kind, wish = dice.choice(_WISHES)
        begun = day(dice, date(2021, 1, 10), date(2025, 6, 1))
        votes = dice.choice((dice.randint(12, 240), dice.randint(250, 1900)))
        rows.append(
            {
                "uid": f"{begun.isoformat()}-{number:03d}",
                "kind": kind,
                "title": wish.format(street=place(dice).street),
                "url": f"https://petitions.example.gov.ua/{number}",
                "text": None,
                "authorityName": COUNCIL,
                "authorityId": COUNCIL_CODE,
                "authorityCattutc": KATOTTG,
                "startDate": begun.isoformat(),
                "count": str(votes),
                "creator": nobody(dice),
                "status": "З відповіддю" if votes >= 250 else "Не набрала голосів",
                "answerDate": (begun + timedelta(days=dice.randint(92, 115))).isoformat(),
                "answerUrl": f"https://petitions.example.gov.ua/{number}/answer",
                "answerText": None,
            }
        )
    return rows


def reports(seed: int) -> list[Row]:
    dice = chance(seed, "reports")
    publisher = organisation("digital")
    rows: list[Row] = []
    for number in range(1, REPORTS + 1):
        title, kind = _REPORTS[number % len(_REPORTS)]
        year = 2016 + number // len(_REPORTS) if number < REPORTS else 2024
        accepted = day(dice, date(year, 1, 15), date(year, 4, 1)) if dice.random() < 0.8 else None
        issued = (accepted or date(year, 4, 2)) + timedelta(days=dice.randint(1, 12))
        rows.append(
            {
                "uid": f"ЗВ-{year}-{number:03d}",
                "title": f"{title} за {year - 1} рік",
                "acceptedDate": accepted,
                "issuedDate": issued,
                "type": kind,
                "url": f"https://rada.example.gov.ua/reports/{year}/{number}",
                "text": f"zvit-{year}-{number:03d}.pdf",
                "creatorName": dice.choice((publisher.name, organisation("utilities").name)),
                "publisherName": COUNCIL,
                "publisherId": COUNCIL_CODE,
            }
        )
    return rows
