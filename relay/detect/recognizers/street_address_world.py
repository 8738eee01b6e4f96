"""Street addresses in the order and with the words of forty countries: `建国路88号`, `ул. Тверская, д. 12`,"
" `Jl. Melati No. 5`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.detect.rules import PatternRule, RuleRecognizer
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "WorldAddressRecognizer"]

# The scan sees letters beyond Latin-1 as question marks.
_NUMBER_BEHIND = r"[?][^0-9A-Za-z\n]{0,3}\d"
_NUMBER_BEFORE = r"\d[^0-9A-Za-z\n]{0,2}[?]"
_HAN = "\u4e00-\u9fff"
_KANA = "\u3005\u3040-\u30ff"
_NUM = r"\d{1,5}(?:[-/\u2013]\d{1,4}){0,3}"


def _rows(*words: str) -> str:
    return "|".join(word for row in words for word in row.split())


_CHINESE = (
    rf"[{_HAN}]{{2,24}}(?<=[路街道巷弄里段村园苑城区區屯组組])\d{{1,5}}(?:[-之]\d{{1,4}})?(?:号楼|號樓|号院|号|號|弄"
    rf"|巷|栋|幢|座)"
    rf"|[{_HAN}]{{2,24}}(?<=小区|花园|大厦|公寓|家园|新村|社区|大樓)\d{{1,4}}(?:号楼|號樓|栋|幢|座|楼|樓|号|號)"
)
_CHINESE_PART = (
    r"[ ,，]?(?:\d{1,5}(?:[-之]\d{1,4})?|[A-Z]\d{0,4}|[一二三四五六七八九十]{1,3})"
    r"(?:号楼|號樓|号院|栋|幢|座|单元|單元|楼|樓|层|層|室|户|戶|房|号|號|弄|巷|门)|之\d{1,3}(?!\d)"
)
_JAPANESE_HEAD = rf"(?:〒?\d{{3}}-\d{{4}}[ \u3000]?)?[{_HAN}{_KANA}]{{2,28}}"
_JAPANESE = (
    rf"{_JAPANESE_HEAD}(?:\d{{1,3}}"
    rf"|(?<=[一二三四五六七八九十]))丁目(?:[ ]?\d{{1,4}}番(?:地(?:の\d{{1,4}})?)?(?:[ ]?\d{{1,4}}号)?"
    r"|[ ]?\d{1,4}(?:[-の]\d{1,4}){0,2})?"
    rf"|{_JAPANESE_HEAD}\d{{1,5}}番(?:地(?:の?\d{{1,4}})?|\d{{1,4}}号)"
    rf"|(?=(?:〒?\d{{3}}-\d{{4}}[ \u3000]?)?[{_HAN}]{{2,8}}[都道府県市区町村郡](?!是)){_JAPANESE_HEAD}\d{{1,4}}"
    rf"(?:-\d{{1,4}}){{1,3}}(?![-\d])"
)
_JAPANESE_PART = (
    rf"[ \u3000]?[{_HAN}{_KANA}]{{2,20}}[ \u3000]?\d{{1,4}}(?:号室|号|階|F|室)|[ \u3000]?\d{{1,4}}(?:号室|階|室)"
)
_KOREAN = (
    r"(?:[가-힣]{1,7}(?:시|도)[ ]?)?(?:[가-힣]{1,5}(?:시|군|구)[ ]){1,2}(?:[가-힣]{1,5}(?:읍|면|동|리)[ ]){0,2}"
    r"(?:[가-힣\d.]{1,12}(?:로|길)[ ]?(?:\d{1,3}번?[가-힣]?길[ ]?)?\d{1,4}(?:-\d{1,4})?|\d{1,4}(?:-\d{1,4}"
    r"|번지)(?:번지)?)(?![\d시명개일월년원분번째가%])"
    r"|[가-힣\d.]{1,12}(?:대로|로|길)[ ]?\d{1,3}번길[ ]?\d{1,4}(?:-\d{1,4})?"
    r"|[가-힣\d]{1,10}(?:로|길|동|리)[ ]\d{1,4}(?:-\d{1,4})?(?=,?[ ]?(?:\([가-힣]{1,6}동|\d{1,4}동[ ]?\d{1,5}호"
    r"|\d{1,5}호|번지))"
)
_KOREAN_PART = (
    r"[ ]?\([가-힣\d, ]{2,24}\)|,?[ ]?(?:[가-힣A-Za-z]{2,12}(?:아파트|빌라|빌딩|타워|오피스텔|맨션)|[A-Z]?\d{1,4}동"
    r"|[A-Z]?\d{1,5}호|\d{1,2}층|번지)"
)
_THAI_WORDS = "หมู่บ้าน|หมู่ที่|หมู่|ม\\.|ซอย|ซ\\.|ตรอก|ถนน|ถ\\.|แขวง|ตำบล|ต\\.|เขต|อำเภอ|อ\\.|จังหวัด|จ\\.|กรุงเทพ|อาคาร|ชั้น|ห้อง"
_THAI_STREET = r"หมู่|ซอย|ถนน|ตรอก|แขวง|ตำบล|อาคาร|เลขที่|[มซถ]\."
_THAI = (
    r"\d{1,4}(?:[/-]\d{1,4}){0,2}[ ](?:หมู่|ม\.[ ]?(?=\d)|ซอย|ซ\.|ถนน|ถ\.|ตรอก|แขวง|ตำบล"
    r"|อาคาร)[ ]?[\u0e01-\u0e4e\d.]{1,40}"
    r"|(?:บ้านเลขที่|เลขที่)[ ]?\d{1,4}(?:/\d{1,4}){0,2}"
)
_THAI_PART = (
    rf"[ ,]{{1,2}}(?:{_THAI_WORDS})[ ]?[\u0e01-\u0e4e.]{{0,40}}(?:[ ]?\d{{1,4}}(?!\d)(?:/\d{{1,4}})?)?"
    rf"|[ ]\d{{1,3}}(?=[ ](?:{_THAI_WORDS}))"
    r"|[ ]\d{5}(?!\d)"
)
_CYRILLIC_KIND = (
    r"ул\.|улица|улице|улицы|ул|просп\.|пр-т|пр\.|проспект|проспекте|пер\.|переулок|ш\.|шоссе|наб\.|набережная|б-р"
    r"|бул\.|бульвар|пл\.|площадь"
    r"|проезд|мкр\.|микрорайон|вул\.|вулиця|вулиці|просп|провулок|пров\.|площа|бульв\.|булевард|ж\.к\.|кв\.|трг|тупик"
    r"|аллея"
)
_CYRILLIC_BEHIND = (
    r"улица|улице|ул\.|проспект|проспекте|пр\.|пр-т|переулок|пер\.|шоссе|набережная|наб\.|бульвар|площадь|проезд"
    r"|вулиця|көшесі|даңғылы|к-сі"
)
_CYR = "А-Яа-яЁёІіЇїЄєҐґЈјЉљЊњЋћЂђЏџӘәҒғҚқҢңӨөҰұҮүҺһЎў"
_CYR_CAP = "А-ЯЁІЇЄҐЈЉЊЋЂЏӘҒҚҢӨҰҮҺЎ"
_HOUSE = r"(?:дом|д\.|будинок|буд\.|№|бр\.|үй|вл\.|бл\.)"
_CYRILLIC = (
    rf"(?:{_CYRILLIC_KIND})[ ]?[«„\"]?[{_CYR_CAP}\d][{_CYR}\d.'’-]{{0,24}}(?:[ ][{_CYR}][{_CYR}.'’-]{{0,20}}){{0,3}}"
    rf"[»“\"]?,?[ ]?(?:{_HOUSE}[ ]?)?"
    rf"\d{{1,4}}(?:[{_CYR}](?![{_CYR}]))?(?:[/-]\d{{1,4}}[{_CYR}]?)?(?![\d-])"
    rf"|[{_CYR_CAP}][{_CYR}-]{{2,24}}(?:[ ][{_CYR_CAP}][{_CYR}-]{{2,20}})?[ ](?:{_CYRILLIC_BEHIND}),?[ ](?:{_HOUSE}"
    rf"[ ]?)?"
    rf"\d{{1,4}}(?:[{_CYR}](?![{_CYR}]))?(?:[/-]\d{{1,4}}[{_CYR}]?)?(?![\d-])"
    rf"|(?:дом|д\.|буд\.)[ ]?\d{{1,4}}[{_CYR}]?(?:/\d{{1,3}})?,[ ]?(?=кв)"
)
_CYRILLIC_PART = (
    rf",?[ ]?(?:корпус|корп\.|корп|кор\.|к\.|строение|стр\.|стр|квартира|кв\.|кв|офис|оф\.|подъезд|под\.|этаж|эт\."
    rf"|помещение|пом\.|вход|вх\.|ет\."
    rf"|ап\.|ателие|поверх|пов\.|під'їзд|під\.|пәтер|пәт\.|стан|спрат|блок|бл\.)[ ]?\d{{0,4}}[{_CYR}]?(?![{_CYR}])"
    rf"|,[ ]?(?:г\.|гр\.|м\.|город|село|с\.|пгт)[ ]?[{_CYR_CAP}][{_CYR}-]{{1,24}}|,?[ ]\d{{5,6}}(?!\d)"
)
_AR = "\u0621-\u064a\u064b-\u0652\u067e\u0686\u0698\u06a9\u06af\u06cc\u200c"
_AR_STREET = "شارع|طريق|زنقة|نهج|جادة|حارة|ش\\."
_AR_UNIT = "مبنى|عمارة|بناية|برج|شقة|فيلا|منزل|بيت|الدور|الطابق|طابق|قطعة|بلوك|مجمع|رقم|مكتب"
_ARABIC_BEHIND = rf"(?:\d{{1,4}}[،,]?[ ])(?:{_AR_STREET})[ ][{_AR}]{{2,20}}(?:[ ][{_AR}]{{2,20}}){{0,3}}"
_ARABIC = (
    rf"(?:{_AR_STREET}"
    rf"|حي)[ ][{_AR}]{{2,20}}(?:[ ][{_AR}]{{2,20}}){{0,3}}[،,]?[ ](?:حي[ ][{_AR}]{{2,16}}(?:[ ][{_AR}]{{2,16}})?[،,]?"
    rf"[ ])?"
    rf"(?:(?:{_AR_UNIT})[ ]){{0,2}}\d{{1,5}}(?![\d/.%-])"
)
_ARABIC_PART = (
    rf"[،,]?[ ](?:{_AR_UNIT})[ ]?(?:رقم[ ]?)?\d{{1,5}}|[،,][ ](?:حي|منطقة|مدينة|محافظة"
    rf"|{_AR_STREET})[ ][{_AR}]{{2,20}}(?:[ ][{_AR}]{{2,16}})?"
    rf"|[،,]?[ ][{_AR}]{{3,16}}[ ]\d{{5}}(?!\d)"
)
_FA_STREET = "خیابان|خ\\.|بلوار|بزرگراه|میدان|کوچه|ک\\.|شهرک"
_PERSIAN = (
    rf"(?:{_FA_STREET})[ ][{_AR}\d]{{1,20}}(?:[ ][{_AR}\d]{{1,20}}){{0,4}}(?:[،,][ ]?(?:{_FA_STREET})?[ ]?"
    rf"[{_AR}\d]{{1,20}}"
    rf"(?:[ ][{_AR}\d]{{1,20}}){{0,3}}){{0,3}}[،,]?[ ](?:پلاک|شماره|واحد|ساختمان)[ ]?\d{{1,5}}"
)
_PERSIAN_PART = rf"[،,]?[ ](?:پلاک|واحد|طبقه|بلوک|زنگ|کدپستی|کد پستی)[ ]?[{_AR}]{{0,8}}[ ]?\d{{0,10}}"
_HEBREW = (
    r"(?:רחוב|רח['׳]|שדרות|שד['׳]|דרך|סמטת|כיכר|ברחוב"
    r"|בשדרות)[ ][א-ת\"״'׳-]{2,16}(?:[ ][א-ת\"״'׳-]{2,16}){0,3}[ ]\d{1,4}"
    r"(?:/\d{1,3})?(?:[ ]?[א-ת](?![א-ת]))?(?![\d/.])"
)
_HEBREW_PART = (
    r",?[ ](?:דירה|ד['׳]|כניסה|קומה|בניין|בית)[ ]?(?:\d{1,3}|[א-ת](?![א-ת]))"
    r"|,[ ][א-ת]{2,10}(?:[ ][א-ת]{2,10})?[ ]\d{7}(?!\d)"
)
_HINDI = (
    r"(?:मकान|म\.[ ]?न\.|म\.[ ]?नं\.|फ्लैट|फ़्लैट|प्लॉट|प्लाट|दुकान|गली|सेक्टर|वार्ड|हाउस|घर|क्वार्टर)[ ]?(?:नंबर"
    r"|नम्बर|नं\.?|संख्या|क्रमांक|सं\.|क्र\.|न\.)?[ ]?[-:]?[ ]?"
    r"[A-Z]?-?\d{1,5}(?:[/-]\d{1,4})?[A-Za-z]?(?![\d%])"
)
_HINDI_WORD = (
    "गली|मोहल्ला|सेक्टर|ब्लॉक|वार्ड|नगर|कॉलोनी|कालोनी|रोड|मार्ग|विहार|चौक|बाजार|तहसील|जिला|ज़िला|पोस्ट|ग्राम|गाँव|पिन"
    "|थाना|टावर|फ्लोर|मंजिल"
)
_HINDI_PART = (
    rf",[ ]?(?=[\u0900-\u097f\d .-]{{0,30}}(?:{_HINDI_WORD}"
    rf"|\d))[\u0900-\u097f]{{1,16}}(?:[ .-][\u0900-\u097f]{{1,16}}){{0,3}}(?:[ ]?[-–]?[ ]?\d{{1,6}})?"
    r"|,[ ]?[\u0900-\u097f]{2,16}(?=,[ ]?[\u0900-\u097f]{2,16}[ -]{1,3}\d)|[ ]?[-–][ ]?[1-9]\d{5}(?!\d)"
)
_BENGALI = (
    r"(?:বাড়ি|বাড়ি|বাসা|হাউস|হোল্ডিং|ফ্ল্যাট|প্লট|রোড|সড়ক|গলি|লেন|সেক্টর|দোকান)[ ]?(?:নং|নম্বর|নাম্বার"
    r"|#)?[ ]?[-:]?[ ]?\d{1,5}(?:[/-]\d{1,4})?(?![\d%])"
)
_BENGALI_PART = (
    r",[ ]?(?=[\u0980-\u09ff\d .-]{0,30}(?:রোড|সড়ক|গলি|লেন|সেক্টর|ব্লক|ওয়ার্ড|থানা|জেলা|উপজেলা|গ্রাম|নগর|পাড়া"
    r"|মন্ডি|\d))[\u0980-\u09ff]{1,16}"
    r"(?:[ .-][\u0980-\u09ff]{1,16}){0,3}(?:[ ]?[-–]?[ ]?\d{1,6})?"
    r"|,[ ]?[\u0980-\u09ff]{2,16}(?=,[ ]?[\u0980-\u09ff]{2,16}[ -]{1,3}\d)"
)
_TAMIL = (
    r"(?:கதவு எண்|வீட்டு எண்"
    r"|எண்)[ ]?[.:]?[ ]?\d{1,5}(?:[/-]\d{1,4})?(?:,[ ]?[\u0b80-\u0bff]{2,20}(?:[ ][\u0b80-\u0bff]{1,20}){0,3}){1,3}"
    r"|(?:ఇంటి నంబర్|ఇంటి నం\.|డోర్ నంబర్)[ ]?[.:]?[ ]?\d{1,5}(?:[/-]\d{1,4}){0,3}"
)
_GREEK_WORD = "[Α-ΩΆΈΉΊΌΎΏ][Α-Ωα-ωά-ώ.]{1,20}"
_GREEK = (
    rf"(?:[Οο]δός|[Οο]δού|Οδ\.|[Λλ]εωφόρος|[Λλ]εωφόρου|Λεωφ\.|Λ\.|[Ππ]λατεία|[Ππ]λατείας"
    rf"|Πλ\.)[ ]{_GREEK_WORD}(?:[ ]{_GREEK_WORD}){{0,3}}[ ]"
    r"\d{1,4}(?:[Α-Ωα-ω](?![Α-Ωα-ω]))?(?:-\d{1,4})?(?![\d/])"
)
_GREEK_PART = (
    rf",?[ ](?:Τ\.?Κ\.?[ ]?)?\d{{3}}[ ]?\d\d(?!\d)"
    rf"|,[ ]{_GREEK_WORD}(?:[ ]{_GREEK_WORD})?(?=,?[ ](?:Τ\.?Κ\.?[ ]?)?\d{{3}}[ ]?\d\d)|,?[ ]\d{{1,2}}ος όροφος"
)
_CAUCASUS = (
    r"(?:[ა-ჰ]{2,20}[ ]){1,2}(?:ქუჩა|ქუჩის|ქ\.|გამზირი|გამზირის|გამზ\.|ჩიხი|შესახვევი|მოედანი|ხეივანი)[ ]?(?:№"
    r"|N)?[ ]?\d{1,4}[ა-ჰ]?(?![\dა-ჰ])"
    r"|(?:[Ա-և]{2,20}[ ]){1,2}(?:փողոց|փողոցի|փող\.|փ\.|պողոտա|պողոտայի|պող\.|նրբանցք),?[ ]?(?:շենք[ ]?"
    r"|տուն[ ]?)?\d{1,4}(?!\d)"
)
_CAUCASUS_PART = (
    r",?[ ](?:ბინა|ბ\.|კორპუსი|კორპ\.|სადარბაზო|სართული|სახლი)[ ]?(?:№|N)?[ ]?\d{1,4}|,?[ ](?:բնակարան|բն\.|շենք|շ\."
    r"|մուտք)[ ]?\d{1,4}"
)
# Latin letters beyond English, and a word of a name in them.
_LOW = "a-zß-öø-ÿā-ſșț"
_CAP = "A-ZÀ-ÖØ-ÞĀ-ŽȘȚİ"
_WORD = rf"[{_CAP}][{_CAP}{_LOW}.'’-]{{1,24}}"
_TURKISH = (
    rf"(?:{_WORD}[ ]){{1,3}}(?:Mah\.|Mahallesi|Mah|Cad\.|Caddesi|Cd\.|Sok\.|Sokak|Sokağı|Sk\.|Bulvarı"
    rf"|Blv\.),?[ ](?:[{_CAP}\d][{_CAP}{_LOW}\d.]{{0,20}},?[ ]){{0,6}}"
    r"(?:No|Nr)[ ]?[:.]?[ ]?\d{1,4}(?:[/-]\d{1,3})?[A-Z]?"
)
_TURKISH_PART = (
    rf",?[ ](?:Daire|D|Kat|K|Blok|İç Kapı)[ ]?[:.]?[ ]?(?:No[ ]?[:.]?[ ]?)?\d{{1,3}}"
    rf"|,?[ ](?:\d{{5}}[ ])?{_WORD}[ ]?/[ ]?{_WORD}"
)
_POLISH = (
    rf"(?:ul|al|pl|os)\.[ ]?(?:\d{{1,2}}[ ])?{_WORD}(?:[ ](?:{_WORD}|i|z|na"
    rf"|pod)){{0,3}}[ ]\d{{1,4}}[a-zA-Z]?(?:[ ]?/[ ]?\d{{1,4}}|[ ]m\.?[ ]?\d{{1,4}})?(?![\d-])"
    rf"|(?:[Uu]lica|[Uu]lici"
    rf"|[Uu]l\.)[ ](?:[{_LOW}]{{2,12}}[ ])?{_WORD}(?:[ ]{_WORD}){{0,2}}[ ]\d{{1,4}}[a-zA-Z]?(?:/\d{{1,4}})?(?![\d-])"
    rf"|(?:[Ss]tr\.|[Ss]trada|[Bb]d\.|[Bb]-dul|[Bb]ulevardul|[Cc]alea|[Aa]leea|[Șș]os\."
    rf"|[Șș]oseaua)[ ]{_WORD}(?:[ ](?:{_WORD}|de|cel)){{0,3}},?[ ](?:nr\.?|numărul)[ ]?\d{{1,4}}[A-Z]?"
)
_POLISH_PART = (
    rf",?[ ]\d{{2}}-\d{{3}}[ ]{_WORD}|,?[ ](?:bl|sc|et|ap|m|lok|apt)\.?[ ]?[A-Z]?\d{{0,4}}(?![\w])"
    rf"|,[ ]sector(?:ul)?[ ]\d"
)
_NORTHERN = (
    rf"(?:{_WORD}[ ])?[{_CAP}][{_LOW}]{{2,24}}(?:gatan|vägen|gränd|torget|stigen|gade|gaten|vejen|veien|allén|katu"
    rf"|kuja|tänav)[ ]\d{{1,4}}(?:[ ]?[A-Z](?![{_LOW}]))?(?![\d-])"
    rf"|(?:{_WORD}[ ]){{1,3}}(?:utca|útja|körút|krt\.|sétány|iela|gatvė|g\.|tér|út)[ ]\d{{1,4}}\.?(?:/[A-Z])?(?![\d-])"
)
_NORTHERN_PART = (
    r",?[ ]\d{1,2}\.[ ]?(?:em\.|emelet)[ ]?\d{0,3}\.?(?:[ ]?ajtó)?|,[ ]\d{3}[ ]?\d\d[ ][A-ZÅÄÖØ][a-zåäöø]{2,20}"
    r"|-\d{1,4}"
)
_VIETNAMESE = (
    rf"(?:[Ss]ố(?: nhà)?[ ])?\d{{1,4}}[A-Z]?(?:/\d{{1,4}}[A-Z]?){{0,3}},?[ ](?:[đĐ]ường|[pP]hố|[nN]gõ|[nN]gách|[hH]ẻm"
    rf"|[kK]iệt|[tT]ổ|[ấẤ]p|[tT]hôn)[ ]"
    rf"[{_CAP}\d][\w/]{{0,12}}(?:[ ][{_CAP}\d][\w/]{{0,12}}){{0,4}}"
)
_VIETNAMESE_PART = (
    rf",?[ ](?:[đĐ]ường|[pP]hố|[nN]gõ|[hH]ẻm|[pP]hường|[qQ]uận|[hH]uyện|[xX]ã|[tT]hị trấn|[tT]hành phố|[tT]ỉnh|TP\.?"
    rf"|P\.|Q\.)[ ]?[{_CAP}\d]\w{{0,12}}(?:[ ][{_CAP}]\w{{0,12}}){{0,3}}"
)
_INDONESIAN = (
    rf"(?:Jl|Jln|Jalan|JL|Gg|Gang|Perum|Komplek|Lorong)\.?[ ]{_WORD}(?:[ ](?:{_WORD}|[IVX]{{1,4}}"
    rf"|\d{{1,3}}(?:/\d{{1,2}})?)){{0,5}},?[ ]?(?:(?:No|Nomor|Blok|Kav|NO)\.?[ ]?[A-Z]{{0,2}}-?\d{{1,4}}(?:[A-Z]"
    rf"|[/-]\d{{1,4}})?)"
    rf"|(?:No|NO)\.?[ ]?\d{{1,4}}[A-Z]?,?[ ](?:Jalan|Jln|Jl|Lorong|Lrg|Persiaran)\.?[ ](?:{_WORD}"
    rf"|\d{{1,3}}/\d{{1,3}})(?:[ ](?:{_WORD}|\d{{1,3}}(?:/\d{{1,3}})?)){{0,4}}"
)
_INDONESIAN_PART = (
    rf",?[ ](?:RT\.?[ ]?\d{{1,3}}[ ]?/?[ ]?RW\.?[ ]?\d{{1,3}}|(?:Kel|Kec|Kab|Desa|Kota|Kelurahan|Kecamatan|Kabupaten"
    rf"|Taman|Blok)\.?[ ]{_WORD}(?:[ ]{_WORD}){{0,2}})|,?[ ]\d{{5}}(?!\d)"
)

# Where a sentence before an address without spaces ends, and the address begins.
_LEAD = re.compile(
    r".*(?:住址是|地址是|地址为|地址|住址|住在|位于|位於|搬到|寄到|寄往|送到|送至|前往|在|是|到|住所は|住所|自宅は"
    r"|は、|は|、)(?=.{3})|.*[はにでを](?=[^ぁ-ん]{3})"
)


def _rule(
    regex: str,
    trigger: str,
    lead: int,
    most: int = 160,
    start: str = r"(?<![^\W_])",
    within: str = "",
) -> PatternRule:
    return PatternRule(
        entity_type="STREET_ADDRESS",
        regex=regex,
        trigger=trigger,
        start=start,
        end="",
        score=0.6,
        lead_chars=lead,
        max_chars=most,
        within=within,
    )


_ROWS = (
    (_rule(_CHINESE, _NUMBER_BEHIND, 28, 60, "", within="[号號弄巷栋幢座楼樓]"), _CHINESE_PART),
    (_rule(_JAPANESE, _NUMBER_BEHIND, 44, 70, "", within="[丁番都道府県市区町村郡]"), _JAPANESE_PART),
    (_rule(_KOREAN, _NUMBER_BEHIND, 48, 80, within="[로길동리읍면]"), _KOREAN_PART),
    (_rule(_THAI, _NUMBER_BEFORE, 16, 120, r"(?<![\d/-])", within=_THAI_STREET), _THAI_PART),
    (_rule(_CYRILLIC, _NUMBER_BEHIND, 96, 120, within="[А-Яа-я]"), _CYRILLIC_PART),
    (
        _rule(_ARABIC, r"\d[^0-9A-Za-z\n]{0,2}[?]|[?][^0-9A-Za-z\n]{0,3}\d", 120, 160, within=f"{_AR_STREET}|حي"),
        _ARABIC_PART,
    ),
    (_rule(_PERSIAN, _NUMBER_BEHIND, 160, 180, within="پلاک|شماره|واحد|ساختمان"), _PERSIAN_PART),
    (_rule(_HEBREW, _NUMBER_BEHIND, 80, 100, within="[א-ת]"), _HEBREW_PART),
    (_rule(_HINDI, _NUMBER_BEHIND, 32, 48, within="[\u0900-\u097f]"), _HINDI_PART),
    (_rule(_BENGALI, _NUMBER_BEHIND, 32, 48, within="[\u0980-\u09ff]"), _BENGALI_PART),
    (_rule(_TAMIL, _NUMBER_BEHIND, 24, 120, within="[\u0b80-\u0bff\u0c00-\u0c7f]"), r"(?!)"),
    (_rule(_GREEK, _NUMBER_BEHIND, 100, 120, within="[Α-ω]"), _GREEK_PART),
    (_rule(_CAUCASUS, _NUMBER_BEHIND, 72, 96, within="[ა-ჰԱ-և]"), _CAUCASUS_PART),
    (_rule(_TURKISH, r"\bN[or] ?[:.]? ?\d", 150, 170), _TURKISH_PART),
    (
        _rule(
            _POLISH,
            r"\b(?:[Uu]l\.|al\.|pl\.|os\.|[Uu]lic[ai]|[Ss]tr\.|[Ss]trada|[Bb]d\.|[Bb]-dul|[Bb]ulevardul|[Cc]alea"
            r"|[Aa]leea|[?]os(?:\.|eaua)) ?[A-Z\xc0-\xde?0-9a-z]",
            14,
            120,
        ),
        _POLISH_PART,
    ),
    (
        _rule(
            _NORTHERN,
            r"(?:gatan|vägen|gränd|torget|stigen|gade|gaten|vejen|veien|allén|katu|kuja|tänav|utca|útja|körút|krt\."
            r"|sétány|iela|gatv[?]|[?a-z] g\.|tér|út) \d",
            84,
            100,
        ),
        _NORTHERN_PART,
    ),
    (
        _rule(
            _VIETNAMESE,
            r"\d[A-Z]?,? (?:[?]{3}ng|[pP]h[?]|[nN]g(?:õ|ách)|[hH][?]m|[kK]i[?]t|[tT][?]|[?]p|[tT]hôn) ",
            28,
            120,
        ),
        _VIETNAMESE_PART,
    ),
    (
        _rule(_INDONESIAN, r"\b(?:Jl|Jln|Jalan|JL|Gg|Gang|Perum|Komplek|Lorong|Lrg|Persiaran)\.? [A-Z0-9]", 24, 140),
        _INDONESIAN_PART,
    ),
)
_MOST_PARTS = 10


class WorldAddressRecognizer(RuleRecognizer):
    """Takes a street and a number as they are written in a country, then each further part that is one of its words."""

    name = "street_address_world"
    source = (
        "UPU S42 templates and Universal POST*CODE DataBase address formats by country; words for streets and units"
        " by own"
        " collection; as of 2026-12-01"
    )
    rules = tuple(rule for rule, _ in _ROWS)

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Return the address with its further parts, without the words of a sentence before it."""
        text, start, end = candidate.text, candidate.start, candidate.end
        place = int(candidate.pattern.name.split("/")[1])
        part = _PART[place]
        for _ in range(_MOST_PARTS):
            more = part.match(text, end)
            if more is None or more.end() == end:
                break
            end = more.end()
        if place <= _JAPANESE_PLACE:
            lead = _LEAD.match(text, start, candidate.end)
            start = lead.end() if lead is not None else start
        yield Span("STREET_ADDRESS", start, end, 0.6, self.name)


_PART = tuple(re.compile(part) for _, part in _ROWS)
_JAPANESE_PLACE = 1

PLUGINS = (WorldAddressRecognizer,)
