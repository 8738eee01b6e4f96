"""People, places and addresses in the scripts of the world, for the templates of `world` and in place of the names of its corpora.

Names come from Faker's locales and other open lists of `world/lists`; scripts that those leave out get the names of a
neighbour in their own letters, for the blocks of Indian scripts have one order, and what people the corpora name.
"""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ner_models.train.rows import Row
from ner_models.train.transliterate import SCRIPTS, transliterated_name

__all__ = ["LANGUAGES", "LATIN", "Native", "cyrillic", "read_natives"]

LOCALES = {
    "ru": ("ru_RU",), "uk": ("uk_UA",), "bg": ("bg_BG",), "sr": ("mk_MK",), "el": ("el_GR",), "hy": ("hy_AM",), "ka": ("ka_GE",),
    "zh-Hans": ("zh_CN",), "zh-Hant": ("zh_TW",), "ja": ("ja_JP",), "ko": ("ko_KR",), "ar": ("ar_AA", "ar_DZ", "ar_SA", "ar_PS"),
    "fa": ("fa_IR",), "he": ("he_IL",), "hi": ("hi_IN",), "mr": ("mr_IN",), "ne": ("ne_NP",), "bn": ("bn_BD",), "ta": ("ta_IN",),
    "gu": ("gu_IN",), "or": ("or_IN",), "th": ("th_TH",),
    "pl": ("pl_PL",), "cs": ("cs_CZ",), "sk": ("sk_SK",), "tr": ("tr_TR",), "vi": ("vi_VN",), "id": ("id_ID",), "sv": ("sv_SE",), "da": ("da_DK",), "no": ("no_NO",),
    "fi": ("fi_FI",), "hu": ("hu_HU",), "ro": ("ro_RO",), "hr": ("hr_HR",),
}
# Countries of popular_names_native.json whose names belong to a language.
COUNTRIES = {"sr": ("RS", "ME", "MK"), "kk": ("KZ", "KG"), "bn": ("BD",), "he": ("IL",), "km": ("KH",), "hy": ("AM",), "ka": ("GE",), "ru": ("RU", "BY"),
             "bg": ("BG",), "zh-Hans": ("CN",), "zh-Hant": ("TW",), "ja": ("JP",), "ko": ("KR",), "el": ("GR", "CY"), "ar": ("AE",)}
