"""Guessing a language: right for plain sentences, silent where it is not clear, and never more than a preference."""

from __future__ import annotations

import pytest

from relay.detect.taxonomy import ENTITY_TYPES
from relay.errors import ConfigFault
from relay.policy.engine import Engine
from relay.policy.language import LANGUAGES, guess
from relay.policy.loader import parse
from relay.types import Role, RouteKind, Segment

ROWS = [
    ("en", "Please summarise the following report about the weather"),
    ("en", "What is the capital of France?"),
    ("de", "Bitte fasse den folgenden Bericht über das Wetter zusammen"),
    ("es", "¿Cuál es la capital de Francia y cuántos habitantes hay?"),
    ("fr", "Écris une lettre à mon propriétaire pour le chauffage"),
    ("it", "Scrivi una lettera al mio padrone di casa per il riscaldamento"),
    ("pt", "Escreva uma carta para o meu senhorio sobre o aquecimento"),
    ("nl", "Schrijf een brief aan mijn huisbaas over de verwarming"),
    ("pl", "Streść proszę następujący raport o pogodzie na północy i co jest ważne"),
    ("sv", "Skriv ett brev till min hyresvärd om att det inte är varmt och att jag vill ha en ny dörr"),
    ("tr", "Bu rapor için çok kısa bir özet ve daha sonra bir liste"),
    ("ru", "Напиши письмо"),
    ("el", "Γράψε ένα γράμμα"),
    ("ja", "天気についての報告を要約してください"),
    ("zh", "请总结以下关于天气的报告"),
    ("ko", "날씨 보고서를 요약해 주세요"),
    ("ar", "لخص التقرير التالي"),
    ("he", "תסכם את הדוח הבא"),
    ("hi", "मौसम की रिपोर्ट का सारांश दें"),
    ("th", "สรุปรายงานต่อไปนี้"),
    (None, ""),
    (None, "hello"),
    (None, "def f(x): return x + 1"),
    (None, "maria@example.org 4111 1111 1111 1111"),
    (None, "qwerty asdf zxcv foo bar"),
]


@pytest.mark.parametrize(("language", "text"), ROWS)
def test_guess(language: str | None, text: str) -> None:
    """A sentence of each language, and texts that have none."""
    assert guess([text]) == language
    assert language is None or language in LANGUAGES


def test_the_newest_message_counts_first() -> None:
    """What a user said last decides when a conversation is long, whatever stood before it."""
    policy = parse("version: 1\nrules: [{languages: de, prefer: local, why: test}]", "test")
    engine = Engine(policy, ENTITY_TYPES)
    english = Segment(pointer="/0", text="What is the capital of the country? " * 200, role=Role.USER)
    german = Segment(
        pointer="/1", text="Bitte schreibe das auf, was wir über die Stadt und den Fluss wissen. " * 40, role=Role.USER
    )
    for order, route in (((english, german), RouteKind.LOCAL), ((german, english), RouteKind.FRONTIER)):
        decision = engine.decide(order, ((), ()), decision_id="d", available=tuple(RouteKind))
        assert decision.route is route


@pytest.mark.parametrize(
    "rule",
    [
        "{languages: de, require: local, why: test}",
        "{languages: de, prefer: local, action: redact, why: test}",
        "{entity: PERSON, max_tokens: 10, action: redact, why: test}",
        "{max_tokens: 10, why: test}",
        "{max_tokens: 0, prefer: local, why: test}",
        "{max_tokens: true, prefer: local, why: test}",
        "{languages: [xx], prefer: local, why: test}",
        "{languages: [], prefer: local, why: test}",
    ],
)
def test_an_estimate_protects_nothing(rule: str) -> None:
    """No requirement and no action can hang on an estimate; odd values are refused with their place."""
    with pytest.raises(ConfigFault, match="test:1"):
        parse(f"{{version: 1, rules: [{rule}]}}", "test")
