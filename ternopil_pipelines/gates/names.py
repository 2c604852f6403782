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
_END = "(?:ович|йович|євич|евич|ьович|івна|ївна|овна|евна|огли|кизи|Ілліч|Лукич|Кузьмич|Хомич|Яремич|Фомич|Савич|Лукінічна)"
_OBLIQUE = "(?:ович(?:а|у|ем|ів)|йович(?:а|у|ем)|євич(?:а|у|ем)|івн(?:и|і|ою|у)|ївн(?:и|і|ою|у))"
PATRONYMIC = rf"{_CAP}{_LOW}*(?:ович|йович|євич|евич|івна|ївна|овна|евна)|Ілліч|Лукич|Кузьмич|Хомич|Яремич|Фомич|Савич"

# RE2, for whole columns; generous, the readers below are not.
CANDIDATE = (
    r"(?i)(?:ович|йович|євич|евич|івна|ївна|овна|евна|ілліч|лукич|кузьмич|хомич|яремич|фомич|савич)(?:[ауе]м?)?(?:$|[^а-яґєії'’ʼ])"
    r"|(?:івн|ївн)(?:и|і|ою|у)(?:$|[^а-яґєії'’ʼ])| огли| кизи|ovych|yovych|ivna|yivna"
)
INITIALS = (
    rf"(?:^|[^А-Яа-яҐґЄєІіЇї]){_CAP}[А-Яа-яҐґЄєІіЇї'’ʼ`\-]+[\s\x{{A0}}]{_CAP}\.[\s\x{{A0}}]?{_CAP}\."
    rf"|(?:^|[^А-Яа-яҐґЄєІіЇї]){_CAP}\.[\s\x{{A0}}]?{_CAP}\.[\s\x{{A0}}]?{_CAP}[А-Яа-яҐґЄєІіЇї'’ʼ`\-]+"
)

_FULL = (
    re.compile(rf"(?<![А-Яа-яҐґЄєІіЇї])(?:{_WORD}\s+){{1,2}}{_CAP}{_LOW}*{_END}(?![а-яґєії])"),
    re.compile(rf"(?<![А-Яа-яҐґЄєІіЇї])(?:{_WORD}\s+)?{_CAP}{_LOW}*{_END},?\s+{_WORD}"),
    re.compile(rf"(?<![А-Яа-яҐґЄєІіЇї])(?:{_WORD}\s+){{1,2}}{_CAP}{_LOW}*{_OBLIQUE}(?![а-яґєії])"),
    re.compile(rf"(?<![А-Яа-яҐґЄєІіЇї])(?:{_UPPER}\s+){{1,2}}{_CAP}[А-ЯҐЄІЇ'’ʼ]*{_END.upper()}(?![А-ЯҐЄІЇ])"),
    re.compile(rf"(?<![А-Яа-яҐґЄєІіЇї])(?:{_UPPER}\s+)?{_CAP}[А-ЯҐЄІЇ'’ʼ]*{_END.upper()}\s+{_UPPER}"),
    re.compile(rf"(?i)^\s*[а-яґєії'’ʼ`-]{{2,}}\s+[а-яґєії'’ʼ`-]{{2,}}\s+[а-яґєії'’ʼ`]*{_END}\s*$"),
    re.compile(rf"(?i)^\s*[а-яґєії'’ʼ`-]{{2,}}\s+[а-яґєії'’ʼ`]*{_END}\s+[а-яґєії'’ʼ`-]{{2,}}\s*$"),
    re.compile(r"(?i)\b[a-z'-]{2,}\s+[a-z'-]*(?:ovych|yovych|evych|ivna|yivna)\b|\b[a-z'-]*(?:ovych|yovych|ivna|yivna)\s+[a-z'-]{2,}"),
    re.compile(rf"{_WORD}\s+{_WORD}\s+{_WORD}\s+(?:огли|кизи)"),
)  # fmt: skip
_SHORT = (
    re.compile(rf"(?<![А-Яа-яҐґЄєІіЇї.])(?:{_WORD}|{_UPPER}),?[\s\u00a0]{_CAP}\.[\s\u00a0]?{_CAP}\.?(?![А-Яа-яҐґЄєІіЇї])"),
    re.compile(rf"(?<![А-Яа-яҐґЄєІіЇї.]){_CAP}\.[\s\u00a0]?{_CAP}\.[\s\u00a0]?(?:{_WORD}|{_UPPER})"),
)
# A street, a school, a prize: named after somebody, not about somebody.
_AFTER = re.compile(
    r"(?i)(?:\bім\.|імені|вул\.?|вулиц\w*|просп\.?|проспект\w*|пров\.?|провул\w*|бульв\.?|бульвар\w*|пл\.|площ\w*|сквер\w*|парк\w*|узвіз|майдан\w*|"
    r"пам.ят\w*|меморіал\w*|погрудд\w*|бюст\w*|святого|святої)\s*(?:[«\"])?\s*(?:(?:[а-яґєії]+|[А-ЯҐЄІЇ][а-яґєії'’ʼ]+)\s+){0,2}$"
)
# A sole trader's name is his firm's; the number beside it may not be published, the name may.
_TRADER = re.compile(r"(?i)(?:\bфоп|\bспд|фізичн\w+[- ]ос\w+[- ]підприєм\w+|нотаріус\w*|адвокат\w*)[\s«\"(:]*(?:[А-ЯҐЄІЇ][\w'’ʼ-]+\s+)?$")

GIVEN = frozenset(
    """андрій анатолій антон артем артур богдан борис вадим валентин валерій василь віктор віталій владислав володимир
    всеволод в'ячеслав геннадій георгій григорій данило денис дмитро едуард євген євгеній захар зеновій іван ігор ілля йосип
    кирило кость костянтин лев леонід любомир любомир маркіян максим мар'ян матвій микита микола мирон мирослав михайло
    назар назарій нестор олег олександр олексій омелян орест остап павло петро пилип платон роман ростислав руслан
    святослав семен сергій соломон станіслав степан тарас тимофій тимур федір філіп юліан юрій яким яків ярема ярослав
    аліна алла альбіна анастасія ангеліна анжела анна антоніна богдана валентина валерія варвара василина віка вікторія
    віра віталіна владислава галина ганна дарина дарія діана емілія єва євгенія єлизавета жанна зінаїда златослава злата зоряна
    іванна інна ірина карина катерина квітослава кіра клавдія крістіна леся лідія лілія любов людмила маргарита марина
    марія мар'яна марта меланія мирослава надія наталія наталя ніна оксана олександра олена ольга павлина поліна раїса роксолана
    романна руслана світлана соломія софія стефанія таїсія тамара тетяна уляна христина юлія юстина яна ярина ярослава""".split()
)


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
    return re.fullmatch(rf"(?i)\s*(?:{PATRONYMIC})\s*", text) is not None


def is_pair(text: str) -> bool:
    """Name and surname, or surname and name: two words, one of them a common name."""
    words = text.strip().replace("’", "'").replace("ʼ", "'").split()
    if len(words) != 2 or not all(re.fullmatch(rf"(?:{_WORD}|{_UPPER})", each) for each in words):
        return False
    return any(each.lower() in GIVEN for each in words)