# Where each Indian script begins; a letter stands at the same place of each.
INDIC = {"hi": 0x900, "bn": 0x980, "pa": 0xA00, "gu": 0xA80, "or": 0xB00, "te": 0xC00, "kn": 0xC80, "ml": 0xD00}
BORROWED = {"te": "hi", "kn": "hi", "ml": "hi", "pa": "hi", "gu": "hi"}
# Written here, for no list has them: given names and family names.
WRITTEN = {
    "pl": ("Zofia Hanna Maja Julia Lena Agnieszka Katarzyna Małgorzata Barbara Krystyna Piotr Krzysztof Andrzej Stanisław Paweł Marcin Michał Grzegorz Tadeusz Wojciech Łukasz Kuba Ola Kasia Asia Bartek Tomek Gosia Magda",
           "Nowak Kowalski Kowalska Wiśniewski Wiśniewska Wójcik Kowalczyk Kamiński Kamińska Lewandowski Lewandowska Zieliński Zielińska Szymański Woźniak Dąbrowski Dąbrowska Kozłowski Jankowska Mazur Wojciechowski Kwiatkowska Krawczyk Kaczmarek "
           "Piotrowski Grabowska Zając Pawłowski Michalska Król Wieczorek Jabłońska Wróbel Nowakowski Majewska Olszewski Stępień Malinowska Jaworski Adamczyk Dudek Nowicka Pawlak Górski Witkowska Walczak Sikora Baran Rutkowska Michalak Szewczyk "
           "Ostrowska Tomaszewski Pietrzak Zalewska Wróblewski Marciniak Jasińska Zawadzki Bąk Sadowska Duda Kubiak Wilk Czarnecki Lis Maciejewska Kalinowski Sokołowska Urbański Gajewska Błaszczyk Szczepański Ziółkowska Przybylski Mróz Kołodziej"),
    "tr": ("Ayşe Fatma Mehmet Mustafa Elif Zeynep Emre Burak Selin Deniz Can Ece Kerem Hakan Murat Gizem İrem Şule Çağla Özgür Umut Barış Yağmur Tuğba Oğuz Gökhan",
           "Kaya Demir Çelik Şahin Yıldız Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Kara Koç Kurt Özkan Şimşek Polat Korkmaz Çakır Erdoğan Yavuz Can Acar Aktaş Güneş Bozkurt Tekin Avcı Işık Turan Kaplan Gül Ünal Bulut Keskin Taş Yalçın Güler Sarı Coşkun Sönmez Ateş Duman Uçar Karaca Durmaz"),
    "vi": ("Anh Bình Châu Chi Công Cường Dũng Dung Đạt Giang Hà Hải Hằng Hạnh Hiền Hiếu Hòa Hoàng Hồng Hùng Huy Huyền Khánh Khoa Kiên Lan Linh Loan Long Lực Mai Minh My Nam Nga Ngân Nghĩa Ngọc Nhàn Nhung Oanh Phong Phúc Phương Quân Quang Quyên Sơn Tâm Tân Thảo Thanh Thành Thắng Thịnh Thu Thủy Thúy Tiến Toàn Trang Trí Trung Tú Tuấn Tùng Uyên Vân Việt Vinh Vy Xuân Yến",
           "Nguyễn Nguyễn Nguyễn Trần Trần Lê Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Đoàn Trịnh Mai Cao Lâm Tạ Lương Hà Chu Tô Thái Quách Trương"),
    "kk": ("Айгерим Нұрлан Ерлан Данияр Әсел Жанар Гүлнар Бауыржан Мадина Айдос Сәуле Қанат Динара Ержан Алия Тимур Меруерт Асхат",
           "Нұрланов Сейтқали Ахметова Жұмабаев Оспанова Қасымов Тілеубаева Әбдіров Ибраимова Смағұлов Есенова Бекұлы Серікқызы"),
    "mn": ("Бат Болд Сарнай Оюун Тэмүүлэн Ганбаатар Энхтуяа Номин Мөнхбат Анужин Түвшин Хулан Баяр Цэцэг Дорж Алтан Уянга Ганзориг",
           "Батын Болдын Доржийн Ганболдын Энхбаярын Пүрэвийн Цэрэнгийн Мөнхийн Сүхийн Баатарын Наранбаатар Цогтбаатар"),
    "ur": ("احمد علی فاطمہ عائشہ محمد زینب عمران بلال ثنا حنا اسد کامران نادیہ فرحان مریم صائمہ طارق یاسر شازیہ نعیم رابعہ عدنان",
           "خان احمد ملک چوہدری قریشی صدیقی بٹ شیخ رضوی حسین اقبال مرزا انصاری ہاشمی جعفری لودھی غوری"),
    "am": ("አበበ ትዕግስት በቀለ ህይወት ዳዊት መሰረት ዮናስ ሰላም ተስፋዬ አልማዝ ጌታቸው ልያ ሳሙኤል ሄለን ብሩክ ማርታ ዘሪሁን ፀሐይ ሙሉጌታ ቤተልሔም",
           "ታደሰ ኃይሌ ገብሬ አለሙ ግርማ ወልዴ መኮንን አሰፋ ደስታ ከበደ ነጋሽ ፀጋዬ ተክሌ ወርቁ ለማ በላይ ሽፈራው"),
    "my": ("အောင်အောင် မြတ်မြတ် ခင်ခင် ထွန်းထွန်း ဇော်ဇော် သီရိ နန္ဒာ ကျော်စွာ မိုးမိုး ဝင်းဝင်း စုစု ဖြိုးဖြိုး လှလှ ရဲရင့် ချမ်းမြေ့ နှင်းဝေ",
           "အောင် မြင့် ထွန်း ဝင်း ကျော် ဇော် လွင် ဦး ထက် မိုး သန့် ဖြိုး စိုး နိုင်"),
    "km": ("សុខា ច័ន្ទ សុភា វិចិត្រ ស្រីមុំ រតនា បូរី ដារា សំណាង កញ្ញា មករា ពិសី វណ្ណា ធីតា", "កែវ សុខ ចាន់ លី ហេង ម៉ៅ នួន ឈឹម ប៊ុន អ៊ុក ផាន សៅ"),
    "lo": ("ສົມຊາຍ ບຸນມີ ຄຳພອນ ນາງດາວ ວິໄລ ສຸລິຍາ ທອງໃສ ມະນີ ພອນໄຊ ແກ້ວຕາ ບົວລີ ອານຸສອນ", "ພົມມະຈັນ ສີສະຫວັດ ວົງສາ ແກ້ວມະນີ ຈັນທະວົງ ສຸວັນນະພູມ ໄຊຍະວົງ ພັນທະວົງ"),
    "pa": ("ਹਰਪ੍ਰੀਤ ਗੁਰਪ੍ਰੀਤ ਸਿਮਰਨ ਜਸਬੀਰ ਮਨਪ੍ਰੀਤ ਬਲਵਿੰਦਰ ਕੁਲਦੀਪ ਅਮਨਦੀਪ ਰਾਜਵੀਰ ਨਵਜੋਤ", "ਸਿੰਘ ਕੌਰ ਗਿੱਲ ਸੰਧੂ ਢਿੱਲੋਂ ਸਿੱਧੂ ਬਰਾੜ ਗਰੇਵਾਲ"),
}
# How a full name is written: g given, f family, and what stands between them. The first is the usual one.
ORDERS = {"zh-Hans": ("fg",), "zh-Hant": ("fg",), "ja": ("fg", "f g", "f\u3000g"), "ko": ("fg", "f g"), "km": ("f g",), "my": ("gf", "g f"),
          "ru": ("g f", "f g", "g m f", "f g m", "i. f", "f i.", "f i.i.", "g m"), "uk": ("g f", "f g", "f g m", "f i.i.", "g m"), "bg": ("g f", "g f", "i. f", "g f f"),
          "sr": ("g f", "f g"), "mn": ("g", "f g", "i.g"), "kk": ("g f", "f g"), "ta": ("g", "i. g", "g f"), "am": ("g f", "g f f"), "el": ("g f", "f g", "i. f"),
          "vi": ("f m g", "f m g", "f g", "f m m g", "g"), "hu": ("f g", "f g", "g f"), "id": ("g f", "g", "g f f", "g m f"),
          "ar": ("g f", "g g f", "g بن g f", "g f", "gf"), "he": ("g f", "g f-f"), "th": ("g f", "g f", "g")}
