"""Use the additions in a folder as relay finds its own files, and print what came of each as JSON.

Run in a process of its own with that folder as the argument: a package's path has to be set before it is first read.
"""

from __future__ import annotations

import importlib
import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(sys.argv[1])
sys.path.insert(0, str(ROOT))
for folder in sorted({file.parent for file in (ROOT / "relay").rglob("*.py")}):
    package = importlib.import_module(".".join(folder.relative_to(ROOT).parts))
    package.__path__.insert(0, str(folder))
# Deprecations inside of Presidio and spaCy are theirs.
warnings.simplefilter("ignore")

from relay import build, open_session  # noqa: E402
from relay.detect import taxonomy  # noqa: E402
from relay.policy.authoring.diff import compare  # noqa: E402
from relay.policy.authoring.pages import to_markdown  # noqa: E402
from relay.policy.authoring.report import report  # noqa: E402
from relay.policy.loader import load_layers, parse  # noqa: E402
from relay.policy.merge import loosened  # noqa: E402
from relay.policy.schema import schema  # noqa: E402
from relay.replace.actions import known_actions  # noqa: E402
from relay.types import RouteKind, Segment, Span, UpstreamStats  # noqa: E402, Span

POLICY = ROOT / "policy.yaml"


def recognizer() -> Any:
    with open_session(ROOT / "plain.yaml") as session:
        clean = session.scrub("TKT-123410 and TKT-123411")
        return [clean.text, session.restore(clean.text)]


def operator() -> Any:
    names = list(known_actions())
    with open_session(POLICY) as session:
        clean = session.scrub("TKT-123411")
        return [clean.text, session.restore(clean.text), names[names.index("length") - 1 :][:3]]


def style() -> Any:
    with open_session(POLICY) as session:
        clean = session.scrub("mail ann@example.org, not (PERSON_1)")
        return [clean.text, session.restore(clean.text)]


def condition() -> Any:
    policy = build.read_policy(POLICY)
    engine = build.engine(policy)
    routes = []
    for count in (1, 2):
        segments = tuple(Segment(pointer="", text="hello", message=number) for number in range(count))
        decision = engine.decide(segments, ((),) * count, decision_id="d", available=set(RouteKind))
        routes.append([decision.route, *decision.reasons])
    other = parse(POLICY.read_text(encoding="utf-8").replace("max_messages: 1", "max_messages: 2"), "p.yaml")
    return [routes, other.digest != policy.digest, "max_messages" in schema()["$defs"]["PolicyRule"]["properties"]]


def value() -> Any:
    policy = parse("version: 1\nrules: [{entity: PHONE_NUMBER, when: {extension: 3}, action: redact}]", "p.yaml")
    engine = build.engine(policy)
    numbers = ("+1 415-555-0132 x123", "+1 415-555-0132 x12", "+1 415-555-0132")
    rows = [
        engine.actions((Segment(pointer="", text=text),), ((Span("PHONE_NUMBER", 0, len(text)),),), RouteKind.FRONTIER)
        for text in numbers
    ]
    return [[str(row[0][0].action) for row in rows], policy.rules[0].label]


def key() -> Any:
    policy, plain = build.read_policy(POLICY), parse("version: 1\nstyle: rounded\nmodel: none", "p.yaml")
    stated = parse("version: 1\nstyle: rounded\nmodel: none\nrestore: {quotations: true}", "p.yaml")
    written = to_markdown(report(load_layers(POLICY), taxonomy.ENTITY_TYPES, ()))
    return [
        policy.restore.model_dump()["quotations"],
        [what for _, what in loosened(plain, stated)],
        [f"{item.what} {item.weaker}" for item in compare(plain, stated, {}).settings],
        "| values put back into quotations | yes |" in written,
        parse("version: 1\nrestore: {quotations: false}", "p.yaml").digest == parse("version: 1", "p.yaml").digest,
    ]


def route() -> Any:
    found = build.routes()[RouteKind.LOCAL]
    return found.rank(UpstreamStats(cost_usd=3, load=2, first_token_s=1))


def own() -> Any:
    text = "badge E-123456, not badge E-000000, in B2.117: ask NIGHTJAR about Blue Heron at https://example.com/x now"
    added = build.additions([ROOT / "own.yaml"])
    analyzer = build.analyzer(build.read_policy(ROOT / "plain.yaml", added), added=added)
    (spans,) = analyzer.analyze((Segment(pointer="", text=text),))
    return [[text[span.start : span.end], span.entity_type] for span in spans]


USES: tuple[Callable[[], Any], ...] = (recognizer, operator, style, condition, value, key, route, own)
print(json.dumps({use.__name__: use() for use in USES}))
