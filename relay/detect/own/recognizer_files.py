"""Read the operator's own recognizers from YAML files, which `recognizers` in the configuration lists.

    patterns:
      - {entity: STAFF_NUMBER, regex: 'E-\\d{6}', score: 0.3, context: [badge, staff]}
    deny:
      - {entity: TRADE_SECRET, values: [Blue Heron, Red Kite]}
      - {entity: CUSTOMER, file: customers.txt}      # one value a line
    allow: [support@example.com, Acme]
    presidio: [zip_codes.yaml, "my_package.recognizers:BadgeRecognizer"]
    spacy:
      - {pipeline: en_core_web_sm}                # an installed package, or a folder beside the file
      - {pipeline: our_names, labels: {STAFF: PERSON}, score: 0.9}
    plugins: [badges.py, my_package.relay_recognizers]

Paths are relative to the file. A Presidio file may also stand in the list by itself: it is told by its key
`recognizers`. Its patterns become patterns of relay, without regard to case as in Presidio; only what is written in
Python, which relay cannot promise linear time for, runs as Presidio's; its SpacyRecognizer reads the pipelines under
`spacy`. Nothing is fetched from a network. Presidio and spaCy are imported when a file names something of theirs.

Whatever cannot be used stops start-up with file, line and reason. Values are in no message.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from relay.detect.known import searchable
from relay.detect.own.custom import CustomPattern, CustomRules
from relay.detect.pattern_layer import Finder
from relay.errors import ConfigFault
from relay.policy.loader import validate_as
from relay.strict_yaml import Complaint, Place, YamlDocument, fault, read_bytes, read_document

__all__ = ["CustomRecognizers", "load"]

_Entity = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,63}$")]
_Score = Annotated[float, Field(ge=0, le=1)]
_Words = Annotated[tuple[str, ...], Field(max_length=1000)]


class _RecognizerEntry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class _Pattern(_RecognizerEntry):
    entity: _Entity
    regex: Annotated[str, Field(min_length=1, max_length=4096)]
    score: _Score = 0.8
    ignore_case: bool = False
    context: _Words = ()


class _Deny(_RecognizerEntry):
    entity: _Entity
    values: tuple[str, ...] = ()
    file: str | None = None

    @model_validator(mode="after")
    def _something(self) -> _Deny:
        if not self.values and self.file is None:
            raise ValueError("expected values, a file with one value a line, or both")
        return self


class _Spacy(_RecognizerEntry):
    """A spaCy pipeline; `labels` says which entity types its labels stand for (none: those of its usual ones)."""

    pipeline: Annotated[str, Field(min_length=1, max_length=1024)]
    labels: dict[Annotated[str, Field(min_length=1, max_length=64)], _Entity] | None = None
    score: _Score = 0.85


class _File(_RecognizerEntry):
    patterns: tuple[_Pattern, ...] = ()
    deny: tuple[_Deny, ...] = ()
    allow: tuple[str, ...] = ()
    presidio: tuple[str, ...] = ()
    spacy: tuple[_Spacy, ...] = ()
    plugins: tuple[str, ...] = ()


class _PresidioPattern(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    regex: Annotated[str, Field(min_length=1, max_length=4096)]
    score: _Score


class _PresidioEntry(BaseModel):
    """What relay reads of a recognizer; Presidio's other keys (its name, languages, countries) change nothing here."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    name: str = ""
    class_name: str | None = None
    type: str = "custom"
    enabled: bool = True
    supported_entity: _Entity | None = None
    patterns: tuple[_PresidioPattern, ...] = ()
    deny_list: tuple[str, ...] = ()
    context: _Words = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomRecognizers:
    """What an operator adds to relay's own recognizers.

    `plugins` are names or files of modules. `digests` holds every file that was read, with its SHA-256.
    """

    rules: CustomRules | None = None
    finders: tuple[Finder, ...] = ()
    plugins: tuple[str, ...] = ()
    digests: tuple[tuple[Path, bytes], ...] = field(default=(), repr=False)

    @property
    def is_current(self) -> bool:
        """Tell whether the files still hold what was read."""
        try:
            return all(hashlib.sha256(path.read_bytes()).digest() == digest for path, digest in self.digests)
        except OSError:
            return False

    @property
    def entity_types(self) -> frozenset[str]:
        """The types that rules and finders report."""
        found = frozenset(kind for finder in self.finders for kind in finder.entity_types)
        return found if self.rules is None else found | self.rules.entity_types