SPACED = ("g f", "g f", "f g", "i. f")
STREETS = {
    "ru": "ул. {f} {n}|улица {w}, д. {n}, кв. {n}|пр-т {w} {n}|{w} проспект, {n}|пер. {w}, дом {n} корп. {s}|г. {c}, ул. {w}, д. {n}, кв. {n}, {p}|{p}, г. {c}, {w} ул., {n}-{n}|наб. {w}, {n}, оф. {n}",
    "uk": "вул. {w}, {n}|вулиця {w}, буд. {n}, кв. {n}|м. {c}, вул. {w}, {n}, кв. {n}, {p5}|просп. {w} {n}|пров. {w}, {n}|{p5}, м. {c}, бульв. {w}, {n}",
    "bg": "ул. {w} № {n}|бул. „{w}“ {n}, ет. {s}, ап. {n}|{p4} {c}, ул. „{w}“ №{n}|ж.к. {w}, бл. {n}, вх. А, ап. {n}|гр. {c}, ул. {w} {n}",
    "sr": "ул. {w} {n}|{w} {n}, {p5} {c}|Булевар {w} {n}|Трг {w} {n}, стан {s}|{w} бр. {n}",
    "kk": "{w} көшесі, {n}|{c} қ., {w} көш., {n}-үй, {n}-пәтер|{w} даңғылы {n}, {p}|{s}-ықшамаудан, {n}-үй, {n}-пәтер",
    "mn": "{c} хот, {w} дүүрэг, {s}-р хороо, {n} тоот|{s}-р хороолол, {n}-р байр, {n} тоот|{w} гудамж {n}, {p5}",
    "el": "Λεωφόρος {w} {n}|Οδός {w} {n}|{w} {n}, {g3} {c}|{w} {n}, Τ.Κ. {p5}, {c}|Πλατεία {w} {s}",
    "hy": "{w} փողոց {n}|{w} փ., տուն {n}|ք. {c}, {w} {n}, բն. {n}|{w} պողոտա {n}, {p4}",
    "ka": "{w}ის ქუჩა {n}|{w}ს ქ. N{n}, ბინა {n}|{c}, {w}ის გამზ. {n}, {p4}|{w} ქ. {n}, სართული {s}",
    "zh-Hans": "{v}{c}市{w}区{w}路{n}号|{c}市{w}区{w}街道{w}小区{s}号楼{s}单元{n}室|{w}路{n}弄{s}号{n}室|{v}{c}市{w}县{w}镇{w}村{s}组|{w}大道{n}号{w}大厦{s}层|{c}{w}区{w}街{n}号院{s}-{n}|{w}区{w}路{n}号 邮编{p}|{w}路{n}号",
    "zh-Hant": "{c}市{w}區{w}路{n}號|{c}市{w}區{w}路{s}段{n}號{s}樓|{p5}{c}縣{w}鎮{w}里{w}街{n}巷{s}號|{w}路{s}段{n}巷{s}弄{s}號{s}樓之{s}|九龍{w}道{n}號{w}大廈{s}樓{l}室|{w}街{n}號",
    "ja": "{v}{c}{w}{s}丁目{n}番{s}号|{v}{c}{w}{s}-{n}-{s}|〒{j} {v}{c}{w}{s}丁目{n}-{s} {k}{n}号室|{c}{w}{n}番地|{j} {v}{c}{w}{n}-{s}-{n} {k}{n}|{v}{w}郡{w}町{w}{n}番地の{s}",
    "ko": "{v} {c}구 {w}로 {n}|{v} {c}시 {w}동 {n}번지|{v} {c}구 {w}로{s}길 {n}, {n}동 {n}호|{c}시 {w}대로 {n} {w}아파트 {n}동 {n}호|({p5}) {v} {c}구 {w}로 {n}, {s}층|{w}동 {n}-{s}",
    "ar": "شارع {w} {n}|{n} شارع {w}، حي {w}، {c}|حي {w}، مبنى {n}، شقة {s}، {c} {p5}|ص.ب. {p5}، {c}|عمارة {n}، الدور {s}، شارع {w}، {c}|طريق {w}، فيلا {n}",
    "fa": "خیابان {w}، پلاک {n}|{c}، خیابان {w}، کوچه {w}، پلاک {n}، واحد {s}|بلوار {w} {n}، طبقه {s}|{c} - میدان {w} - ساختمان {w} - پلاک {n} - کد پستی {p}{p4}|کوچه {w} پلاک {n}",
    "ur": "مکان نمبر {n}، گلی {s}، {w} ٹاؤن، {c}|{w} روڈ {n}، {c} {p5}|فلیٹ {n}، بلاک {s}، {w} کالونی|{n} {w} اسٹریٹ",
    "he": "רחוב {w} {n}|רח' {w} {n}, דירה {s}, {c}|{w} {n}/{s}, {c} {p}{s}|שדרות {w} {n}, {c}|ת.ד. {p4}, {c}|דרך {w} {n} כניסה ב",
    "hi": "मकान नं. {n}, {w} नगर, {c} {p}|फ्लैट {n}, {w} अपार्टमेंट, {w} रोड, {c}-{p}|{n}/{s} {w} मार्ग, {c}|गली नं. {s}, {w} कॉलोनी, {c}|{n}, सेक्टर {s}, {c} - {p}",
    "mr": "घर क्र. {n}, {w} नगर, {c} {p}|फ्लॅट {n}, {w} अपार्टमेंट, {w} रोड, {c}-{p}|{n}, {w} मार्ग, {c}|{w} पेठ, {n}, {c}",
    "ne": "{c}-{s}, {w} मार्ग|{w} टोल, वडा नं. {s}, {c}|घर नं. {n}, {w} चोक, {c} {p5}|{c} महानगरपालिका-{s}, {w}",
    "bn": "বাড়ি {n}, রোড {s}, {w}, {c}-{p4}|{n}/{s} {w} রোড, {c} {p4}|ফ্ল্যাট {s}বি, {w} ভবন, {w} লেন, {c}|গ্রাম: {w}, ডাকঘর: {w}, জেলা: {c}|{n} নং {w} সড়ক",
    "ta": "எண் {n}, {w} தெரு, {c} - {p}|{n}/{s}, {w} நகர், {c}|கதவு எண் {n}, {w} சாலை, {c} {p}|பிளாட் {s}, {w} அடுக்குமாடி, {c}",
    "te": "ఇంటి నం. {n}-{s}, {w} నగర్, {c} {p}|ఫ్లాట్ {n}, {w} అపార్ట్‌మెంట్స్, {w} రోడ్, {c}|{n}, {w} వీధి, {c}-{p}",
    "kn": "ಮನೆ ನಂ. {n}, {w} ನಗರ, {c} {p}|{n}, {s}ನೇ ಮುಖ್ಯ ರಸ್ತೆ, {w} ಬಡಾವಣೆ, {c}-{p}|ಫ್ಲಾಟ್ {n}, {w} ಅಪಾರ್ಟ್‌ಮೆಂಟ್, {c}",
    "ml": "{w} വീട്, {w} പി.ഒ., {c} {p}|ഫ്ലാറ്റ് {n}, {w} അപ്പാർട്ട്മെന്റ്, {c}|{w} റോഡ് {n}, {c} - {p}",
    "gu": "મકાન નં. {n}, {w} સોસાયટી, {c} {p}|{n}, {w} રોડ, {c}-{p}|ફ્લેટ {n}, {w} એપાર્ટમેન્ટ, {c}",
    "pa": "ਮਕਾਨ ਨੰ. {n}, {w} ਨਗਰ, {c} {p}|ਗਲੀ ਨੰ. {s}, {w} ਕਲੋਨੀ, {c}|{n}, ਸੈਕਟਰ {s}, {c}-{p}",
    "or": "ଘର ନଂ {n}, {w} ନଗର, {c} {p}|ପ୍ଲଟ {n}, {w} ବିହାର, {c}|{w} ରୋଡ {n}, {c}-{p}",
    "th": "{n}/{s} ถนน{w} แขวง{w} เขต{c} กรุงเทพฯ {p5}|บ้านเลขที่ {n} หมู่ {s} ต.{w} อ.{c} จ.{v} {p5}|{n} ซอย{w} {s} ถ.{w} ต.{w} อ.เมือง จ.{v}|ห้อง {n} คอนโด{w} ถนน{w} {v} {p5}|{n}/{n} ม.{s} ตำบล{w} อำเภอ{c} จังหวัด{v}",
    "am": "{c}፣ {w} ክፍለ ከተማ፣ ወረዳ {s}፣ የቤት ቁጥር {n}|{w} መንገድ {n}፣ {c}|ፖ.ሳ.ቁ. {p4}፣ {c}",
    "km": "ផ្ទះលេខ {n} ផ្លូវ {s} សង្កាត់{w} ខណ្ឌ{w} {c}|ផ្ទះ {n} ភូមិ{w} ឃុំ{w} ស្រុក{c}",
    "my": "အမှတ် {n}၊ {w} လမ်း၊ {w} မြို့နယ်၊ {c}|တိုက် {s}၊ အခန်း {n}၊ {w} အိမ်ရာ၊ {c}",
    "pl": "ul. {w} {n}/{s}|{w} {n}, {q} {c}|al. {w} {n} m. {s}, {q} {c}|os. {w} {n}/{s}|plac {w} {s}, {c}", "cs": "{w} {n}/{s}|{w} {n}, {z} {c}|ul. {w} {n}, {c} {s}|nám. {w} {s}, {z} {c}|{c} {n}",
    "sk": "{w} {n}/{s}|ul. {w} {n}, {z} {c}|{w} ulica {n}|Nám. {w} {s}, {c}", "tr": "{w} Mah. {w} Sok. No: {n} D: {s}|{w} Caddesi No:{n} Kat:{s} {c}|{w} Mahallesi, {w} Sokak No {n}/{s}, {w}/{c}|{w} Cad. {n}/{s} {p5} {c}|{w} Bulvarı No: {n}",
    "vi": "{n} đường {w}, phường {s}, quận {s}, {c}|số {n} ngõ {s} phố {w}, {c}|{n}/{s} {w}, P.{s}, Q.{w}, {c}|thôn {w}, xã {w}, huyện {w}, {c}|căn hộ {n}, chung cư {w}, {c}", "id": "Jl. {w} No. {n}|Jalan {w} {n}, {c} {p5}|Jl. {w} Gg. {w} No.{n} RT {s}/RW {s}, Kel. {w}, Kec. {w}, {c}|Perum {w} Blok {l}{s} No. {n}, {c}|Komplek {w} {l}-{n}",
    "sv": "{w}gatan {n}|{w}vägen {n}, {z} {c}|{w} gata {n} B, lgh {p4}|{w}gränd {s}, {c}", "da": "{w}vej {n}, {s}. tv|{w}gade {n}, {p4} {c}|{w} Allé {n}|{w}stræde {s}, st. th", "no": "{w}veien {n}|{w}gata {n}B, {p4} {c}|{w} vei {n}|{w}gate {s}, {c}",
    "fi": "{w}katu {n} B {s}|{w}tie {n}, {p5} {c}|{w}nkatu {n} as. {s}|{w}kuja {s}, {c}", "hu": "{w} utca {n}. {s}/{s}|{p4} {c}, {w} út {n}.|{w} tér {s}., {c}|{w} u. {n}, {s}. em. {s}. ajtó", "ro": "Str. {w} nr. {n}|Bd. {w} nr. {n}, bl. {l}{s}, sc. {l}, ap. {n}, {c}|Strada {w} {n}, {c} {p}|Calea {w} {n}, et. {s}",
    "hr": "{w} ulica {n}|Ulica {w} {n}, {p5} {c}|Trg {w} {s}, {c}|{w} {n}/{s}, {c}|Put {w} {n}",
    "lo": "ເຮືອນເລກທີ {n}, ຖະໜົນ{w}, ບ້ານ{w}, ເມືອງ{c}|ບ້ານ{w} ໜ່ວຍ {s}, {c}",
}
# Languages in Latin letters, whose corpora and templates the models for those letters learn.
LATIN = ("pl", "cs", "sk", "tr", "vi", "id", "sv", "da", "no", "fi", "hu", "ro", "hr")
LANGUAGES = tuple(language for language in STREETS if language not in LATIN)
# Words for streets and quarters, cities and provinces, where the lists have none.
WORDS = {
    "zh-Hans": "中山 人民 解放 建设 新华 和平 文化 朝阳 幸福 长江 黄河 学院 花园 东风 南京 北京 青年 胜利 光明 滨江 翠湖 海淀 浦东 天河 武侯 南山 龙华 锦绣 阳光 金桥 玉泉 望京",
    "zh-Hant": "中山 中正 民生 忠孝 信義 仁愛 和平 復興 光復 大安 板橋 三民 文化 公園 成功 建國 自由 彌敦 太子 皇后 德輔 軒尼詩 旺角 沙田 荃灣",
    "ja": "本町 中央 緑 栄 旭 桜 東 西 南 北 大手 若葉 富士見 日吉 青葉 永田 神田 銀座 三軒茶屋 西新宿 上野 山手 泉 宮前 松が丘 希望ヶ丘",
    "ko": "테헤란 강남 중앙 문화 한강 충무 을지 세종 평화 대학 신촌 동산 은행 해운 수영 장안 송파 역삼 서초 상무 둔산 행복 푸른 한빛 래미안 삼성",
    "kk": "Абай Достық Сәтпаев Бейбітшілік Желтоқсан Төле би Сарыарқа Республика Момышұлы", "mn": "Сүхбаатар Баянгол Чингэлтэй Энхтайван Баянзүрх Сонгинохайрхан Хан-Уул",
    "sr": "Краља Петра Немањина Светог Саве Кнеза Милоша Војводе Степе Булеварска Цара Душана Народних хероја", "bg": "Витоша Раковски Шипка Иван Вазов Христо Ботев Опълченска Цар Симеон Гурко Младост Люлин",
    "ru": "Ленина Мира Советская Садовая Гагарина Пушкина Лесная Новая Набережная Победы Кирова Строителей Молодёжная Октябрьская Цветочная Заречная Комсомольская",
    "am": "ቦሌ ቂርቆስ አራዳ ልደታ የካ ኮልፌ አዲስ ከተማ ጉለሌ", "km": "ទួលគោក ដូនពេញ ចំការមន បឹងកេងកង ឫស្សីកែវ មានជ័យ", "my": "ဗဟန်း ကမာရွတ် လှိုင် စမ်းချောင်း ပန်းဆိုးတန်း အနော်ရထာ ပြည်",
    "lo": "ໂພນໄຊ ສີສັດຕະນາກ ໄຊເສດຖາ ຈັນທະບູລີ ດົງໂດກ", "he": "הרצל ויצמן בן גוריון ז'בוטינסקי הנביאים אלנבי רוטשילד הגפן התמר האורן סוקולוב ביאליק",
    "ar": "الملك فهد التحرير الجامعة النيل السلام الزهور النخيل الورود الحمراء الروضة العليا المنصور الجمهورية الاستقلال",
    "fa": "ولیعصر آزادی انقلاب شریعتی گلستان بهار لاله نیلوفر امام سعدی حافظ فردوسی مطهری", "ur": "گلبرگ ماڈل جناح علامہ اقبال گلشن نارتھ لیاقت فیصل",
    "el": "Ερμού Πανεπιστημίου Σταδίου Κηφισίας Βουλιαγμένης Αγίου Δημητρίου Ελευθερίας Κολοκοτρώνη Τσιμισκή", "hy": "Տերյան Աբովյան Մաշտոց Կոմիտաս Բաղրամյան Նալբանդյան Տիգրան Մեծ",
    "hi": "शिव गांधी नेहरू राम कृष्ण विकास शास्त्री पटेल गणेश लक्ष्मी आनंद सरस्वती जवाहर", "bn": "ধানমন্ডি মিরপুর গুলশান উত্তরা বনানী শান্তিনগর কলেজ স্টেশন রবীন্দ্র",
}
CITIES = {
    "ru": "Москва Казань Самара Тверь Омск Пермь Уфа Сочи Томск Воронеж", "uk": "Київ Львів Одеса Харків Дніпро Полтава Чернівці", "bg": "София Пловдив Варна Бургас Русе", "sr": "Београд Нови Сад Ниш Крагујевац Суботица",
    "kk": "Алматы Астана Шымкент Қарағанды Ақтөбе Тараз", "mn": "Улаанбаатар Дархан Эрдэнэт Ховд", "zh-Hans": "北京 上海 广州 深圳 杭州 成都 武汉 西安 苏州 长沙 郑州 青岛 厦门 昆明", "zh-Hant": "台北 新北 桃園 台中 台南 高雄 新竹 彰化 屏東 花蓮",
    "ja": "千代田区 港区 新宿区 世田谷区 横浜市 川崎市 名古屋市 札幌市 福岡市 神戸市 京都市 仙台市 広島市 さいたま市", "ko": "강남 서초 송파 마포 해운대 수원 성남 용인 고양 창원 전주 청주", "ar": "الرياض جدة القاهرة الإسكندرية عمان بيروت بغداد الدوحة تونس الرباط دبي دمشق",
    "fa": "تهران اصفهان شیراز مشهد تبریز کرج اهواز قم", "ur": "لاہور کراچی اسلام آباد راولپنڈی پشاور ملتان", "he": "תל אביב ירושלים חיפה באר שבע נתניה רעננה אשדוד רחובות", "hi": "दिल्ली मुंबई जयपुर लखनऊ पटना भोपाल इंदौर वाराणसी कानपुर",
    "mr": "पुणे मुंबई नागपूर नाशिक कोल्हापूर ठाणे", "ne": "काठमाडौं पोखरा ललितपुर भक्तपुर विराटनगर", "bn": "ঢাকা চট্টগ্রাম কলকাতা সিলেট রাজশাহী খুলনা", "ta": "சென்னை மதுரை கோயம்புத்தூர் திருச்சி சேலம்", "te": "హైదరాబాద్ విజయవాడ విశాఖపట్నం వరంగల్ తిరుపతి",
    "kn": "ಬೆಂಗಳೂರು ಮೈಸೂರು ಹುಬ್ಬಳ್ಳಿ ಮಂಗಳೂರು", "ml": "കൊച്ചി തിരുവനന്തപുരം കോഴിക്കോട് തൃശൂർ", "gu": "અમદાવાદ સુરત વડોદરા રાજકોટ", "pa": "ਅੰਮ੍ਰਿਤਸਰ ਲੁਧਿਆਣਾ ਜਲੰਧਰ ਪਟਿਆਲਾ", "or": "ଭୁବନେଶ୍ୱର କଟକ ପୁରୀ ସମ୍ବଲପୁର",
    "th": "บางรัก ปทุมวัน จตุจักร บางนา ห้วยขวาง เมือง หาดใหญ่ ศรีราชา", "am": "አዲስ አበባ ሐዋሳ ባህር ዳር መቀሌ ጎንደር", "km": "ភ្នំពេញ សៀមរាប បាត់ដំបង", "my": "ရန်ကုန် မန္တလေး နေပြည်တော် ပဲခူး", "lo": "ວຽງຈັນ ຫຼວງພະບາງ ປາກເຊ", "el": "Αθήνα Θεσσαλονίκη Πάτρα Ηράκλειο Λάρισα Βόλος",
    "pl": "Warszawa Kraków Łódź Wrocław Poznań Gdańsk Szczecin Lublin Katowice", "cs": "Praha Brno Ostrava Plzeň Olomouc Liberec", "sk": "Bratislava Košice Prešov Žilina Nitra", "tr": "İstanbul Ankara İzmir Bursa Antalya Konya Adana Eskişehir",
    "vi": "TP.HCM Huế Hà-Nội Vinh Đà-Nẵng", "id": "Jakarta Bandung Surabaya Medan Semarang Makassar Yogyakarta Denpasar", "sv": "Stockholm Göteborg Malmö Uppsala Umeå", "da": "København Aarhus Odense Aalborg", "no": "Oslo Bergen Trondheim Stavanger Tromsø",
    "fi": "Helsinki Tampere Turku Oulu Espoo", "hu": "Budapest Debrecen Szeged Pécs Győr", "ro": "București Cluj-Napoca Iași Timișoara Brașov", "hr": "Zagreb Split Rijeka Osijek Zadar",
    "hy": "Երևան Գյումրի Վանաձոր", "ka": "თბილისი ბათუმი ქუთაისი რუსთავი",
}
PROVINCES = {"zh-Hans": "广东省 江苏省 浙江省 四川省 湖北省 山东省 河南省 湖南省 福建省 陕西省", "ja": "東京都 大阪府 神奈川県 愛知県 北海道 福岡県 京都府 兵庫県 埼玉県 千葉県", "ko": "서울특별시 서울 부산광역시 경기도 인천광역시 대구 대전 광주광역시 강원도 전라북도",
             "th": "กรุงเทพมหานคร เชียงใหม่ ชลบุรี ขอนแก่น นนทบุรี ภูเก็ต สงขลา นครราชสีมา"}
