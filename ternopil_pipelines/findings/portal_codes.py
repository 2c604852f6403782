"""Codes about a publication: what a citizen and the national harvester find on the portal, against the last edition.

The first two mean that a citizen does not get what was published; the next run sends it again. No code here quotes a
cell: what differs is named by file, table and key of the passport.
"""

from __future__ import annotations

from ternopil_pipelines.findings.code import Code, error, warning

_AGAIN = (
    "Запустіть набір ще раз: запуск надішле те, чого бракує. Якщо не допоможе, зверніться до адміністратора порталу."
)

PORTAL_CODES: dict[str, Code] = {
    "portal-differs": error(
        "На порталі не те, що в оприлюдненій редакції.",
        "{what}",
        "Файли, таблиці й паспорт оприлюдненої редакції.",
        _AGAIN,
    ),
    "file-unreachable": error(
        "Файл набору не завантажується без пароля.",
        "Файл «{file}» на порталі не завантажується: {answer}.",
        "Файл, який кожен може завантажити.",
        _AGAIN,
    ),
    "passport-incomplete": warning(
        "У паспорті набору на порталі бракує того, що вимагає закон.",
        "У паспорті набору на порталі немає або не так: {keys}.",
        "Повний паспорт набору.",
        "Доповніть опис набору в sources.yaml і запустіть набір ще раз.",
    ),
    "harvest-missing": warning(
        "Запит національного порталу не повертає цей набір.",
        "Запит, яким data.gov.ua забирає набори, не повертає цього набору в оприлюдненій редакції: {what}.",
        "Набір серед відповідей `package_search` без пароля.",
        "Зачекайте кілька хвилин і запустіть перевірку ще раз; якщо не допоможе, адміністратор порталу має "
        "перебудувати пошук.",
    ),
    "publication-stale": warning(
        "Набір не переглядали довше, ніж дозволяє частота оновлення.",
        "Востаннє набір переглядали {looked}; за частоти «{frequency}» дозволено не більше ніж {days} днів.",
        "Оновлення або перегляд у строк.",
        "Надішліть нові дані або запустіть набір.",
    ),
    "never-published": warning(
        "Набір ще не оприлюднено.",
        "Набір ще не оприлюднено.",
        "Оприлюднений набір.",
        "Надішліть дані й запустіть набір; якщо редакція чекає рішення, ухваліть його.",
    ),
    "portal-silent": warning(
        "Портал не відповів, тож перевірити нічого не вдалося.",
        "Портал не відповів: {why}.",
        "Відповідь порталу.",
        "Зачекайте й запустіть перевірку ще раз.",
    ),
}