def load(paths: Iterable[Path]) -> CustomRecognizers:
    """Read every file. Raises ConfigFault with one line for each problem of the first file that has any."""
    files = list(paths)
    if not files:
        return CustomRecognizers()
    reader = _RecognizerReader()
    for path in files:
        reader.read(path)
    finders: list[Finder] = [*reader.pipelines]
    if reader.presidio:
        finders.append(reader.presidio_finder())
    rules = CustomRules(reader.patterns, reader.deny, reader.allow)
    return CustomRecognizers(
        rules=rules,
        finders=tuple(finders),
        plugins=tuple(dict.fromkeys(reader.plugins)),
        digests=tuple(reader.digests),
    )


class _RecognizerReader:
    """Collects what the files say."""

    def __init__(self) -> None:
        self.patterns: list[CustomPattern] = []
        self.deny: list[tuple[str, str]] = []
        self.allow: list[str] = []
        self.presidio: list[tuple[type[Any], Complaint]] = []  # recognizers of Presidio, and where they are named
        self.pipelines: list[Any] = []  # finders around spaCy pipelines
        self.plugins: list[str] = []
        self.digests: list[tuple[Path, bytes]] = []

    def read(self, path: Path) -> None:
        document = self._document(path)
        if isinstance(document.tree, dict) and "recognizers" in document.tree:
            self._read_presidio(document)
            return
        file = validate_as(document, _File)
        for number, pattern in enumerate(file.patterns):
            self._add_pattern(document, ("patterns", number, "regex"), pattern.entity, pattern)
        for number, entry in enumerate(file.deny):
            self._add_values(document, ("deny", number, "values"), entry.entity, entry.values)
            if entry.file is not None:
                values = self._lines(path.parent / entry.file, document, ("deny", number, "file"))
                self.deny += [(entry.entity, value) for value in values]
        self.allow += file.allow
        self.plugins += [_plugin(name, path, document, number) for number, name in enumerate(file.plugins)]
        for number, name in enumerate(file.presidio):
            if name.endswith((".yaml", ".yml")):
                nested = self._document(path.parent / name)
                if not isinstance(nested.tree, dict) or "recognizers" not in nested.tree:
                    raise fault([nested.complaint((), "expected Presidio's key recognizers")])
                self._read_presidio(nested)
            else:
                self._add_class(name, document, ("presidio", number))
        for number, spacy in enumerate(file.spacy):
            self.pipelines.append(_pipeline_finder(spacy, path.parent, document, ("spacy", number)))

    def presidio_finder(self) -> Finder:
        """Return a finder that runs the named recognizers of Presidio. Raises ConfigFault."""
        from relay.detect.presidio import pack

        if not self.pipelines:
            for found, place in self.presidio:
                if pack.needs_pipeline(found):
                    raise fault([replace(place, message=f"{found.__name__} needs a pipeline; name one under spacy")])
        return pack.PresidioFinder(
            [found() for found, _ in self.presidio], [finder.pipeline for finder in self.pipelines]
        )

    def _add_class(self, name: str, document: YamlDocument, place: Place) -> None:
        self.presidio.append((_class(name, document, place), document.complaint(place, "")))

    def _document(self, path: Path) -> YamlDocument:
        data = read_bytes(path)
        self._note(path, data)
        return read_document(data, str(path))

    def _note(self, path: Path, data: bytes) -> None:
        self.digests.append((path.absolute(), hashlib.sha256(data).digest()))

    def _lines(self, path: Path, document: YamlDocument, place: Place) -> list[str]:
        """Return the values of a list: one a line, empty lines left out."""
        try:
            data = path.read_bytes()
            text = data.decode("utf-8-sig")
        except OSError as error:
            raise fault([document.complaint(place, f"{path}: cannot be read: {error.strerror}")]) from None
        except UnicodeDecodeError as error:
            raise fault([document.complaint(place, f"{path}: not UTF-8 at byte {error.start}")]) from None
        self._note(path, data)
        return _values(path, text)

    def _add_pattern(
        self, document: YamlDocument, place: Place, entity: str, pattern: _Pattern, *, name: str = "pattern"
    ) -> None:
        complaint = document.complaint(place, "")
        self.patterns.append(
            CustomPattern(
                entity_type=entity,
                regex=pattern.regex,
                score=pattern.score,
                ignore_case=pattern.ignore_case,
                context=pattern.context,
                place=f"{complaint.file}:{complaint.line}:{complaint.column}",
            )
        )

    def _add_values(self, document: YamlDocument, place: Place, entity: str, values: Sequence[str]) -> None:
        short = [number for number, value in enumerate(values) if not searchable(value)]
        if short:
            raise fault(document.complaint((*place, number), "is too short to be searched for") for number in short)
        self.deny += [(entity, value) for value in values]

    def _read_presidio(self, document: YamlDocument) -> None:
        rows = document.tree["recognizers"]
        if not isinstance(rows, list):
            raise fault([document.complaint(("recognizers",), "recognizers: expected a list")])
        for number, row in enumerate(rows):
            place: Place = ("recognizers", number)
            entry = _presidio_entry(
                document, place, {"name": row, "type": "predefined"} if isinstance(row, str) else row
            )
            if not entry.enabled:
                continue
            if entry.type == "predefined" or not (entry.patterns or entry.deny_list):
                name = f"presidio_analyzer.predefined_recognizers:{entry.class_name or entry.name}"
                self._add_class(name, document, place)
                continue
            if entry.supported_entity is None:
                raise fault([document.complaint(place, "a recognizer made of patterns names its supported_entity")])
            for index, pattern in enumerate(entry.patterns):
                self._add_pattern(
                    document,
                    (*place, "patterns", index, "regex"),
                    entry.supported_entity,
                    _Pattern(
                        entity=entry.supported_entity,
                        regex=pattern.regex,
                        score=pattern.score,
                        ignore_case=True,
                        context=entry.context,
                    ),
                )
            self._add_values(document, (*place, "deny_list"), entry.supported_entity, entry.deny_list)