FIRMS = {
    "ru": "ООО «{w}»|АО «{f}»|банк «{w}»|поликлиника № {s}|школа № {n}|ООО «{f} и партнёры»", "uk": "ТОВ «{w}»|АТ «{f}»|поліклініка № {s}|школа № {n}", "zh-Hans": "{c}{w}科技有限公司|{w}银行|{c}市第{s}人民医院|{c}大学|{w}集团|{w}中学", "zh-Hant": "{w}股份有限公司|{c}大學|{w}醫院|{w}銀行",
    "ja": "株式会社{w}|{f}商事株式会社|{w}銀行|{c}総合病院|{w}大学|有限会社{f}", "ko": "(주){w}|{w}은행|{c}대학교|{w}병원|{f}상사", "ar": "شركة {w}|مستشفى {w}|بنك {w}|جامعة {c}|مؤسسة {f}", "fa": "شرکت {w}|بیمارستان {w}|بانک {w}|دانشگاه {c}", "he": "חברת {w}|בנק {w}|בית חולים {w}|אוניברסיטת {c}",
    "hi": "{w} बैंक|{w} अस्पताल|{c} विश्वविद्यालय|{f} एंड संस|{w} विद्यालय", "th": "บริษัท {w} จำกัด|โรงพยาบาล{w}|ธนาคาร{w}|มหาวิทยาลัย{c}", "bn": "{w} ব্যাংক|{w} হাসপাতাল|{c} বিশ্ববিদ্যালয়", "el": "{w} Α.Ε.|Τράπεζα {w}|Νοσοκομείο {w}|Πανεπιστήμιο {c}",
}
# So many of the people in a text are foreigners, written as the language hears them.
FOREIGNERS = 0.25
CYRILLIC = {"lj": "љ", "nj": "њ", "dž": "џ", **dict(zip("abcčćdđefghijklmnoprsštuvzž", "абцчћдђефгхијклмнопрсштувзж", strict=True))}
DIGITS = {"ar": 0x660, "fa": 0x6F0, "ur": 0x6F0, "hi": 0x966, "mr": 0x966, "ne": 0x966, "bn": 0x9E6, "my": 0x1040, "km": 0x17E0, "th": 0xE50, "lo": 0xED0}


