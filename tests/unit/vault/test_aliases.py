"""Forms of one person's name are linked where they can mean nobody else, and each comes back exactly."""

import random

import pytest

from relay.replace.styles.bracketed import Bracketed
from relay.response.restore import Restorer
from relay.vault.aliases import Form, Name, parse
from relay.vault.keys import Keys
from relay.vault.secret_memory import SecretMemory
from relay.vault.vault import Vault


def make(**options: bool) -> Vault:
    keys = Keys(SecretMemory(), random.Random(1).randbytes)
    return Vault(lambda: keys, Bracketed(), session_id="s", max_entities=100, max_bytes=100_000, **options)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("Maria Gonzalez", Name(Form.FULL, "maria", "gonzalez")),
        ("MARIA GONZALEZ", Name(Form.FULL, "maria", "gonzalez")),
        ("Dr. Maria Elena Gonzalez", Name(Form.FULL, "maria", "gonzalez")),
        ("Ludwig van der Berg", Name(Form.FULL, "ludwig", "van der berg")),
        ("van der Berg", Name(Form.LAST, "", "van der berg")),
        ("John Smith Jr.", Name(Form.FULL, "john", "smith jr")),
        ("John Smith, Jr.", Name(Form.FULL, "john", "smith jr")),
        ("Gonzalez, Maria", Name(Form.REVERSED, "maria", "gonzalez")),
        ("Ms. Gonzalez", Name(Form.TITLED, "", "gonzalez")),
        ("M. Gonzalez", Name(Form.INITIAL, "m", "gonzalez")),
        ("M Dupont", Name(Form.TITLED, "", "dupont")),
        ("Maria", Name(Form.FIRST, "maria", "maria")),
        ("O'Neil-Smith", Name(Form.FIRST, "o'neil-smith", "o'neil-smith")),
        ("张伟", Name(Form.FIRST, "张伟", "张伟")),
        ("agent 47", None),
        ("maria@example.org", None),
        ("", None),
        (",", None),
    ],
)
def test_names_taken_apart(value: str, name: Name | None) -> None:
    """What the words of a name tell by themselves."""
    found = parse(value)
    assert (found and (found.form, found.first, found.last)) == (name and (name.form, name.first, name.last))


