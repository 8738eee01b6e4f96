"""Values as people write them in twelve scripts, by patterns alone, with near misses beside hits."""

from __future__ import annotations

import pytest

from benchmarks.patterns.world import LANGUAGES, cells, near_misses
from benchmarks.patterns.world.__main__ import found
from relay.detect.regions import regions_near
from relay.detect.taxonomy import describe
from tests.support import patterns_only

# A third of the matrix: every kind, language and carrier is in it.
SAMPLE = [cell for place, cell in enumerate(cells()) if place % 3 == 0]
_LEAST = 0.95


def find(text: str) -> list[tuple[str, str]]:
    spans = patterns_only().find(text)
    return [(text[span.start : span.end], span.entity_type) for span in spans if describe(span.entity_type).default]


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_the_matrix_nearly_all_is_found(language: str) -> None:
    """At least 95 of 100 values, whole, in each language."""
    rows = [cell for cell in SAMPLE if cell.language == language]
    missed = [f"{cell.kind} {cell.carrier}" for cell in rows if not found(cell)]
    assert len(missed) <= len(rows) * (1 - _LEAST), missed


@pytest.mark.parametrize("text", near_misses())
def test_near_misses_in_the_same_languages(text: str) -> None:
    """Orders, amounts, dates, versions and words of labels without a value."""
    assert find(text) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("我今天刚到北京13812345678明天下午再说", "13812345678"),
        ("臺北0912345678請回覆", "0912345678"),
        ("明日09012345678までお願いします", "09012345678"),
        ("내일 01023456789로 부탁드립니다", "01023456789"),
        ("พรุ่งนี้0816647723ได้เลย", "0816647723"),
        ("Завтра буду, 8-916-123-45-67 если что", "8-916-123-45-67"),
        ("Завтра 067 123 45 67 якщо що, їдьмо", "067 123 45 67"),
        ("Ертең 8 701 123 45 67 қоңырау шал", "8 701 123 45 67"),
        ("मैं कल आऊँगा, 98765-43210 पर बात करेंगे", "98765-43210"),
        ("سأكون هناك غدا، 0501234567 إذا احتجت شيئا", "0501234567"),
        ("فردا می‌آیم ۰۹۱۲ ۱۲۳ ۴۵۶۷ اگر لازم شد", "۰۹۱۲ ۱۲۳ ۴۵۶۷"),
        ("Θα είμαι εκεί αύριο, 6912345678 αν χρειαστεί", "6912345678"),
        ("ხვალ მოვალ, 599 12 34 56 თუ დაგჭირდათ", "599 12 34 56"),
        ("Վաղը կգամ, 091 12 34 56 եթե պետք է", "091 12 34 56"),
        ("Yarın geliyorum, 05321234567 gerekirse ararsın, işte", "05321234567"),
        ("Chiều mai tôi sẽ đến 0912345678 nếu cần", "0912345678"),
        # near misses
        ("订单号13911351197，谢谢", ""),
        ("id=13812345678 # 用户", ""),
        ("в файле 89161234567 байт", ""),
        ("за 9 123 456 789 рублей", ""),
        ("ISBN 978-7-111-54493-7 这本书", ""),
        ("total 13812345678 rows", ""),
    ],
)
def test_telephone_numbers_without_a_label(text: str, number: str) -> None:
    """The letters around a number say of which country it is."""
    assert [value for value, kind in find(text) if kind == "PHONE_NUMBER"] == ([number] if number else [])


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("我的住址是北京市朝阳区建国路88号3号楼2单元1201室请记下", "北京市朝阳区建国路88号3号楼2单元1201室"),
        ("台北市信義區信義路五段7號12樓之1", "台北市信義區信義路五段7號12樓之1"),
        ("住所は東京都千代田区丸の内1丁目9番2号です", "東京都千代田区丸の内1丁目9番2号"),
        ("서울특별시 강남구 테헤란로 152, 101동 1203호로", "서울특별시 강남구 테헤란로 152, 101동 1203호"),
        ("บ้านเลขที่ 45 ถ.พหลโยธิน ต.คลองหนึ่ง 12120", "บ้านเลขที่ 45 ถ.พหลโยธิน ต.คลองหนึ่ง 12120"),
        ("живу: ул. Тверская, д. 12, корп. 3, кв. 45, звоните", "ул. Тверская, д. 12, корп. 3, кв. 45"),
        ("вул. Хрещатик, буд. 22, кв. 5", "вул. Хрещатик, буд. 22, кв. 5"),
        ("ул. „Граф Игнатиев“ № 12, вх. Б, ет. 3, ап. 7", "ул. „Граф Игнатиев“ № 12, вх. Б, ет. 3, ап. 7"),
        ("أسكن في شارع الملك فهد، حي العليا، مبنى 12، شقة 5 وشكرا", "شارع الملك فهد، حي العليا، مبنى 12، شقة 5"),
        ("خیابان ولیعصر، کوچه بهار، پلاک ۱۲، واحد ۳", "خیابان ولیعصر، کوچه بهار، پلاک ۱۲، واحد ۳"),
        ("אני גר ברחוב הרצל 42 דירה 7", "ברחוב הרצל 42 דירה 7"),
        ("मकान नंबर 42, गली नंबर 5, लक्ष्मी नगर, दिल्ली 110092", "मकान नंबर 42, गली नंबर 5, लक्ष्मी नगर, दिल्ली 110092"),
        ("Οδός Ερμού 25, Αθήνα 105 63", "Οδός Ερμού 25, Αθήνα 105 63"),
        ("რუსთაველის გამზირი 12, ბინა 5", "რუსთაველის გამზირი 12, ბინა 5"),
        ("Cumhuriyet Cad. Lale Sok. No: 12 D: 5 geldim", "Cumhuriyet Cad. Lale Sok. No: 12 D: 5"),
        ("mieszkam przy ul. Jana Pawła II 23 m. 5 w Krakowie", "ul. Jana Pawła II 23 m. 5"),
        ("123/45 đường Nguyễn Trãi, phường 7, quận 5", "123/45 đường Nguyễn Trãi, phường 7, quận 5"),
        ("Jl. Sudirman No. 45 RT 03/RW 05", "Jl. Sudirman No. 45 RT 03/RW 05"),
        # near misses
        ("오늘 서울로 3시에 출발했고 학교로 2명이 갔다", ""),
        ("на улице было 12 человек, в доме 5 этажей", ""),
        ("「交響曲第1番ニ長調」は1881年に初演", ""),
        ("เมื่อวันที่ 1 ต.ค. เวลา 14.30 น.", ""),
    ],
)
def test_streets_in_the_order_of_a_country(text: str, address: str) -> None:
    """From the street to the last part that is a word of addresses, and no word of the sentence around it."""
    assert [value for value, kind in find(text) if kind == "STREET_ADDRESS"] == ([address] if address else [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CNIC 42201-1234567-3", ("42201-1234567-3", "NATIONAL_ID")),
        ("公司 91350100M000100Y43 已注册", ("91350100M000100Y43", "TAX_ID")),
        ("公司 91350100M000100Y44 已注册", None),
        ("RIF V-11470283-4", ("V-11470283-4", "TAX_ID")),
        ("국민은행 482102-04-123456 으로", ("482102-04-123456", "BANK_ACCOUNT")),
        ("普通 1234567 に振込", ("1234567", "BANK_ACCOUNT")),
        ("перевод на 40817810099910004312", ("40817810099910004312", "BANK_ACCOUNT")),
        ("pay maria.k@okaxis please", ("maria.k@okaxis", "BANK_ACCOUNT")),
        ("order 2208162517 and 7000012050002", None),
        ("车牌京A·12F45", ("京A·12F45", "LICENSE_PLATE")),
        ("А123ВС77 припаркован", ("А123ВС77", "LICENSE_PLATE")),
        ("номер ГОСТ 123 ВС", None),
        ("วันเกิด 7 มีนาคม พ.ศ. 2527", ("7 มีนาคม พ.ศ. 2527", "DATE_OF_BIRTH")),
        ("تاریخ تولد: ۱۳۶۳/۱۲/۱۶", ("۱۳۶۳/۱۲/۱۶", "DATE_OF_BIRTH")),
        ("出生日期：民國73年3月7日", ("民國73年3月7日", "DATE_OF_BIRTH")),
        ("заседание 7 марта 2024 г.", None),
        ("numer paszportu: AB1234567", ("AB1234567", "PASSPORT")),
        ("ehliyet no: 482133", ("482133", "DRIVER_LICENSE")),
        ("nomor_rekening = 1234567890", ("1234567890", "BANK_ACCOUNT")),
        ("rekening 2024", None),
    ],
)
def test_numbers_dates_and_plates(text: str, expected: tuple[str, str] | None) -> None:
    """By their form, their check digit or their label."""
    assert find(text) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("明日 X まで", "JP"),
        ("明天 X 见", "CN"),
        ("내일 X", "KR"),
        ("завтра X, їдьмо", "UA"),
        ("فردا می‌آیم X", "IR"),
        ("غدا X", "EG"),
        ("yarın X", "TR"),
        ("tomorrow X", ""),
        ("明天\ntomorrow X", ""),  # another line, and this one has letters
        ("明天\nX", "CN"),
    ],
)
def test_regions(text: str, first: str) -> None:
    """The letters of the line decide, or those of the line above where it has none."""
    start = text.index("X")
    assert next(iter(regions_near(text, start, start + 1)), "") == first
