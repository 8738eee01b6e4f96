"""`python -m benchmarks.policy`: print the figures of policy and write them to benchmarks/results/policy.*"""

from __future__ import annotations

from pathlib import Path

from benchmarks.policy import classification, decision, reload, routing
from relay import build

RESULTS = Path(__file__).parents[1] / "results"
# What the figures are held to.
DECISION_LIMIT_MS = 0.2
ROUTING_LIMIT_MS = 0.05
RECALL = {"PHI": 0.97, "PCI": 0.97, "SECRET": 0.97, "NPI": 0.9, "PRIVILEGED": 0.9}


def main() -> None:
    times = [*decision.measure(), *routing.measure()]
    lines = ["# Policy", "", "| decision | p50 ms | p95 ms |", "| --- | ---: | ---: |"]
    lines += [f"| {row.what} | {row.p50_ms:.3f} | {row.p95_ms:.3f} |" for row in times]
    lines += [
        "",
        "| load | reloads | requests | dropped | p50 ms | p99 ms |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {part.what} | {part.reloads} | {part.requests} | {part.dropped} | {part.p50_ms:.1f} | {part.p99_ms:.1f} |"
        for part in reload.measure()
    ]
    analyzer = build.analyzer(build.read_policy(None))
    by_source = {
        "given": classification.measure(None),
        "analyzer": classification.measure(analyzer.read),
        "harder": classification.measure(analyzer.read, classification.HARDER),
    }
    lines += [
        "",
        "| split | spans | class | prompts | precision | recall |",
        "| --- | --- | --- | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {split} | {source} | {name} | {count} | {precision:.3f} | {recall:.3f} |"
        for source, splits in by_source.items()
        for split, classes in sorted(splits.items())
        for name, (count, precision, recall) in classes.items()
    ]
    text = "\n".join(lines) + "\n"
    print(text, end="")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "policy.md").write_text(text, encoding="utf-8")
    _plot(by_source["analyzer"]["held_out"])


def _plot(classes: dict[str, tuple[int, float, float]]) -> None:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 3.2), layout="constrained")
    names = list(classes)
    for offset, (label, place, colour) in ((-0.2, ("precision", 1, "#24516d")), (0.2, ("recall", 2, "#9ad1d4"))):
        bars = axes.bar(
            [rank + offset for rank in range(len(names))],
            [classes[name][place] for name in names],
            width=0.38,
            label=label,
            color=colour,
        )
        axes.bar_label(bars, fmt="%.2f", fontsize=8)
    for rank, name in enumerate(names):
        if name in RECALL:
            axes.hlines(RECALL[name], rank + 0.01, rank + 0.39, colors="#c0392b", linewidth=1.2)
    axes.set_xticks(range(len(names)), names)
    axes.set_ylim(0, 1.12)
    axes.set_title("Data classes on held-out templates; red: recall to reach", fontsize=10)
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize=8, frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    for ending in ("svg", "png"):
        figure.savefig(RESULTS / f"policy.{ending}", dpi=150)


if __name__ == "__main__":
    main()
