"""Write the measured part of the model card."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from ner_models.train.generate import Generator
from ner_models.train.judge import Score, table
from ner_models.train.names import Lists
from ner_models.train.screen_calibrate import Loss
from relay.detect.ner.model import NerModel

__all__ = ["origin_table", "speed_line", "write_between", "write_scores", "write_screen_losses"]

BEGIN, END = "<!-- {}, measured: begin -->", "<!-- {}, measured: end -->"
# Carrier sentences of the name-origin table; none of them is a training template.
CARRIERS = (
    "We received a message from {} about the delivery.",
    "{} asked whether the meeting could start earlier.",
    "Could you tell {} that the keys are at the front desk?",
    "the package for {} came back today",
    "Notes: call {} again, then close the ticket.",
)


def origin_table(model: NerModel, lists: Lists, *, names: int = 40) -> str:
    """Return the share of full names wholly covered, by country of the name, as a Markdown table; invented names."""
    rates = {}
    for country in sorted(lists.people):
        world = Generator(lists, 99)
        firsts, lasts = lists.people[country]
        hits = total = 0
        for index in range(names):
            name = f"{world.random.choice(firsts)} {world.random.choice(lasts)}"
            text = CARRIERS[index % len(CARRIERS)].format(name)
            start = text.index(name)
            letters = {place for place in range(start, start + len(name)) if text[place].isalnum()}
            covered = {p for s in model.find(text) if s.entity_type == "PERSON" for p in range(s.start, s.end)}
            hits += letters <= covered
            total += 1
        rates[country] = hits / total
    cells = [f"{country} {rate:.2f}" for country, rate in sorted(rates.items(), key=lambda item: (-item[1], item[0]))]
    rows = ["| " + " | ".join(cells[at : at + 11]) + " |" for at in range(0, len(cells), 11)]
    return "\n".join(["| " + " | ".join([""] * 11) + " |", "|" + "---|" * 11, *rows])


def speed_line(model: NerModel) -> str:
    """Return the measured time for 300 characters and tokens a second, on one core with everything counted."""
    text = ("Hi Maria, can you send the report for Acme Ltd to John Smith before Friday? He moved to 42 Maple Street in "
            "Springfield last week, and the number on file is no longer right. I would like to close this ticket today, so "
            "please tell me when it is done. Thanks a lot and have a good day, Kevin O'Neill, Support")[:300]
    tokens = len(model.score(text).encoded.ids)
    times = []
    for _ in range(200):
        began = time.perf_counter()
        model.find(text)
        times.append(time.perf_counter() - began)
    middle, best = sorted(times)[len(times) // 2], min(times)
    return (
        f"300 characters ({tokens} tokens), one thread, tokenising and decoding included: median {1000 * middle:.2f} ms "
        f"({tokens / middle:,.0f} tokens a second), fastest {1000 * best:.2f} ms ({tokens / best:,.0f}). "
        "The median holds for the load that the machine had during the measurement."
    )


def write_scores(
    card: Path, name: str, plain: dict[str, Score], int8: dict[str, Score], *, languages: str, origins: str, speed: str, size_mb: float
) -> None:
    """Replace what stands between the model's marks in the card."""
    begin, end = BEGIN.format(name), END.format(name)
    text = card.read_text(encoding="utf-8")
    head, rest = text.split(begin)
    _, tail = rest.split(end)
    body = "\n\n".join(
        [
            "### int8, as shipped", table(int8), "### float, same weights", table(plain), "### People by language",
            "Share of people wholly covered by types that the default policy replaces. Real text is the end of a corpus that was "
            "kept from training, or a corpus that was not used at all; sentences of the recipe's own flatter.", languages,
            "### Speed and size",
            f"{speed} `model.onnx` is {size_mb:.1f} MB.", "### Names by origin",
            "Share of invented full names wholly covered in five carrier sentences that no template holds, 40 names a country; "
            "about one in six stands in its own script. The names come from the lists that also filled the training "
            "templates and the carriers are easy, so the table shows that no origin is left out and is no estimate of recall.",
            origins,
        ]
    )
    card.write_text(f"{head}{begin}\n\n{body}\n\n{end}{tail}", encoding="utf-8")


def write_screen_losses(card: Path, name: str, losses: Mapping[str, Loss], *, size_mb: float) -> None:
    """Replace what stands between the marks of the model's screen in the card."""
    begin, end = BEGIN.format(f"screen of {name}"), END.format(f"screen of {name}")
    text = card.read_text(encoding="utf-8")
    head, rest = text.split(begin)
    _, tail = rest.split(end)
    rows = [f"| {set_} | {loss.read:.2f} | {100 * loss.people:.2f} | {100 * loss.labels:.2f} |" for set_, loss in losses.items()]
    table = ["| set | tokens read | people lost, points | labels lost, points |", "|---|---|---|---|", *rows]
    body = "\n".join([f"`{name}/screen.onnx`, {size_mb:.1f} MB:", "", *table])
    card.write_text(f"{head}{begin}\n\n{body}\n\n{end}{tail}", encoding="utf-8")


def write_between(card: Path, what: str, body: str) -> None:
    """Replace what stands between the marks of `what`. Raises ValueError for a card without them."""
    begin, end = BEGIN.format(what), END.format(what)
    text = card.read_text(encoding="utf-8")
    head, rest = text.split(begin)
    tail = rest.split(end)[1]
    card.write_text(f"{head}{begin}\n\n{body}\n\n{end}{tail}", encoding="utf-8")
