"""Presidio's operators under their own names in policy: what they write, what they need, and what they cost others.

The class of `custom` is a module of the test's own folder.
"""

from __future__ import annotations

import builtins
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from relay import build
from relay.errors import ConfigFault
from relay.policy.loader import parse
from relay.request.scrub import scrub
from relay.types import RouteKind, Segment, Span
from relay.vault.vault import Vault
from tests.conftest import MakeCore
from tests.support import chat, forms, sent

pytest.importorskip("presidio_anonymizer")

KEY = "0123456789abcdef"
HEAD = "version: 1\ndefault: {frontier: keep}\n"
OWN = """
from presidio_anonymizer.operators import Operator, OperatorType

class Initials(Operator):
    def operate(self, text, params=None):
        return params["sign"].join(word[0] for word in text.split())
    def validate(self, params=None):
        if not isinstance(params.get("sign"), str):
            raise ValueError("canary-parameter")
    def operator_name(self):
        return "initials"
    def operator_type(self):
        return OperatorType.Anonymize

class Backwards(Initials):
    def operator_type(self):
        return OperatorType.Deanonymize

class Lookalike(Initials):
    def operate(self, text, params=None):
        return "[PERSON_1]"

class Nothing(Initials):
    def operate(self, text, params=None):
        return f"it is {text}"

class Number(Initials):
    def operate(self, text, params=None):
        return 7

other = 1
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "own_operators.py").write_text(OWN, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "own_operators", raising=False)
    return "own_operators"


def _scrubbed(text: str, rest: str, environ: dict[str, str] | None = None) -> str:
    """Return what a policy makes of "Ann Lee", a person, on its way out."""
    policy = parse(HEAD + rest, "p.yaml")
    session = build.sessions(policy).ephemeral()
    vault: Vault = session.vault
    segments = (Segment(pointer="", text=text),)
    spans = ((Span("PERSON", 0, 7, 0.9, "test"),),)
    decision = build.engine(policy).decide(segments, spans, decision_id="d", available={RouteKind.FRONTIER})
    done = scrub(segments, decision.actions, build.operators(policy, environ or {}), vault)
    return done.texts.get(0, text)


def _rule(action: str) -> str:
    return f"rules: [{{entity: PERSON, action: {action}, why: w}}]\n"


CUSTOM = "operators: {custom: {operator: 'own_operators:%s', params: {sign: '.'}}}"


@pytest.mark.parametrize(
    ("action", "parameters", "shown"),
    [
        ("replace", "", "<PERSON> called"),
        ("replace", "operators: {replace: {new_value: somebody}}", "somebody called"),
        ("custom", CUSTOM % "Initials", "A.L called"),
        ("custom", CUSTOM % "Lookalike", "<PERSON> called"),
    ],
)
def test_what_is_written(action: str, parameters: str, shown: str, own: str) -> None:
    """One policy, one text; what reads like a placeholder is not let in."""
    assert _scrubbed("Ann Lee called", _rule(action) + parameters) == shown


@pytest.mark.parametrize("reference", ["{env: RELAY_TEST_KEY}", "file"])
def test_what_is_encrypted_can_be_decrypted_with_the_key_alone(reference: str, tmp_path: Path) -> None:
    """The value is not in the text, the text is new each time, and Presidio's own `decrypt` brings it back."""
    from presidio_anonymizer.operators import Decrypt

    path = tmp_path / "key"
    path.write_text(KEY + "\n", encoding="utf-8")
    where = f"{{file: {path}}}" if reference == "file" else reference
    policy = _rule("encrypt") + f"operators: {{encrypt: {{key: {where}}}}}"
    first, second = (_scrubbed("Ann Lee", policy, {"RELAY_TEST_KEY": KEY}) for _ in range(2))
    assert first != second
    assert "Ann" not in first
    assert Decrypt().operate(first, {"key": KEY}) == "Ann Lee"


