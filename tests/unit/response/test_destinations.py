"""What the end of a text is inside of, however it was cut."""

import pytest

from relay.response.destinations import Surroundings
from relay.types import Encoding


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        ("", 0),
        ('{"a', 1),
        ('{"a":', 0),
        ('{"a":"b\\"c', 1),
        ('{"a":"b\\\\', 1),
        ('{"a":"b\\\\"', 0),
        ('{"a":"{\\"b', 2),
        ('{"a":"{\\"b\\":', 1),
        ('{"a":"{\\"b\\":\\"c', 2),
        ('{"a":"{\\"b\\":\\"{\\\\\\"c', 3),
        ('{"a":"{\\"b\\":\\"{\\\\\\"c\\\\\\":1}\\"', 1),
        ('{"a":"{\\"b\\":\\"c\\"}","d":"e', 1),
        ('{"a":" \\n [ {\\"b', 2),
        ('{"a":"[\\"b', 2),
        ('{"a":"he said \\"b', 1),
        ('{"a":"{he} said \\"b', 1),
        ('{"a":"[PERSON_1] \\"b', 1),
    ],
)
def test_depth(text: str, depth: int) -> None:
    """Strings count when they are open, and strings within strings when the outer one holds JSON."""
    whole, single = Surroundings(Encoding.JSON), Surroundings(Encoding.JSON)
    whole.feed(text)
    for char in text:
        single.feed(char)
    # What comes next may still belong to a sign that has begun, so a plain character settles it.
    for place in (whole, single):
        place.feed("x")
        assert place.depth == depth


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ('{"u":"https://a/', True),
        ('{"u":"https:\\/\\/a\\/', True),
        ('{"u":"https://a/","n":"', False),
        ('{"u":"https://a/\\"', True),
        ('{"u":"https://a/\\n', False),
        ('{"p":"{\\"u\\":\\"https://a/\\",\\"n\\":\\"', False),
        ('{"h":"\\u003cimg src=\\"', True),
        ('{"h":"\\u003cimg src=\\"x\\"\\u003e', False),
        ('{"m":"![x](', True),
    ],
)
def test_destinations_in_json(text: str, inside: bool) -> None:
    """Escapes are undone before anything is judged, and a destination ends with the string it is in."""
    for step in (1, 2, 3, len(text)):
        place = Surroundings(Encoding.JSON)
        for start in range(0, len(text), step):
            place.feed(text[start : start + step])
        assert place.inside is inside


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://example.org/", "example.org"),
        ("https://example.org", None),
        ("https://example.org:80?", "example.org"),
        ("https://a@example.org/", None),
        ("[x](https://example.org/", "example.org"),
        ("[x](/a", None),
        ('<a href="//Example.org/', "example.org"),
        ("no URL", None),
    ],
)
def test_host(text: str, host: str | None) -> None:
    """Only a complete, plain host is named."""
    place = Surroundings(Encoding.TEXT)
    for char in text:
        place.feed(char)
    assert place.host == host


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("see example.com/", True),
        ("see example.com?", True),
        ("see example.com:80/", True),
        ("see example.com", False),
        ("see example.com/ and", False),
        ("a/.config/", False),
        ("1.5/", False),
        ("x.y/", False),
        ("www.", True),
        ("awww. ok", False),
        ("<img/src=", True),
        (f"<{'x' * 60} src=", True),
        ("[x]:        //", True),
        ("[x]:         //", True),
    ],
)
def test_triggers_at_every_cut(text: str, inside: bool) -> None:
    """What opens a destination does so however it was cut."""
    for first in range(len(text) + 1):
        for second in range(first, len(text) + 1):
            place = Surroundings(Encoding.TEXT)
            for piece in (text[:first], text[first:second], text[second:]):
                place.feed(piece)
            assert place.inside is inside
