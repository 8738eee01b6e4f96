"""Forms of a name that were never issued are made of the sealed name, where they are certain."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.errors import SessionClosed
from relay.replace.styles.bracketed import Bracketed
from relay.response.restore import Restorer
from relay.types import Encoding
from relay.vault.aliases import Form
from relay.vault.keys import Keys
from relay.vault.name_forms import forms_of
from relay.vault.secret_memory import SecretMemory
from relay.vault.vault import Vault


def make(max_entities: int = 100, **options: bool) -> Vault:
    keys = Keys(SecretMemory(), random.Random(1).randbytes)
    return Vault(lambda: keys, Bracketed(), session_id="s", max_entities=max_entities, max_bytes=100_000, **options)


@pytest.mark.parametrize(
    ("value", "first", "last", "others"),
    [
        ("Maria Gonzalez", "Maria", "Gonzalez", {"INITIAL": "M. Gonzalez", "REVERSED": "Gonzalez, Maria"}),
        ("MARIA GONZALEZ", "MARIA", "GONZALEZ", {"INITIAL": "M. GONZALEZ", "REVERSED": "GONZALEZ, MARIA"}),
        ("Gonzalez, Maria", "Maria", "Gonzalez", {"FULL": "Maria Gonzalez", "INITIAL": "M. Gonzalez"}),
        ("Garcia Lopez, Maria Elena", "Maria", "Garcia Lopez", {"FULL": "Maria Elena Garcia Lopez"}),
        ("Ludwig van der Berg", "Ludwig", "van der Berg", {"INITIAL": "L. van der Berg"}),
        ("van der Berg, Ludwig", "Ludwig", "van der Berg", {"FULL": "Ludwig van der Berg"}),
        ("van der Berg", "", "van der Berg", {}),
        ("Maria de la Cruz", "Maria", "de la Cruz", {}),
        ("Dr. Maria Elena Gonzalez", "Maria", "Gonzalez", {"TITLED": "Dr. Gonzalez", "FULL": "Maria Elena Gonzalez"}),
        ("Ms Gonzalez", "", "Gonzalez", {"TITLED": "Ms Gonzalez"}),
        ("M. Gonzalez", "", "Gonzalez", {"INITIAL": "M. Gonzalez"}),
        ("M Dupont", "", "Dupont", {"TITLED": "M Dupont"}),
        ("Smith, J.", "", "Smith", {"INITIAL": "J. Smith"}),
        ("John Q. Smith", "John", "Smith", {"FULL": "John Q. Smith"}),
        ("John Smith Jr.", "John", "Smith", {}),
        ("John Smith, Jr.", "John", "Smith", {}),
        ("Sean O'Neil-Smith", "Sean", "O'Neil-Smith", {}),
        ("Анна Петрова", "Анна", "Петрова", {}),
        ("Анна Ивановна Петрова", "Анна", "Петрова", {}),
        ("Петрова Анна Ивановна", "Анна", "Петрова", {}),
        ("Ελένη Παππά", "Ελένη", "Παππά", {}),
        ("张伟", "伟", "张", {"FULL": "张伟"}),
        ("王小明", "小明", "王", {}),
        ("欧阳娜娜", "娜娜", "欧阳", {}),
        ("田中 太郎", "太郎", "田中", {}),
        ("김민준", "민준", "김", {}),
        ("김 민준", "민준", "김", {}),
        ("Maria", "Maria", "", {}),
        # not certain
        ("Maria Garcia Lopez", "Maria", "", {}),
        ("Maria G.", "Maria", "", {}),
        ("Yusuf", "", "", {}),
        ("Gonzalez", "", "", {}),
        ("O'Neil-Smith", "", "", {}),
        ("高橋健", "", "", {}),
        ("田中太郎", "", "", {}),
        ("マリア・ロペス", "", "", {}),
        ("Mr. and Mrs. Smith", "", "", {}),
        ("Maria und Jonas Weber", "", "", {}),
        ("Иванов Пётр Сергей", "", "", {}),
        ("Dr. Smith, John", "", "", {}),
        ("Dr.", "", "", {}),
        ("agent 47", "", "", {}),
        ("maria@example.org", "", "", {}),
        (",", "", "", {}),
        ("", "", "", {}),
    ],
)
def test_forms(value: str, first: str, last: str, others: dict[str, str]) -> None:
    """What is certain is made, as it is written, and what is not is left out."""
    made = {form.value: text for form, text in forms_of(value).items()}
    assert (made.get("FIRST", ""), made.get("LAST", "")) == (first, last)
    assert others.items() <= made.items()


@given(st.text(alphabet="AbcÉ .,'-张김И", max_size=30))
def test_parts_are_words_of_the_name(value: str) -> None:
    """Whatever a text is, no first or last name holds what does not stand in it."""
    for form, text in forms_of(value).items():
        assert text
        assert form.value not in ("FIRST", "LAST") or text in value


@pytest.mark.parametrize(
    ("values", "text", "restored"),
    [
        (["Maria Gonzalez"], "[PERSON_1_FIRST] [PERSON_1_LAST]", "Maria Gonzalez"),
        (["Maria Gonzalez"], "[PERSON_1_REVERSED]; [PERSON_1_INITIAL]", "Gonzalez, Maria; M. Gonzalez"),
        (["Maria Gonzalez"], "[person_1_last], PERSON_1_LAST, \\[PERSON\\_1\\_LAST\\]", "Gonzalez, Gonzalez, Gonzalez"),
        (["Maria Gonzalez"], "PERSON_1 LAST, PERSON 1 FIRST", "Maria Gonzalez LAST, Maria Gonzalez FIRST"),
        (["Maria Gonzalez"], "[PERSON_1] LAST [PERSON_1_LASTS]", "Maria Gonzalez LAST [PERSON_1_LASTS]"),
        (["Maria Gonzalez"], "[PERSON_1_EMAIL] [PERSON_1_TITLED] [PERSON_2_LAST]", None),
        (["Maria Garcia Lopez"], "[PERSON_1_LAST]", None),
        (["Maria Garcia Lopez"], "[PERSON_1_FIRST]", "Maria"),
        (["Maria", "Maria Gonzalez"], "[PERSON_1_LAST]", "Gonzalez"),
        (["Ms Gonzalez", "Maria Gonzalez"], "[PERSON_1_FIRST] [PERSON_1_LAST]", "Maria Gonzalez"),
        (["Maria Gonzalez", "GONZALEZ"], "[PERSON_1_LAST]", "GONZALEZ"),
        (["Maria Gonzalez", "Juan Gonzalez"], "[PERSON_1_LAST] [PERSON_2_FIRST]", "Gonzalez Juan"),
    ],
)
def test_a_form_that_was_never_issued(values: list[str], text: str, restored: str | None) -> None:
    """It is restored like one that was, however the stream was cut; an issued one stays what it is."""
    vault = make()
    for value in values:
        vault.seal("PERSON", value)
    expected = text if restored is None else restored
    for cut in range(len(text) + 1):
        vault = make()
        for value in values:
            vault.seal("PERSON", value)
        restorer = Restorer(vault)
        assert restorer.feed(text[:cut]) + restorer.feed(text[cut:]) + restorer.finish() == expected


def test_a_form_is_issued_when_it_is_opened() -> None:
    """What the client will send back is then known, under the placeholder that the model wrote."""
    vault = make()
    assert vault.seal("PERSON", "Maria Gonzalez") == "[PERSON_1]"
    assert "[PERSON_1_LAST]" in vault.forms()
    assert vault.entity_type("[PERSON_1_LAST]") == "PERSON"
    assert vault.open("[PERSON_1_LAST]") == "Gonzalez"
    assert vault.placeholders() == ("[PERSON_1]", "[PERSON_1_LAST]")
    assert "[PERSON_1_LAST]" not in vault.forms()
    assert vault.seal("PERSON", "Gonzalez") == "[PERSON_1_LAST]"
    assert vault.sealed_as("Gonzalez")


def test_a_form_that_could_be_somebody_elses() -> None:
    """It is restored, and its words alone stay a person of their own."""
    vault = make()
    vault.seal("PERSON", "Maria Gonzalez")
    vault.seal("PERSON", "Juan Gonzalez")
    assert vault.open("[PERSON_1_LAST]") == "Gonzalez"
    assert vault.seal("PERSON", "Gonzalez") == "[PERSON_3]"


def test_a_full_vault_still_opens_forms() -> None:
    """They are only not issued then."""
    vault = make(max_entities=1)
    vault.seal("PERSON", "Maria Gonzalez")
    assert vault.open("[PERSON_1_FIRST]") == "Maria"
    assert len(vault) == 1


def test_no_forms_without_links_or_after_shredding() -> None:
    """Nothing of a name is kept that would outlive its key."""
    unlinked = make(link_people=False)
    unlinked.seal("PERSON", "Maria Gonzalez")
    assert unlinked.forms() == ()
    vault = make()
    vault.seal("PERSON", "Maria Gonzalez")
    assert not any("aria" in repr(item) or "onza" in repr(item) for item in vault._forms.items())
    vault.shred()
    assert not vault._forms
    for use in (vault.forms, lambda: vault.open("[PERSON_1_LAST]"), lambda: vault.entity_type("[PERSON_1_LAST]")):
        with pytest.raises(SessionClosed):
            use()


def test_a_stand_in_has_no_forms() -> None:
    """Where a name is shown as another one there is no placeholder to make a form of."""
    vault = make()
    vault.seal_behind("PERSON", "Maria Gonzalez", lambda number, form: "Nadia Ingram")
    assert vault.forms() == ()


def test_arguments_of_a_tool() -> None:
    """`first_name` and `last_name` of a tool get what the model asked for."""
    vault = make()
    vault.seal("PERSON", "Yusuf Rossi")
    text = '{"first_name": "[PERSON_1_FIRST]", "last_name": "[PERSON_1_LAST]"}'
    restorer = Restorer(vault, encoding=Encoding.JSON, tool=True)
    assert restorer.restore(text) == '{"first_name": "Yusuf", "last_name": "Rossi"}'


@pytest.mark.parametrize(
    ("value", "absent"),
    [
        *[(value, {Form.FIRST, Form.LAST}) for value in ("Xi Jinping", "Nguyen Van Anh", "Kim Jong Un")],
        *[
            (value, {Form.FIRST, Form.LAST})
            for value in ("GONZALEZ Maria", "Maria Gonzalez's", "Maria Gonzalez, Sales")
        ],
        ("Aunt Maria", {Form.FIRST, Form.LAST}),
        ("St. John Smith", {Form.FIRST, Form.LAST}),
        ("Ms Maria", {Form.LAST}),
        ("Maria del Carmen Lopez", {Form.LAST}),
        ("Иван Иванович", {Form.LAST}),
    ],
)
def test_what_could_be_read_otherwise_is_not_made(value: str, absent: set[Form]) -> None:
    """An order that the words do not show, a possessive, kin, a given name behind a title, a patronymic."""
    assert not absent & set(forms_of(value))
