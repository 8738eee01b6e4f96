"""Let the model read the texts of a request that are prose."""

from __future__ import annotations

from collections.abc import Sequence

from relay.detect.ner.oblique import OBLIQUE
from relay.detect.pattern_layer import detector_failure
from relay.detect.reading import Reading
from relay.detect.repeats import without_repeats
from relay.protocols import EntityModel, SpanMemory

__all__ = ["read_by_model"]


def read_by_model(
    readings: Sequence[Reading], model: EntityModel | None, implying: EntityModel | None, memory: SpanMemory | None
) -> None:
    """Add what the model finds in the texts that it may read, in their normalised copy where there is one.

    `implying` is the model where it also tells what passages imply: it reads what a person or a tool said, `model` the
    rest. Raises ScrubFailed when one of them fails.
    """
    prose = [reading for reading in readings if reading.segment.is_prose]
    said, rest = [], prose
    if implying is not None:
        said = [reading for reading in prose if reading.segment.is_said]
        rest = [reading for reading in prose if not reading.segment.is_said]
        for reading in readings:
            reading.implied = ()
    for reader, wanted in ((implying, said), (model, rest)):
        if reader is None or not wanted:
            continue
        try:
            rows = reader.find_all([without_repeats(reading.legible) for reading in wanted], memory)
        except Exception as error:
            raise detector_failure("model", error) from None
        for reading, row in zip(wanted, rows, strict=True):
            copy = reading.copy
            # The model has thresholds of its own, one for each type.
            spans = row if copy is None else list(map(copy.back, row))
            if wanted is said:
                reading.implied = [span for span in spans if span.recognizer == OBLIQUE]
                spans = [span for span in spans if span.recognizer != OBLIQUE]
            reading.spans = [*reading.spans, *spans]
