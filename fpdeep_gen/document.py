"""YAML files as plain data that remembers its lines, checked against pydantic models.

`read_model(path, Model)` is all that most callers need. Everything wrong with a file is reported at once, as
`Problem`s with file, line, field, what was expected, what was found, and a hint where one helps.

Models derive from `Schema` (strict, extra fields forbidden): write `list[...]` for sequences and `Literal[...]` for
choices, as YAML gives no tuples or enum members.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from fpdeep_gen.document_problems import Location, field_path, problem_of
from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.files import read_text

__all__ = ["Document", "Location", "Schema", "field_path", "load_document", "parse_document", "read_model", "validate"]

MAX_DEPTH = 40
_DEPTH_OF_TEXT = 100
"""Levels at which the text is given up without building it; up to there a document that is too deep is told where."""

MAX_NODES = 200_000


class Schema(BaseModel):
    """Base of all models of input files: strict types, no unknown fields, no infinities, immutable."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Document:
    """Plain data of one file. `lines` maps the location of every field and list item to its line, from 1."""

    file: Path
    data: object
    lines: Mapping[Location, int]

    def line(self, location: Sequence[str | int]) -> int | None:
        """Line of `location`, or of its nearest ancestor that the file has."""
        here = tuple(location)
        while here and here not in self.lines:
            here = here[:-1]
        return self.lines.get(here)

    def problem(self, location: Sequence[str | int], expected: str, found: str, hint: str = "") -> Problem:
        """A problem at `location` of this document."""
        return Problem(self.file, self.line(location), field_path(location), expected, found, hint)


class _TooDeep(Exception):
    """More levels than any file of ours has."""


class _Loader(yaml.SafeLoader):
    """YAML 1.1 as PyYAML reads it, but `1e-3` is a number (as in YAML 1.2); its depth is bounded, whatever the
    interpreter's own limit is."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """The next node, with all below it. Raises `_TooDeep`."""
        self.depth += 1
        if self.depth > _DEPTH_OF_TEXT:
            raise _TooDeep
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[eE][-+]?[0-9]+$"),
    list("-+.0123456789"),
)


class _Reader:
    """Turns a YAML node tree into plain data, collecting lines and problems on the way."""

    def __init__(self, file: Path, loader: _Loader) -> None:
        self.file = file
        self.loader = loader
        self.lines: dict[Location, int] = {}
        self.problems: list[Problem] = []
        self.nodes = 0

    def read(self, node: yaml.Node, location: Location) -> object:
        """Plain data of `node`."""
        self.lines.setdefault(location, node.start_mark.line + 1)
        self.nodes += 1
        if self.nodes > MAX_NODES or len(location) > MAX_DEPTH:
            self.refuse(
                node,
                location[:3],
                f"at most {MAX_NODES} values, nested at most {MAX_DEPTH} deep",
                "more",
                "anchors that refer to themselves or to each other grow without end",
            )
            raise InputError(self.problems)
        if isinstance(node, yaml.MappingNode):
            return self.read_mapping(node, location)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*location, index)) for index, item in enumerate(node.value)]
        return self.read_scalar(node, location)

    def read_scalar(self, node: yaml.Node, location: Location) -> object:
        """A string, number, boolean or null."""
        try:
            value: object = self.loader.construct_object(node)
        except (yaml.YAMLError, ValueError, OverflowError):
            self.refuse(node, location, "a plain value", f"`{node.value}` ({node.tag})")
            return None
        return value

    def read_mapping(self, node: yaml.MappingNode, location: Location) -> dict[str, object]:
        """A mapping with text keys, each once."""
        data: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is None or key_node.tag not in ("tag:yaml.org,2002:str", "tag:yaml.org,2002:bool"):
                self.refuse(key_node, location, "a field name", f"`{key}`" if key is not None else "a list or mapping")
                continue
            here = (*location, key)
            if key in data:
                self.refuse(key_node, here, "each field once", f"`{key}` again", f"first on line {self.lines[here]}")
                continue
            self.lines[here] = key_node.start_mark.line + 1
            data[key] = self.read(value_node, here)
        return data

    def refuse(self, node: yaml.Node, location: Location, expected: str, found: str, hint: str = "") -> None:
        """Notes a problem at the line of `node`."""
        line = node.start_mark.line + 1
        self.problems.append(Problem(self.file, line, field_path(location), expected, found, hint))


def parse_document(text: str, file: Path) -> Document:
    """Reads YAML text; `file` is only named in problems. Raises `InputError`."""
    loader = None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        found = error.problem or "text that is not YAML"
        raise InputError([Problem(file, line, "syntax", "valid YAML", found, error.context or "")]) from error
    except yaml.YAMLError as error:
        raise InputError([Problem(file, None, "syntax", "valid YAML", " ".join(str(error).split()))]) from error
    except _TooDeep as error:
        raise InputError([Problem(file, None, "syntax", f"at most {MAX_DEPTH} levels", "more")]) from error
    finally:
        if loader is not None:
            loader.dispose()
    if node is None:
        raise InputError([Problem(file, None, "document", "YAML fields", "an empty file")])
    reader = _Reader(file, loader)
    data = reader.read(node, ())
    if reader.problems:
        raise InputError(reader.problems)
    return Document(file, data, reader.lines)


def load_document(path: Path) -> Document:
    """Reads a YAML file. Raises `InputError` for a file that is missing, unreadable or not YAML."""
    return parse_document(read_text(path, "a readable YAML file"), path)


def validate(document: Document, model: type[Model], at: Location = ()) -> Model:
    """Checks the part of `document` at location `at` against `model`. Raises `InputError` with every problem."""
    data = document.data
    for step in at:
        data = data[step]  # type: ignore[index]
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems = [problem_of(document.file, document.line, model, detail, at) for detail in error.errors()]
        raise InputError(problems) from error


def read_model(path: Path, model: type[Model]) -> tuple[Document, Model]:
    """Reads a YAML file and checks it against `model`. Raises `InputError` with every problem."""
    document = load_document(path)
    return document, validate(document, model)
