"""Names for stand-ins, by script and gender, and what a real first name shows of its owner's gender.

The pools are common first and last names in invented pairs. The gender table holds the most frequent unambiguous first
names of the languages relay knows best; a name it does not hold shows nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

__all__ = [
    "FAMILY_HAN",
    "FAMILY_HANGUL",
    "FAMILY_HAN_LONG",
    "FEMALE",
    "HONORIFIC_GENDER",
    "MALE",
    "NEUTRAL",
    "POOLS",
    "NamePool",
    "Script",
    "gender_of",
    "script_of",
]


class Script(Enum):
    """The writing systems that have a pool."""

    LATIN = auto()
    CYRILLIC = auto()
    GREEK = auto()
    ARABIC = auto()
    HEBREW = auto()
    HAN = auto()
    HANGUL = auto()


@dataclass(frozen=True, slots=True)
class NamePool:
    """First and last names of one script."""

    firsts: tuple[str, ...]
    lasts: tuple[str, ...]


def _table(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FEMALE: Final = _table(
    "Laura Nadia Helen Irene Clara Paula Diana Sylvia Monica Teresa Vera Lydia Cecilia Beatrice Marlene Ingrid "
    "Rosalind Amelia Daphne Estelle Fiona Gloria Harriet Isobel Joanna Katrina Lorraine Miriam Nora Odette Petra"
)
MALE: Final = _table(
    "Victor Hugo Simon Oscar Felix Martin Adrian Julian Leonard Conrad Edmund Gerard Harold Ivan Jerome Kenneth "
    "Lawrence Malcolm Nigel Otto Percy Quentin Roland Stephen Tobias Ulrich Vincent Walter Xavier Yorick Zachary"
)
NEUTRAL: Final = _table(
    "Alex Robin Sam Taylor Jordan Casey Morgan Riley Quinn Avery Rowan Sasha Kim Jamie Dana Kerry Lee Terry Jesse "
    "Frankie Charlie Drew Ellis Finley Harper Kendall Logan Marley Noel Parker Reese"
)
_LASTS = _table(
    "Bennett Carver Dalton Ellison Fairbank Garland Holloway Ingram Jarvis Kendrick Langley Merton Norwood Oakley "
    "Pemberton Quigley Ridley Stanton Thorne Underhill Vickers Wexford Yardley Zeller Aldridge Barlow Colby Denholm "
    "Everard Farrow Goddard Hartwell Ives Kirby Lockwood Marsden Nettles Osgood Prescott Radley Selwyn Tilford Upton "
    "Venner Winslow Ashby Birch"
)
POOLS: Final = {
    Script.LATIN: NamePool(NEUTRAL, _LASTS),
    Script.CYRILLIC: NamePool(
        _table("Саша Женя Валя Слава Миша Юра Толя Вера Нина Лида Галя Тоня Рая Зоя Майя Рита Ира"),
        _table("Кравец Бондарь Шевчук Ткач Мороз Коваль Гончар Швец Литвин Бойко Савчук Лисица Жук Чайка Довбуш Зима"),
    ),
    Script.GREEK: NamePool(
        _table("Νίκη Ελένη Άρης Ηρώ Φαίη Λίνα Ορέστης Μίλτος Δάφνη Ίρις Στέλιος Ζωή Θάλεια"),
        _table("Βλάχος Καρράς Λάσκαρης Μάνος Ράλλης Σάββας Τζώρτζης Φωκάς Χατζής Ψαρράς Κομνηνός"),
    ),
    Script.ARABIC: NamePool(
        _table("نور صباح جهاد نضال وسام رجاء إحسان ضياء سلام كرم هيثم رنا لبنى"),
        _table("النجار الحداد الخياط الصباغ العطار البناء الطحان القصاب الفران السقا الدباغ"),
    ),
    Script.HEBREW: NamePool(
        _table("נועם טל שחר עדי ליאור רוני יובל חן אור גל שיר עומר אביב"),
        _table("אלון ברק גולן דגן הראל זמיר חרמון טנא ירדן כרמל לביא"),
    ),
    Script.HAN: NamePool(
        _table("文清 子安 雨晨 一凡 思远 嘉宁 晓明 若水 天佑 景行 书云 知行 乐平"),
        _table("林 周 何 郭 罗 梁 宋 唐 许 邓 韩 冯 曹"),
    ),
    Script.HANGUL: NamePool(
        _table("지우 서연 하준 민서 도윤 수아 은우 예린 시온 가람 다온 나래 해솔"),
        _table("김 이 박 최 정 강 조 윤 장 임 한 오 서"),
    ),
}

# Frequent family names that begin no frequent Japanese one; most names of three signs that begin so are taken apart
# rightly. Those of two signs (Chinese) have at least one more behind them.
FAMILY_HAN: Final = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何罗郑谢宋许韩冯邓曹彭肖萧蔡潘袁于董余苏叶吕魏蒋杜沈姜范傅钟卢汪戴崔陆廖姚邱谭韦贾邹孟阎薛侯雷龙段郝"
    "孔邵钱严張劉陳楊趙孫鄭謝許韓馮鄧蕭葉呂蔣鍾盧譚"
)
FAMILY_HAN_LONG: Final = frozenset(_table("欧阳 歐陽 司马 司馬 诸葛 諸葛 上官 司徒 皇甫 尉迟 慕容 公孙 公孫 令狐"))
FAMILY_HANGUL: Final = frozenset(
    "김이박최정강조윤장임한오서신권황안송류유홍전고문손양배백허남심노하곽성차주우구민진나지엄원천방공현함변염석선설마길연위표명기반왕금옥육인맹제모탁국어"
)

HONORIFIC_GENDER: Final = {
    **dict.fromkeys(_table("mr herr signor monsieur señor sr sir lord senhor"), "m"),
    **dict.fromkeys(_table("mrs ms miss frau signora mme madame mlle señora sra srta lady dame senhora pani"), "f"),
    **dict.fromkeys(_table("dr prof professor mx rev judge capt col"), ""),
}
_SHOWN = {
    **dict.fromkeys(
        _table(
            "maria mary anna ann anne emma olivia sophia sophie isabella mia charlotte amelia emily elizabeth sofia "
            "grace victoria sarah laura julia jane lucy alice eva hannah lisa susan karen nancy linda barbara patricia "
            "jennifer jessica ashley margaret sandra donna carol ruth sharon michelle kimberly deborah dorothy amy "
            "angela melissa rebecca stephanie catherine katherine christine martha helen diana carmen rosa lucia elena "
            "ana marta claudia monica silvia giulia francesca chiara petra ingrid ursula monika sabine heike birgit "
            "camille chloé chloe marie louise zoe zoë fatima aisha priya yuki ingeborg astrid katarzyna agnieszka"
        ),
        "f",
    ),
    **dict.fromkeys(
        _table(
            "james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony "
            "mark donald steven paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan "
            "jacob gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory frank "
            "alexander raymond patrick jack dennis jerry peter henry oliver harry noah liam juan jose josé luis carlos "
            "jorge miguel pedro antonio francisco diego giovanni giuseppe marco luca hans klaus jürgen wolfgang stefan "
            "pierre jean michel françois louis mohammed muhammad ahmed ali omar raj hiroshi kenji lars sven björn piotr"
        ),
        "m",
    ),
}
_RANGES = (
    (Script.CYRILLIC, re.compile("[\u0400-\u052f]")),
    (Script.GREEK, re.compile("[\u0370-\u03ff\u1f00-\u1fff]")),
    (Script.ARABIC, re.compile("[\u0600-\u06ff]")),
    (Script.HEBREW, re.compile("[\u0590-\u05ff]")),
    (Script.HANGUL, re.compile("[\uac00-\ud7a3]")),
    (Script.HAN, re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")),
    (Script.LATIN, re.compile("[A-Za-z\u00c0-\u024f]")),
)
_OTHER_LETTERS = re.compile("[\u0530-\u058f\u0700-\u1eff\u3040-\u30ff]")


def gender_of(first_name: str) -> str:
    """Return "f" or "m" when a first name in lower case shows it, else ""."""
    return _SHOWN.get(first_name, "")


def script_of(value: str) -> Script | None:
    """Return the one script that a name is written in; None for mixed scripts and those without a pool."""
    found = [script for script, letters in _RANGES if letters.search(value)]
    if len(found) != 1 or _OTHER_LETTERS.search(value):
        return None
    return found[0]