def cyrillic(text: str) -> str:
    """Return Serbian in Latin letters in Cyrillic ones. Lengths differ."""

    def letter(found: re.Match[str]) -> str:
        other = CYRILLIC[found[0].lower()]
        return other.upper() if found[0][0].isupper() else other

    return re.sub("|".join(CYRILLIC), letter, text, flags=re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Native:
    """Fillers of one language. Everything random comes from the generator given."""

    language: str
    given: list[str]
    family: list[str]
    middle: list[str]
    words: list[str]
    cities: list[str]
    addresses: list[str]
    foreign: list[tuple[str, str]]

    def name(self, rng: random.Random) -> tuple[str, str]:
        """Return a given and a family name; some are those of no list, put together from two, some a foreigner's."""
        if self.foreign and rng.random() < FOREIGNERS:
            return rng.choice(self.foreign)
        given, family = rng.choice(self.given), rng.choice(self.family)
        if self.language in ("zh-Hans", "zh-Hant") and rng.random() < 0.35:
            given = rng.choice(self.given)[-1] + rng.choice(self.given)[-1]
        return given, family

    def full(self, given: str, family: str, rng: random.Random) -> str:
        orders = ORDERS.get(self.language, SPACED)
        order = orders[0] if rng.random() < 0.5 else rng.choice(orders)
        parts = {"g": given, "f": family, "m": rng.choice(self.middle) if self.middle else given, "i": given[0]}
        return re.sub("[gfmi]", lambda found: parts[found[0]], order)

    def address(self, rng: random.Random) -> str:
        if self.addresses and rng.random() < 0.35:
            return rng.choice(self.addresses).replace("\n", rng.choice((", ", "\n", " ")))
        return self.shaped(rng.choice(STREETS[self.language].split("|")), rng)

    def firm(self, rng: random.Random) -> str:
        return self.shaped(rng.choice(FIRMS.get(self.language, "{w} {f}|{f}").split("|")), rng)

    def shaped(self, shape: str, rng: random.Random) -> str:
        n = rng.randint
        made = {
            "f": lambda: rng.choice(self.family), "w": lambda: rng.choice(self.words if rng.random() < 0.75 else self.family), "c": lambda: rng.choice(self.cities),
            "v": lambda: rng.choice(PROVINCES.get(self.language, "").split() or self.cities), "n": lambda: str(n(1, rng.choice((30, 300, 2500)))), "s": lambda: str(n(1, 20)),
            "p": lambda: str(n(100000, 899999)), "p4": lambda: str(n(1000, 9999)), "p5": lambda: str(n(10000, 99999)), "g3": lambda: f"{n(100, 999)} {n(10, 99)}",
            "j": lambda: f"{n(100, 999)}-{n(1000, 9999)}", "l": lambda: rng.choice("ABCDEF"), "q": lambda: f"{n(10, 99)}-{n(100, 999)}", "z": lambda: f"{n(100, 999)} {n(10, 99)}", "k": lambda: rng.choice(("コーポ", "メゾン", "パークハイツ", "グランドマンション", "ハイム")),
        }
        return self.native_digits(re.sub(r"\{(\w+)\}", lambda found: made[found[1]](), shape), rng, 0.2)

    def native_digits(self, text: str, rng: random.Random, share: float) -> str:
        zero = DIGITS.get(self.language)
        if zero is None or rng.random() >= share:
            return text
        return text.translate({48 + digit: zero + digit for digit in range(10)})


def read_natives(folder: Path, rows: Iterable[tuple[str, Row]], languages: Iterable[str] = LANGUAGES, foreign: Sequence[tuple[str, str]] = ()) -> dict[str, Native]:
    """Read the lists in `folder`; `rows` of the corpora, each with its language, lend the names of their people.

    `foreign`: given and family names in Latin letters, which are written in the letters of those languages.
    """
    popular = json.loads((folder / "popular_names_native.json").read_text(encoding="utf-8"))["countries"]
    named: dict[str, set[str]] = defaultdict(set)
    for language, row in rows:
        for start, end, kind in row.spans:
            if kind == "PERSON":
                named[language].add(row.text[start:end])
    natives: dict[str, Native] = {}
    for language in languages:
        lists = [json.loads((folder / f"faker_{locale}.json").read_text(encoding="utf-8")) for locale in LOCALES.get(language, ())]
        people = [part["person"] for part in lists]
        places = [part["address"] or {} for part in lists]
        given = _all(people, "first_names") or _all(people, "first_names_male") + _all(people, "first_names_female")
        family = _all(people, "last_names")
        for country in COUNTRIES.get(language, ()):
            part = popular.get(country, {})
            given += [name for key in ("given_male", "given_female") for name in part.get(key, ()) if not name.isascii()]
            family += [name for name in part.get("family", ()) if not name.isascii()]
        if language == "ko":
            family = [name for name in family if "\uac00" <= name[0] <= "\ud7a3"]
        if language in WRITTEN:
            given, family = given + WRITTEN[language][0].split(), family + WRITTEN[language][1].split()
        if language in BORROWED:
            step = INDIC[language] - INDIC["hi"]
            given += [_moved(name, step) for name in natives["hi"].given]
            family += [_moved(name, step) for name in natives["hi"].family]
        if language == "zh-Hans":
            family = family * 8 + json.loads((folder / "names_zh_family.json").read_text(encoding="utf-8"))["family"]
        if language == "ja":
            names = json.loads((folder / "names_ja_kanji.json").read_text(encoding="utf-8"))
            pairs = names["given_male_kanji_kana"] + names["given_female_kanji_kana"]
            given += [kanji for kanji, _ in pairs] + [kana for _, kana in pairs][::6]
            family = family * 12 + [name for pair in names["family_kanji_kana"] for name in pair[1:]]
        for name in sorted(named[language]):
            words = name.split()
            if len(words) == 2 and words[0][0] + words[1][0] == (words[0][0] + words[1][0]).upper() and language not in ("zh-Hans", "zh-Hant", "ja", "ko", "am", "ka", "pl", "cs", "sk", "hr", "fi", "hu", "tr", "ro"):
                given, family = [*given, words[0]], [*family, words[1]]
        cities = CITIES.get(language, "").split() + _all(places, "cities") + _all(places, "city_names")
        words = WORDS.get(language, "").split() + _all(places, "street_titles") + _all(places, "towns") + (_all(places, "streets") if language in LATIN else [])
        natives[language] = Native(
            language=language, given=given, family=family, middle=_all(people, "middle_names"), words=words or family, cities=cities, addresses=_all(places, "samples"),
            foreign=[(transliterated_name(given, language), transliterated_name(family, language)) for given, family in foreign] if language in SCRIPTS else [],
        )
    return natives


def _all(parts: Iterable[Mapping[str, list[str]]], key: str) -> list[str]:
    return [value for part in parts for value in part.get(key, ())]


def _moved(name: str, step: int) -> str:
    return "".join(chr(ord(letter) + step) if 0x900 < ord(letter) < 0x980 else letter for letter in name)
