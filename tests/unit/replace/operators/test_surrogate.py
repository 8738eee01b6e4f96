"""Stand-ins keep the shape of the value, belong to nobody, and come back exactly."""

import ipaddress
import random
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.replace.operators.surrogate import Surrogate
from relay.replace.person_names import FEMALE, MALE, POOLS, Script, script_of
from relay.replace.styles.bracketed import Bracketed
from relay.replace.surrogate_values import MAKERS, shifted_date
from relay.response.restore import Restorer
from relay.types import Encoding
from relay.vault.keys import Keys
from relay.vault.secret_memory import SecretMemory
from relay.vault.vault import Vault


def make(seed: int = 1) -> Vault:
    keys = Keys(SecretMemory(), random.Random(seed).randbytes)
    return Vault(lambda: keys, Bracketed(), session_id="s", max_entities=2000, max_bytes=1_000_000)


def shown(entity_type: str, value: str, vault: Vault | None = None) -> str:
    return Surrogate().replace(value, entity_type, make() if vault is None else vault)


VALUES = [
    ("PERSON", "Maria Gonzalez"),
    ("PERSON", "MARIA GONZALEZ"),
    ("PERSON", "Dr. James T. Kirk"),
    ("PERSON", "Gonzalez, Maria"),
    ("PERSON", "Анна Петрова"),
    ("PERSON", "张伟"),
    ("PERSON", "김민수"),
    ("EMAIL_ADDRESS", "maria.gonzalez@clinic.example"),
    ("PHONE_NUMBER", "+1 (415) 555-2671"),
    ("PHONE_NUMBER", "+44 7911 123456"),
    ("CREDIT_CARD", "4111 1111 1111 1111"),
    ("IBAN_CODE", "DE89 3704 0044 0532 0130 00"),
    ("US_SSN", "536-22-1874"),
    ("IP_ADDRESS", "8.8.4.4"),
    ("IP_ADDRESS", "2a00:1450::1"),
    ("MAC_ADDRESS", "3c:22:fb:12:34:56"),
    ("URL", "https://clinic.example/patients/7"),
    ("DATE_OF_BIRTH", "1985-03-04"),
    ("ORGANIZATION", "Acme Widgets GmbH"),
    ("LOCATION", "Springfield"),
    ("STREET_ADDRESS", "12 Elm Street"),
]


@pytest.mark.parametrize(("entity_type", "value"), VALUES)
def test_every_stand_in_comes_back(entity_type: str, value: str) -> None:
    """It differs from the value, is stable in the session, and is restored exactly, however the stream was cut."""
    vault = make()
    stand_in = shown(entity_type, value, vault)
    assert stand_in != value
    assert not stand_in.startswith("[")
    assert shown(entity_type, value, vault) == stand_in
    text = f"Hi {stand_in}, and {stand_in}."
    for cut in range(len(text) + 1):
        restorer = Restorer(vault, urls=True)
        whole = restorer.feed(text[:cut]) + restorer.feed(text[cut:]) + restorer.finish()
        assert whole == f"Hi {value}, and {value}."


@pytest.mark.parametrize(
    ("value", "pattern"),
    [
        ("Maria Gonzalez", r"(F) [A-Z][a-z]+"),
        ("James Kirk", r"(M) [A-Z][a-z]+"),
        ("MARIA GONZALEZ", r"[A-Z]+ [A-Z]+"),
        ("maria gonzalez", r"[a-z]+ [a-z]+"),
        ("Ms. Gonzalez", r"Ms\. [A-Z][a-z]+"),
        ("Dr. James T. Kirk", r"Dr\. (M) [A-Z]\. [A-Z][a-z]+"),
        ("Gonzalez, Maria", r"[A-Z][a-z]+, (F)"),
        ("M. Gonzalez", r"[A-Z]\. [A-Z][a-z]+"),
    ],
)
def test_names_keep_their_form(value: str, pattern: str) -> None:
    """Order, titles, initials, letter case, and gender where the name shows it."""
    pattern = pattern.replace("(F)", "|".join(FEMALE).join("()")).replace("(M)", "|".join(MALE).join("()"))
    assert re.fullmatch(pattern, shown("PERSON", value))


@pytest.mark.parametrize("script", [script for script in Script if script is not Script.LATIN])
def test_names_keep_their_script(script: Script) -> None:
    """Whoever reads the stand-in reads the same writing."""
    pool = POOLS[script]
    joiner = "" if script in (Script.HAN, Script.HANGUL) else " "
    assert script_of(shown("PERSON", joiner.join((pool.firsts[0], pool.lasts[3])))) is script


def test_forms_of_one_person_have_forms_of_one_stand_in() -> None:
    """A short form is made of the same invented person's words."""
    vault = make()
    full = shown("PERSON", "Maria Gonzalez", vault)
    assert shown("PERSON", "Maria", vault) == full.split()[0]
    assert shown("PERSON", "Gonzalez", vault) == full.split()[1]
    assert shown("PERSON", "Ms Gonzalez", vault) == f"Ms {full.split()[1]}"
    assert Restorer(vault).restore(f"{full} and {full.split()[0]}") == "Maria Gonzalez and Maria"


def luhn(digits: str) -> bool:
    total = sum(int(d) if i % 2 == 0 else sum(divmod(2 * int(d), 10)) for i, d in enumerate(reversed(digits)))
    return total % 10 == 0


