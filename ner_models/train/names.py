"""Read the lists that fill the templates: names by country, cities, companies, addresses.

Every list is a file of a corpus folder; the few tables written here fill countries that the lists leave out.
"""

from __future__ import annotations

import csv
import json
import random
import re
import xml.etree.ElementTree as xml
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Lists", "read_lists"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """All fillers. `people` maps a country code to its given names and family names."""

    people: dict[str, tuple[list[str], list[str]]]
    us_first: list[str]
    us_last: list[str]
    cities: dict[str, list[str]]
    countries: list[str]
    companies: list[str]
    us_streets: list[tuple[str, str, str, str]]
    odd_addresses: list[str]
    given_names: frozenset[str]
    family_names: frozenset[str]

    def family_name(self, country: str, rng: random.Random) -> str:
        """Return a family name of a country: mostly a usual one, some a rare one of any origin, some that nobody has.

        Short lists are learnt by heart; what is not on them has to be told by its sentence.
        """
        usual = self.people[country][1]
        draw = rng.random()
        if draw < 0.2:
            return rng.choice(self.us_last)
        if draw < 0.3:
            left, right = (rng.choice(usual).split()[-1] for _ in "ab")
            return left[: (len(left) + 1) // 2] + right[len(right) // 2 :].lower()
        return rng.choice(usual)


# Countries that the lists leave out or cover only in one half: given names, family names.
EXTRA = {
    "NG": (
        "Chinedu Ngozi Oluwaseun Adaeze Emeka Funmilayo Tunde Chiamaka Ifeoma Obinna Yetunde Babatunde Amaka Kelechi "
        "Folasade Uche Damilola Ayodele Nneka Segun Aisha Musa Ibrahim Zainab",
        "Okafor Adeyemi Okonkwo Balogun Eze Nwosu Adebayo Ogunleye Obi Chukwu Afolabi Bello Abubakar Okoro Nwachukwu "
        "Olawale Ojo Onyekachi Akinola Danjuma Ezeudu Achebe",
    ),
    "GH": (
        "Kwame Akosua Kofi Ama Yaw Abena Kojo Efua Kwabena Adwoa Kwesi Esi Nana Afia",
        "Mensah Owusu Boateng Asante Osei Appiah Agyeman Addo Ansah Amoah Darko Acheampong",
    ),
    "KE": (
        "Wanjiru Kamau Achieng Otieno Njeri Mwangi Wambui Kipchoge Akinyi Juma Nyambura Kiprono Atieno Baraka",
        "Kariuki Odhiambo Wanjala Mutua Kimani Omondi Njoroge Cheruiyot Ochieng Muthoni Kibet Wafula Koech",
    ),
    "ET": (
        "Abebe Tigist Bekele Hiwot Dawit Meseret Yonas Selam Tesfaye Almaz Getachew Liya",
        "Tadesse Haile Gebre Alemu Girma Wolde Mekonnen Assefa Desta Kebede Negash Tsegaye",
    ),
    "VN": (
        "Thị Mai|Văn Hùng|Minh Anh|Thị Lan|Quốc Bảo|Thanh Hương|Đức Anh|Ngọc Linh|Hoàng Nam|Thu Trang|Tuấn|Phương|Linh"
        "|Huyen|Minh|Trang|Duc|Hoa|Anh|Long|Thi Mai|Van Hung",
        "Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Nguyen|Tran|Le|Pham|Hoang|Huynh|Phan|Dang",
    ),
    "TH": (
        "Somchai Siriporn Anong Kittisak Malee Niran Pim Chanida Arthit Suda Prasert Wanida",
        "Saetang Chaiyasit Wongsakul Srisuk Thongchai Boonmee Suwan Rattanakosin Jaidee Phromma",
    ),
    "ID": (
        "Budi Siti Agus Dewi Putri Rizky Nur Joko Wulan Bayu Ratna Hendra Ayu Dian Fajar",
        "Santoso Wijaya Lestari Hidayat Susanto Pratama Setiawan Kusuma Nugroho Siregar Saputra Halim",
    ),
    "IN": (
        "Priya Rahul Anjali Arjun Sunita Vikram Kavita Rohan Deepika Sanjay Lakshmi Amit Neha Suresh Meena Ravi Pooja "
        "Harpreet Gurpreet Ananya Karthik Divya Manish Shreya Venkatesh Padma Imran Fatima Abdul Nikhil Swati Rajesh Geeta",
        "Sharma Patel Singh Kumar Gupta Reddy Nair Iyer Menon Rao Das Mukherjee Banerjee Chatterjee Desai Joshi Mehta Kaur "
        "Verma Mishra Pillai Khan Agarwal Bhat Kulkarni Naidu Ghosh Chopra Malhotra Subramanian Krishnan Shetty",
    ),
    "AE": (
        "Mohammed Fatima Ahmed Aisha Omar Layla Khalid Noor Yusuf Mariam Hassan Zainab Ali Huda Ibrahim Salma Tariq Rania",
        "Al-Farsi|Al-Mansouri|Al Maktoum|Al-Hashimi|El-Sayed|Al-Rashid|Haddad|Khoury|Mansour|Nasser|Abdallah|bin Rashid"
        "|Al Suwaidi|Hassan|Hussein|Abu Zaid|El Amrani|Benali|Bouazza|Ben Youssef",
    ),
    "IR": (
        "Mohammad Fatemeh Ali Zahra Reza Maryam Hossein Narges Amir Shirin Arash Leila Kaveh Parisa",
        "Ahmadi Hosseini Mohammadi Rezaei Karimi Moradi Jafari Rahimi Kazemi Shirazi Tehrani Farahani",
    ),
    "CN": (
        "Wei Fang Na Xiuying Min Jing Li Qiang Lei Jun Yang Yong Yan Jie Juan Tao Ming Chao Xiuli Gang Ping Guiying Xiaoming "
        "Xiaohong Jianguo Haoran Zixuan Yuxin Meiling Zhihao Yifan Siyu",
        "Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Lin Gao Luo Zheng Liang Xie Tang Xiao Feng Deng",
    ),
    "KR": (
        "Min-jun Seo-yeon Ji-woo Hyun-woo Soo-jin Ji-hoon Eun-ji Min-seo Jae-hyun Yuna Sung-min Hye-jin Donghyun Jiyeon",
        "Kim Lee Park Choi Jung Kang Cho Yoon Jang Lim Han Oh Seo Shin Kwon Hwang Ahn Song Yoo Hong",
    ),
    "NL": (
        "Daan Sanne Sem Emma Lars Lotte Bram Fleur Thijs Anouk Jeroen Marieke Pieter Femke Joost Willemijn Ruben Maaike",
        "de Jong|Jansen|de Vries|van den Berg|van Dijk|Bakker|Janssen|Visser|Smit|Meijer|de Boer|Mulder|de Groot|Bos"
        "|van der Meer|van Leeuwen|Dekker|Brouwer|de Wit|Dijkstra|Smits|van der Linden|ter Braak|ten Hag|van 't Hof|Hoekstra",
    ),
    "PT": (
        "João Maria Francisco Ana Tiago Mariana Rui Inês Miguel Beatriz Paulo Catarina Nuno Sofia Gonçalo Joana Luís Marta",
        "Silva|Santos|Ferreira|Pereira|Oliveira|Costa|Rodrigues|Martins|Jesus|Sousa|Fernandes|Gonçalves|Gomes|Lopes"
        "|Marques|Alves|Almeida|Ribeiro|Pinto|Carvalho|Teixeira|Moreira|Correia|Mendes|Nunes|Soares|dos Santos|da Silva"
        "|de Oliveira|da Costa|e Melo|do Nascimento",
    ),
    "DE": (
        "Anna Lukas Lena Felix Hannah Jonas Katharina Maximilian Sabine Jürgen Ursula Wolfgang Heike Günther Stefanie "
        "Matthias Claudia Torsten Birgit Uwe Andrea Karl-Heinz Hans-Peter Anna-Lena Dieter Petra Bernd Monika",
        "Müller|Schmidt|Schneider|Fischer|Weber|Meyer|Wagner|Becker|Schulz|Hoffmann|Schäfer|Koch|Bauer|Richter|Klein|Wolf"
        "|Schröder|Neumann|Schwarz|Zimmermann|Braun|Krüger|Hartmann|Lange|Krause|Lehmann|Köhler|Maier|von Bülow"
        "|von der Heide|Müller-Lüdenscheidt|Schulze-Kremer|zu Guttenberg",
    ),
    "IT": (
        "Marco Giulia Francesco Chiara Alessandro Martina Luca Francesca Matteo Elisa Andrea Valentina Giuseppe Paola "
        "Antonio Federica Giovanni Silvia Roberto Laura Salvatore Gianluca",
        "Rossi|Russo|Ferrari|Esposito|Bianchi|Romano|Colombo|Ricci|Marino|Greco|Bruno|Gallo|Conti|De Luca|Mancini|Costa"
        "|Giordano|Rizzo|Lombardi|Moretti|D'Angelo|Dell'Acqua|Di Stefano|De Santis|Lo Presti|La Rosa",
    ),
    "IE": (
        "Aoife Cian Niamh Seán Saoirse Conor Siobhán Pádraig Ciara Oisín Gráinne Declan Eoin Fionnuala Róisín",
        "O'Brien|O'Neill|Murphy|Kelly|Byrne|O'Connor|Ryan|Walsh|O'Sullivan|McCarthy|Doyle|Gallagher|McLoughlin|O'Reilly"
        "|FitzGerald|MacMahon",
    ),
    "SE": (
        "Erik Anna Lars Karin Johan Elin Nils Astrid Björn Ingrid Gustav Maja Åsa Göran",
        "Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Lindqvist Bergström Sjöberg Åkesson",
    ),
    "ZA": (
        "Thabo Nomsa Sipho Lerato Bongani Thandiwe Johannes Zanele Pieter Nokuthula Sibusiso Palesa",
        "Nkosi|Dlamini|Botha|Khumalo|van der Merwe|Mokoena|Ndlovu|Naidoo|Zulu|du Plessis|Mthembu|Pretorius|Govender",
    ),
    "PK": (
        "Muhammad Ayesha Bilal Sana Usman Hina Imran Zara Hamza Rabia Faisal Mehwish",
        "Khan Ahmed Malik Hussain Butt Chaudhry Qureshi Sheikh Raza Siddiqui Iqbal Javed Mirza",
    ),
    "US": ("", ""),
}
# Country code of a names list -> its file in the smashew lists, for more family names.
MORE_SURNAMES = {"DE": "de", "FR": "fr", "ES": "es", "IT": "it", "PL": "pl", "PT": "pt", "RU": "ru", "CZ": "cz", "IN": "hi",
                 "IE": "ie", "GB": "uk", "GR": "gk", "IL": "il", "MX": "es", "BR": "pt", "AR": "es", "CO": "es"}


def _split(text: str) -> list[str]:
    return [part for part in (text.split("|") if "|" in text else text.split()) if part]


def _lines(path: Path) -> list[str]:
    return [line.strip() for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]


def _title(name: str) -> str:
    return re.sub(r"[^\W\d_]+", lambda word: word[0].capitalize() if word[0].isupper() or word[0].islower() else word[0], name)


def _people(folder: Path) -> dict[str, tuple[list[str], list[str]]]:
    base = folder / "popular_names_by_country"
    first: dict[str, list[str]] = defaultdict(list)
    last: dict[str, list[str]] = defaultdict(list)
    for into, file in ((first, "common-forenames-by-country.csv"), (last, "common-surnames-by-country.csv")):
        with (base / file).open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines):
                for column in ("Romanized Name",) * 5 + ("Localized Name",):
                    name = row[column].strip()
                    if name and "/" not in name and "(" not in name and len(name) > 1:
                        into[row["Country"]].append(name)
    for country, file in MORE_SURNAMES.items():
        names = [name for name in _lines(folder / f"smashew_names/NamesDatabases/surnames/{file}.txt") if name.isalpha()]
        last[country] += names[:: max(1, len(names) // 400)]
    for country, (given, family) in EXTRA.items():
        first[country] += _split(given) * 3
        last[country] += _split(family) * 3
    return {c: (first[c], last[c]) for c in sorted(first.keys() & last.keys()) if len(first[c]) > 8 and len(last[c]) > 8}


def read_lists(folder: Path) -> Lists:
    """Read everything below `folder` (the corpora's `lists` folder)."""
    census = folder / "treyhunner_us_census/names"
    us_last = [_title(line.split()[0]) for line in _lines(census / "dist.all.last")][:20000]
    with (folder / "csmansfield_names/data/names_aggregate_1960_2020.csv").open(encoding="utf-8", newline="") as lines:
        us_first = [row["Name"] for row in csv.DictReader(lines)][:12000]
    cities: dict[str, list[str]] = defaultdict(list)
    with (folder / "world_cities/data/world-cities.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            cities[row["country"]].append(row["name"])
    with (folder / "sp500/data/constituents.csv").open(encoding="utf-8", newline="") as lines:
        companies = [row["Security"] for row in csv.DictReader(lines)]
    with (folder / "nasdaq/data/nasdaq-listed-symbols.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            name = row["Company Name"].split(" - ")[0]
            if row["ETF"] == "N" and not re.search(r"Acquisition|ETF|Fund|Warrant|Trust", name):
                companies.append(name)
    for element in xml.parse(folder / "probablepeople/name_data/labeled/company_labeled.xml").getroot():
        text = " ".join("".join(element.itertext()).split())
        if text and len(text) < 50:
            companies.append(_title(text))
    streets = [
        (a["address1"], a["city"], a["state"], a["postalCode"])
        for a in json.loads((folder / "rrad/addresses-us-all.min.json").read_text(encoding="utf-8"))["addresses"]
        if a.get("address1") and a.get("city") and a["address1"][0].isdigit()
    ]
    odd = []
    for element in xml.parse(folder / "usaddress/labeled.xml").getroot():
        kinds = {part.tag for part in element}
        text = " ".join("".join(element.itertext()).split())
        if "AddressNumber" in kinds and "StreetName" in kinds and "Recipient" not in kinds and len(text) > 12:
            odd.append(text)
    people = _people(folder)
    given = {name.lower() for firsts, _ in people.values() for name in firsts} | {name.lower() for name in us_first[:6000]}
    family = {name.lower() for _, lasts in people.values() for name in lasts} | {name.lower() for name in us_last[:8000]}
    return Lists(
        people=people,
        us_first=us_first,
        us_last=us_last,
        cities=dict(cities),
        countries=sorted(cities),
        companies=sorted(set(companies)),
        us_streets=streets,
        odd_addresses=odd,
        given_names=frozenset(given),
        family_names=frozenset(family),
    )