@pytest.mark.parametrize(
    ("values", "placeholders"),
    [
        (["Maria Gonzalez", "Maria"], ["[PERSON_1]", "[PERSON_1_FIRST]"]),
        (["Maria Gonzalez", "Gonzalez"], ["[PERSON_1]", "[PERSON_1_LAST]"]),
        (["Maria Gonzalez", "Ms Gonzalez", "Ms. Gonzalez"], ["[PERSON_1]", "[PERSON_1_TITLED]", "[PERSON_1_TITLED_2]"]),
        (["Maria Gonzalez", "M. Gonzalez"], ["[PERSON_1]", "[PERSON_1_INITIAL]"]),
        (["Maria Gonzalez", "Gonzalez, Maria"], ["[PERSON_1]", "[PERSON_1_REVERSED]"]),
        (["Maria Gonzalez", "maria gonzalez", "MARIA"], ["[PERSON_1]", "[PERSON_1_FULL]", "[PERSON_1_FIRST]"]),
        (["Maria Gonzalez", "maria.gonzalez@example.org"], ["[PERSON_1]", "[PERSON_1_EMAIL]"]),
        (["Maria Gonzalez", "mgonzalez@example.org"], ["[PERSON_1]", "[PERSON_1_EMAIL]"]),
        (["Maria Gonzalez", "gonzalez_maria7@example.org"], ["[PERSON_1]", "[PERSON_1_EMAIL]"]),
        (
            ["Maria Gonzalez", "maria@example.org", "maria@example.net"],
            ["[PERSON_1]", "[PERSON_1_EMAIL]", "[PERSON_1_EMAIL_2]"],
        ),
        (
            ["Maria Gonzalez", "maria_gonzalez", "MariaGonzalez", "m_gonzalez", "gonzalezmaria", "GONZALEZ-MARIA"],
            ["[PERSON_1]", "[PERSON_1_ID]", *(f"[PERSON_1_ID_{number}]" for number in range(2, 6))],
        ),
        (["Maria Gonzalez", "mariagonzalez@example.org"], ["[PERSON_1]", "[PERSON_1_EMAIL]"]),
        (["Maria", "Maria Gonzalez", "Gonzalez"], ["[PERSON_1]", "[PERSON_1_FULL]", "[PERSON_1_LAST]"]),
        (["M. Gonzalez", "Maria Gonzalez", "Maria"], ["[PERSON_1]", "[PERSON_1_FULL]", "[PERSON_1_FIRST]"]),
        # near misses
        (["Maria Gonzalez", "Juan Gonzalez", "Gonzalez"], ["[PERSON_1]", "[PERSON_2]", "[PERSON_3]"]),
        (["Maria Gonzalez", "Maria Lopez", "Maria"], ["[PERSON_1]", "[PERSON_2]", "[PERSON_3]"]),
        (
            ["Maria Gonzalez", "Juan Gonzalez", "Mr Gonzalez", "M. Gonzalez"],
            ["[PERSON_1]", "[PERSON_2]", "[PERSON_2_TITLED]", "[PERSON_1_INITIAL]"],
        ),
        (["Maria Gonzalez", "Mr Gonzalez", "Mrs Gonzalez"], ["[PERSON_1]", "[PERSON_2]", "[PERSON_1_TITLED]"]),
        (["Maria Gonzalez", "Dr Gonzalez"], ["[PERSON_1]", "[PERSON_1_TITLED]"]),
        (["Ms Gonzalez", "Juan Gonzalez"], ["[PERSON_1]", "[PERSON_2]"]),
        (["Mr Gonzalez", "Juan Gonzalez"], ["[PERSON_1]", "[PERSON_1_FULL]"]),
        (["John Smith", "John Smith Jr."], ["[PERSON_1]", "[PERSON_2]"]),
        (["Maria Gonzalez", "Mariana", "Gonzales"], ["[PERSON_1]", "[PERSON_2]", "[PERSON_3]"]),
        (["Maria Gonzalez", "info@example.org"], ["[PERSON_1]", "[EMAIL_ADDRESS_1]"]),
        (["Maria Gonzalez", "maria.lopez@example.org"], ["[PERSON_1]", "[EMAIL_ADDRESS_1]"]),
        (["Maria Gonzalez", "maria_lopez", "MariaG"], ["[PERSON_1]", "[PERSON_2]", "[PERSON_3]"]),
        (["Maria Gonzalez", "Miguel Gonzalez", "m_gonzalez"], ["[PERSON_1]", "[PERSON_2]", "[PERSON_3]"]),
        (["maria@example.org", "Maria Gonzalez"], ["[EMAIL_ADDRESS_1]", "[PERSON_1]"]),
    ],
)
def test_aliases(values: list[str], placeholders: list[str]) -> None:
    """Linked where the session knows one owner, a new number where it knows none or two; all come back exactly."""
    vault = make()
    types = ["EMAIL_ADDRESS" if "@" in value else "PERSON" for value in values]
    assert [vault.seal(*pair) for pair in zip(types, values, strict=True)] == placeholders
    assert [vault.seal(*pair) for pair in zip(types, values, strict=True)] == placeholders
    assert list(vault.values()) == list(zip(types, values, strict=True))
    assert Restorer(vault).restore(" | ".join(placeholders)) == " | ".join(values)


@pytest.mark.parametrize(
    ("text", "restored"),
    [
        ("[PERSON_1_LAST]", "Gonzalez"),
        ("[person_1_last] [PERSON 1 LAST] [PERSON_1-LAST]", "Gonzalez Gonzalez Gonzalez"),
        ("PERSON_1_LAST, PERSON 1 LAST, person_1_last", "Gonzalez, Gonzalez, Gonzalez"),
        ("PERSON_1 LAST CAME", "Gonzalez CAME"),
        ("PERSON_1 LASTLY", "Maria Gonzalez LASTLY"),
        ("PERSON_1 last", "Maria Gonzalez last"),
        ("[PERSON_1] LAST", "Maria Gonzalez LAST"),
        ("PERSON_1_LASTS", "PERSON_1_LASTS"),
    ],
)
def test_altered_aliases(text: str, restored: str) -> None:
    """The forms are told from the person they belong to, however the stream was cut."""
    vault = make()
    for value in ("Maria Gonzalez", "Gonzalez"):
        vault.seal("PERSON", value)
    assert Restorer(vault).restore(text) == restored
    for cut in range(len(text) + 1):
        restorer = Restorer(vault)
        assert restorer.feed(text[:cut]) + restorer.feed(text[cut:]) + restorer.finish() == restored


def test_links_can_be_off() -> None:
    """Every value is then an entity of its own."""
    vault = make(link_people=False)
    assert [vault.seal("PERSON", value) for value in ("Maria Gonzalez", "Maria")] == ["[PERSON_1]", "[PERSON_2]"]


def test_names_leave_no_words_behind() -> None:
    """What is remembered of a name are keyed marks, and nothing of them after shredding."""
    vault = make()
    vault.seal("PERSON", "Maria Gonzalez")
    people = vault._people
    assert people is not None
    columns = (people._firsts, people._lasts, people._initials)
    assert all(len(column) == 8 for column in columns)
    assert not any(b"aria" in column or b"onza" in column for column in columns)
    vault.shred()
    assert not any(columns)