@given(st.integers(1, 5000))
def test_checksums_and_reserved_ranges(number: int) -> None:
    """Whatever the number, checks hold and the value is nobody's, or there is no stand-in."""
    card = MAKERS["CREDIT_CARD"]("4111 1111 1111 1111", number, "")
    assert card.startswith("9999 99")
    assert luhn(card.replace(" ", ""))
    iban = MAKERS["IBAN_CODE"]("DE89 3704 0044 0532 0130 00", number, "").replace(" ", "")
    assert int("".join(str(int(char, 36)) for char in iban[4:] + iban[:4])) % 97 == 1
    assert iban[4:12] == "00000000"
    assert re.fullmatch(r"666-\d\d-\d{4}", MAKERS["US_SSN"]("536-22-1874", number, ""))
    address = MAKERS["IP_ADDRESS"]("8.8.4.4", number, "")
    assert not address or ipaddress.ip_address(address).is_private or address.startswith("203.0.113.")
    phone = MAKERS["PHONE_NUMBER"]("(415) 555-2671", number, "")
    assert not phone or re.fullmatch(r"\(\d{3}\) 555-01\d\d", phone)
    assert re.search(r"@example\.(org|com|net)$", MAKERS["EMAIL_ADDRESS"]("a.b@c.example", number, ""))


@pytest.mark.parametrize(
    ("value", "days", "moved"),
    [
        ("2024-02-28", 2, "2024-03-01"),
        ("2024/2/8", 1, "2024/2/9"),
        ("2024-02-28T10:00:00Z", 1, "2024-02-29T10:00:00Z"),
        ("02/28/2024", 1, "02/29/2024"),
        ("28/02/2023", 1, "01/03/2023"),
        ("8.2.2024", 1, "9.2.2024"),
        ("February 28, 2024", 1, "February 29, 2024"),
        ("Feb. 28, 2024", 2, "Mar. 1, 2024"),
        ("1st May 2024", 1, "2nd May 2024"),
        ("31 December 1999", 1, "1 January 2000"),
        ("yesterday", 1, ""),
        ("13/13/2024", 1, ""),
        ("9999-12-31", 1, ""),
    ],
)
def test_dates_move_in_their_notation(value: str, days: int, moved: str) -> None:
    """The calendar is right and the writing is kept."""
    assert shifted_date(value, days) == moved


def test_dates_of_a_session_keep_order_and_intervals() -> None:
    """All move by the same days, which another session does not share."""
    vault, other = make(1), make(2)
    days = [
        date.fromisoformat(shown("DATE_TIME", value, vault)) for value in ("2020-01-01", "2020-01-31", "2021-06-01")
    ]
    assert (days[1] - days[0]).days == 30
    assert (days[2] - days[0]).days == 517
    assert shown("DATE_TIME", "2020-01-01", other) != days[0].isoformat()


def test_no_stand_in_is_given_twice() -> None:
    """A thousand people, more than there are names: each stand-in stands for one value."""
    vault = make()
    values = [f"Maria {chr(65 + n % 26)}{chr(97 + n // 26)}son" for n in range(600)]
    made = [shown("PERSON", value, vault) for value in values]
    assert len(set(made)) == len(values)
    assert all(vault.open(text) == value for text, value in zip(made, values, strict=True))


def test_a_stand_in_is_no_value_of_the_session() -> None:
    """What a real person is called in this session is not given to another."""
    vault = make()
    other = make()
    second = [shown("PERSON", value, other) for value in ("Maria Gonzalez", "Maria Lopez")][1]
    assert vault.seal("PERSON", second) == "[PERSON_1]"
    assert shown("PERSON", "Maria Lopez", vault) not in ("[PERSON_2]", second)


@pytest.mark.parametrize(
    ("entity_type", "value"),
    [("PASSPORT", "C01X00T47"), ("PHONE_NUMBER", "+49 30 901820"), ("PERSON", "たなか"), ("DATE_TIME", "last May")],
)
def test_without_a_stand_in_the_placeholder_is_shown(entity_type: str, value: str) -> None:
    """Never anything less hidden."""
    assert shown(entity_type, value) == f"[{entity_type}_1]"


@pytest.mark.parametrize(
    ("text", "restored"),
    [
        ("{S}'s", "Maria Gonzalez's"),
        ("{s}", "Maria Gonzalez"),
        ("{S}ton", "{S}ton"),
        ("x{S}", "x{S}"),
        ("请问{S}吗", "请问Maria Gonzalez吗"),
        ("{S} [PERSON_2]", "Maria Gonzalez Bo"),
        ("https://example.org/{U}", "https://example.org/{U}"),
    ],
)
def test_stand_ins_in_text(text: str, restored: str) -> None:
    """At word boundaries, in any letter case, beside placeholders, not inside destinations."""
    vault = make()
    stand_in = shown("PERSON", "Maria Gonzalez", vault)
    assert vault.seal("PERSON", "Bo") == "[PERSON_2]"
    names = {"{S}": stand_in, "{s}": stand_in.upper(), "{U}": stand_in}
    for key, name in names.items():
        text, restored = text.replace(key, name), restored.replace(key, name)
    for step in (1, 2, 5, 100):
        restorer = Restorer(vault)
        pieces = [text[start : start + step] for start in range(0, len(text), step)]
        assert "".join(map(restorer.feed, pieces)) + restorer.finish() == restored


def test_stand_ins_in_json() -> None:
    """Escaped by whatever wrote the document, and the value escaped in its turn."""
    vault = make()
    stand_in = shown("PERSON", "Анна Петрова", vault)
    escaped = "".join(f"\\u{ord(char):04x}" if ord(char) > 127 else char for char in stand_in)
    for text in (f'{{"a":"{stand_in}"}}', f'{{"a":"{escaped}"}}', f'{{"a":"x\\n{stand_in}"}}'):
        restored = text.replace(stand_in, "Анна Петрова").replace(escaped, "Анна Петрова")
        for cut in range(len(text)):
            restorer = Restorer(vault, encoding=Encoding.JSON)
            assert restorer.feed(text[:cut]) + restorer.feed(text[cut:]) + restorer.finish() == restored
