"""Names of people: surname, name and patronymic in any order and letters, initials, and columns of one part each.

The patronymic is what no other Ukrainian word looks like; where it is missing, initials or a list of common names
must help, and only a whole column is believed. Streets and schools named after people, and a ФОП's business name, are
left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

_CAP = "[А-ЯҐЄІЇ]"
_LOW = "[а-яґєії'’ʼ`]"
_WORD = rf"{_CAP}{_LOW}+(?:-{_CAP}{_LOW}+)?"
_UPPER = rf"{_CAP}[А-ЯҐЄІЇ'’ʼ`]+(?:-{_CAP}[А-ЯҐЄІЇ'’ʼ`]+)?"
_SUFFIX = "(?:ович|йович|євич|евич|івна|ївна|овна|евна)"
_RARE = "Ілліч|Лукич|Кузьмич|Хомич|Яремич|Фомич|Савич|Іллівна"
# Two letters of the father's name at least (Янович): Нові Ковна and Верхні Рівні are villages.
_FATHER = rf"(?:{_CAP}{_LOW}+{_SUFFIX}|{_RARE})"
_FATHER_UPPER = rf"(?:{_CAP}[А-ЯҐЄІЇ'’ʼ`]+{_SUFFIX.upper()}|{_RARE.upper()})"
_OBLIQUE = rf"{_CAP}{_LOW}+(?:ович(?:а|у|ем|ів)|йович(?:а|у|ем)|євич(?:а|у|ем)|івн(?:и|і|ою|у)|ївн(?:и|і|ою|у))"
_BEFORE = "(?<![А-Яа-яҐґЄєІіЇї])"
_PLAIN = "[а-яґєії'’ʼ`-]{2,}"

# RE2, for whole columns; generous, the readers below are not.
CANDIDATE = (
    r"(?i)(?:ович|йович|євич|евич|івна|ївна|овна|евна|ілліч|лукич|кузьмич|хомич|яремич|фомич|савич)"
    r"(?:[ауе]м?)?(?:$|[^а-яґєії'’ʼ])|(?:івн|ївн)(?:и|і|ою|у)(?:$|[^а-яґєії'’ʼ])| огли| кизи|ovych|yovych|ivna|yivna"
)
INITIALS = (
    rf"(?:^|[^А-Яа-яҐґЄєІіЇї]){_CAP}[А-Яа-яҐґЄєІіЇї'’ʼ`\-]+[\s\x{{A0}}]{_CAP}\.[\s\x{{A0}}]?{_CAP}\."
    rf"|(?:^|[^А-Яа-яҐґЄєІіЇї]){_CAP}\.[\s\x{{A0}}]?{_CAP}\.[\s\x{{A0}}]?{_CAP}[А-Яа-яҐґЄєІіЇї'’ʼ`\-]+"
)

_FULL = (
    re.compile(rf"{_BEFORE}(?:{_WORD}\s+){{1,2}}{_FATHER}(?![а-яґєії])"),
    re.compile(rf"{_BEFORE}{_FATHER},?\s+{_WORD}"),
    re.compile(rf"{_BEFORE}(?:{_WORD}\s+){{1,2}}{_OBLIQUE}(?![а-яґєії])"),
    re.compile(rf"{_BEFORE}(?:{_UPPER}\s+){{1,2}}{_FATHER_UPPER}(?![А-ЯҐЄІЇ])"),
    re.compile(rf"{_BEFORE}{_FATHER_UPPER},?\s+{_UPPER}"),
    re.compile(rf"{_BEFORE}{_UPPER}\s+{_WORD}\s+{_FATHER}(?![а-яґєії])"),
    re.compile(rf"(?i)^\s*{_PLAIN}\s+(?:{_PLAIN}\s+)?(?:[а-яґєії'’ʼ`]{{2,}}{_SUFFIX}|{_RARE})\s*$"),
    re.compile(rf"(?i)^\s*{_PLAIN}\s+[а-яґєії'’ʼ`]{{2,}}{_SUFFIX}\s+{_PLAIN}\s*$"),
    re.compile(r"(?i)\b[a-z'-]{2,}\s+[a-z'-]*(?:ovych|yovych|evych|ivna|yivna)\b"),
    re.compile(r"(?i)\b[a-z'-]*(?:ovych|yovych|ivna|yivna)\s+[a-z'-]{2,}"),
    re.compile(rf"{_WORD}\s+{_WORD}\s+{_WORD}\s+(?:огли|кизи)"),
)
_SHORT = (
    re.compile(
        rf"(?<![А-Яа-яҐґЄєІіЇї.])(?:{_WORD}|{_UPPER}),?[\s\u00a0]{_CAP}\.[\s\u00a0]?{_CAP}\.?(?![А-Яа-яҐґЄєІіЇї])"
    ),
    re.compile(rf"(?<![А-Яа-яҐґЄєІіЇї.]){_CAP}\.[\s\u00a0]?{_CAP}\.[\s\u00a0]?(?:{_WORD}|{_UPPER})"),
)
# A street, a school, a prize: named after somebody, not about somebody.
_AFTER = re.compile(
    r"(?i)(?:\bім\.|імені|вул\.?|вулиц\w*|просп\.?|проспект\w*|пров\.?|провул\w*|бульв\.?|бульвар\w*|пл\.|площ\w*|"
    r"сквер\w*|парк\w*|узвіз|майдан\w*|пам.ят\w*|меморіал\w*|погрудд\w*|бюст\w*|святого|святої)"
    r"\s*[«\"]?\s*(?:[\w'’ʼ]+\s+){0,2}$"
)
# A sole trader's name is his firm's; the number beside it may not be published, the name may.
_TRADER = re.compile(
    r"(?i)(?:\bфоп|\bфо-п|\bспд(?:[- ]?фо?п?)?|\b[пч]п|приватн\w+ підприєм\w+|фізичн\w+[- ]ос\w+[- ]підприєм\w+|"
    r"нотаріус\w*|адвокат\w*)[\s«\"(:]*(?:[А-ЯҐЄІЇ][\w'’ʼ-]+\s+)?$"
)

_GIVEN = (
    "алла альбіна аліна анастасія анатолій ангеліна андрій анжела анна антон антоніна артем артур богдан богдана "
    "борис в'ячеслав вадим валентин валентина валерій валерія варвара василина василь владислав владислава "
    "володимир всеволод віка віктор вікторія віра віталій віталіна галина ганна геннадій георгій григорій данило "
    "дарина дарія денис дмитро діана едуард емілія жанна захар зеновій злата златослава зоряна зінаїда йосип "
    "карина катерина квітослава кирило клавдія кость костянтин крістіна кіра лев леонід леся любов любомир "
    "людмила лідія лілія максим мар'ян мар'яна маргарита марина маркіян марта марія матвій меланія микита микола "
    "мирон мирослав мирослава михайло надія назар назарій наталя наталія нестор ніна оксана олег олександр "
    "олександра олексій олена ольга омелян орест остап павлина павло петро пилип платон поліна раїса роксолана "
    "роман романна ростислав руслан руслана святослав світлана семен сергій соломон соломія софія станіслав "
    "степан стефанія тамара тарас таїсія тетяна тимофій тимур уляна федір філіп христина юліан юлія юрій юстина "
    "яким яків яна ярема ярина ярослав ярослава єва євген євгеній євгенія єлизавета іван іванна ігор ілля інна "
    "ірина "
)
GIVEN = frozenset(_GIVEN.split())


def full_names(text: str, today: date) -> Iterator[str]:
    for pattern in (*_FULL, *_SHORT):
        for found in pattern.finditer(text):
            if not _excused(text, found.start()):
                yield found.group()
                return


def _excused(text: str, start: int) -> bool:
    before = text[max(0, start - 60) : start]
    return bool(_AFTER.search(before) or _TRADER.search(before))


def is_given(text: str) -> bool:
    return text.strip().lower().replace("’", "'").replace("ʼ", "'") in GIVEN


def is_patronymic(text: str) -> bool:
    return re.fullmatch(rf"(?i)\s*(?:{_FATHER})\s*", text) is not None


def is_pair(text: str) -> bool:
    """Name and surname, or surname and name: two words, one of them a common name."""
    words = text.strip().replace("’", "'").replace("ʼ", "'").split()
    if len(words) != 2 or not all(re.fullmatch(rf"(?:{_WORD}|{_UPPER})", each) for each in words):
        return False
    return any(each.lower() in GIVEN for each in words)