def _presidio_entry(document: YamlDocument, place: Place, row: Any) -> _PresidioEntry:
    """Check one recognizer as if it were a file of its own, at its own lines."""
    size = len(place)
    part = YamlDocument(
        file=document.file,
        tree=row,
        keys={path[size:]: where for path, where in document.keys.items() if path[:size] == place},
        values={path[size:]: where for path, where in document.values.items() if path[:size] == place},
    )
    return validate_as(part, _PresidioEntry)


def _values(path: Path, text: str) -> list[str]:
    values = []
    for number, line in enumerate(text.splitlines(), 1):
        value = line.strip()
        if value and not searchable(value):
            raise ConfigFault(f"{path}:{number}: is too short to be searched for")
        if value:
            values.append(value)
    return values


def _plugin(name: str, path: Path, document: YamlDocument, number: int) -> str:
    """Return the name or the absolute path of a plug-in module, which has to be there."""
    beside = path.parent / (name if name.endswith(".py") else f"{name}.py")
    if name.endswith(".py"):
        if beside.is_file():
            return str(beside.resolve())
        raise fault([document.complaint(("plugins", number), f"there is no file {beside}")])
    top = name.partition(".")[0]
    if not top or importlib.util.find_spec(top) is None:
        hint = f'; for the file beside this one write "{beside.name}"' if beside.is_file() else ""
        raise fault([document.complaint(("plugins", number), f'there is no module "{name}" to import{hint}')])
    return name


def _class(name: str, document: YamlDocument, place: Place) -> Any:
    """Return the class `module:Class` of a Presidio recognizer that works on text alone."""
    module_name, colon, class_name = name.partition(":")
    reason = None
    found: Any = None
    if not colon or not class_name:
        reason = "expected a .yaml file or module:Class"
    else:
        try:
            from relay.detect.presidio import pack
        except ImportError:
            raise _missing("Presidio", document, place) from None
        found, reason = pack.recognizer_class(module_name, class_name)
    if reason is not None:
        raise fault([document.complaint(place, reason)])
    return found


def _pipeline_finder(entry: _Spacy, folder: Path, document: YamlDocument, place: Place) -> Finder:
    try:
        from relay.detect.presidio.pipelines import Pipeline, PipelineFinder
    except ImportError:
        raise _missing("spaCy", document, place) from None
    try:
        return PipelineFinder(Pipeline(entry.pipeline, folder), entry.labels, entry.score)
    except ConfigFault as problem:
        raise fault([document.complaint(place, problem.public)]) from None


def _missing(library: str, document: YamlDocument, place: Place) -> ConfigFault:
    message = f"{library} is not installed; requirements-slim.lock leaves it out, requirements.lock has it"
    return fault([document.complaint(place, message)])