# (policy, what stops it), at reading the policy or at making its operators
REFUSED = [
    (_rule("encrypt"), '"encrypt" needs its parameters: operators: {encrypt: …}'),
    (_rule("encrypt") + "operators: {encrypt: {key: 0123456789abcdef}}", "key: expected keys with values"),
    (_rule("encrypt") + "operators: {encrypt: {key: {env: UNSET}}}", "operators: encrypt: environment variable UNSET"),
    (_rule("encrypt") + "operators: {encrypt: {key: {env: SHORT}}}", "operators: encrypt: key: 5 bytes, expected 16"),
    (_rule("custom"), '"custom" needs its parameters'),
    (_rule("custom") + "operators: {custom: {operator: 'own_operators'}}", "operator:"),
    (_rule("custom") + CUSTOM % "Missing", "own_operators has no Missing (AttributeError)"),
    (_rule("custom") + CUSTOM % "other", "other is no operator of Presidio"),
    (_rule("custom") + CUSTOM % "Backwards", "Backwards undoes what an operator did"),
    (
        _rule("custom") + "operators: {custom: {operator: 'own_operators:Initials'}}",
        "the operator does not take these parameters (ValueError)",
    ),
    (_rule("replace") + "operators: {replace: {new_value: '[PERSON_1]'}}", "could be taken for a placeholder"),
    (_rule("replace") + "operators: {replace: {new_valu: x}}", 'unknown key "new_valu"; did you mean "new_value"?'),
    (_rule("mask") + "operators: {mask: {}}", 'unknown key "mask"'),
    ("rules: [{entity: PERSON, action: replac, why: w}]", '"replac" is not known; did you mean "replace"?'),
    ("exemptions: [{entity: PERSON, on: frontier, action: encrypt, why: w}]\n" + _rule("mask"), "needs its parameters"),
]


@pytest.mark.parametrize(("policy", "complaint"), REFUSED)
def test_what_cannot_be_used_stops_start_up(policy: str, complaint: str, own: str) -> None:
    """One line that says what is missing, without a parameter's value."""
    with pytest.raises(ConfigFault) as caught:
        _scrubbed("Ann Lee", policy, {"SHORT": "short"})
    assert complaint in caught.value.public
    assert "canary" not in caught.value.public


def test_an_operator_that_returns_no_text_stops_the_request(own: str) -> None:
    """Nothing is sent."""
    with pytest.raises(Exception, match="returned int, expected text"):
        _scrubbed("Ann Lee", _rule("custom") + CUSTOM % "Number")


MAIL = "canary.zq7f3a@example.org"
EVERY_MAIL = (
    "version: 1\nmodel: none\ndefault: {frontier: keep}\nrules: [{entity: EMAIL_ADDRESS, action: %s, why: w}]\n"
)


@pytest.mark.parametrize(
    ("action", "parameters", "shown"),
    [
        ("replace", "operators: {replace: {new_value: an address}}", "write to an address now"),
        ("encrypt", "operators: {encrypt: {key: {file: %s}}}", "write to "),
        ("custom", CUSTOM % "Initials", "write to c now"),
        ("custom", CUSTOM % "Nothing", "[EMAIL_ADDRESS_REDACTED]"),
    ],
)
def test_nothing_of_a_value_leaves(
    action: str, parameters: str, shown: str, own: str, make_core: MakeCore, tmp_path: Path
) -> None:
    """Through the whole of a request: egress takes out what a careless class writes back."""
    (tmp_path / "key").write_text(KEY, encoding="utf-8")
    core = make_core(EVERY_MAIL % action + parameters.replace("%s", str(tmp_path / "key")))
    body = sent(core, "/v1/chat/completions", chat(f"write to {MAIL} now")).body.decode()
    assert shown in body
    assert not any(form.decode() in body for form in forms(MAIL).values())


@pytest.mark.parametrize("action", ["encrypt", "custom"])
def test_what_may_show_the_value_is_milder_than_a_placeholder(action: str, own: str) -> None:
    """A rule with it changes nothing where the default is a placeholder; only an exemption can have it happen."""
    parameters = {"encrypt": "operators: {encrypt: {key: {env: K}}}", "custom": CUSTOM % "Initials"}[action]
    policy = parse(f"version: 1\n{_rule(action)}{parameters}", "p.yaml")
    segments, spans = (Segment(pointer="", text="Ann Lee"),), ((Span("PERSON", 0, 7, 0.9, "test"),),)
    decision = build.engine(policy).decide(segments, spans, decision_id="d", available={RouteKind.FRONTIER})
    assert decision.actions[0][0].action == "placeholder"


@pytest.fixture
def without_presidio(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., Any] = builtins.__import__

    def refuse(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("presidio_anonymizer"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)


def test_a_missing_package_is_named(without_presidio: None) -> None:
    """A policy that orders an operator of Presidio says what to install; any other policy works."""
    with pytest.raises(ConfigFault, match="presidio-anonymizer is not installed"):
        _scrubbed("Ann Lee", _rule("replace"))
    assert _scrubbed("Ann Lee", _rule("redact")) == "[PERSON_REDACTED]"


def test_nothing_of_presidio_is_imported_unless_a_policy_asks() -> None:
    """It costs a second."""
    code = (
        "import sys; from relay import build; build.operators(build.read_policy(None)); "
        "assert not any(name.startswith(('presidio', 'spacy')) for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
