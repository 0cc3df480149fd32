"""Pydantic's findings in the words of `Problem`: where, what was expected, what was found, and a hint."""

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import UnionType
from typing import TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from fpdeep_gen.errors import InputError, Problem

Location: TypeAlias = tuple[str | int, ...]

_TYPES: Mapping[str, str] = {
    "int_type": "an integer",
    "int_from_float": "an integer",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "text",
    "list_type": "a list",
    "dict_type": "fields",
    "model_type": "fields",
    "model_attributes_type": "fields",
    "finite_number": "a finite number",
}

_BOUNDS: Mapping[str, tuple[str, str]] = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
    "multiple_of": ("a multiple of", "multiple_of"),
}


def field_path(location: Sequence[str | int]) -> str:
    """`layers[2].conv.kernel` for ("layers", 2, "conv", "kernel"); `document` for the whole of it."""
    text = ""
    for step in location:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text or "document"


def shown(value: object) -> str:
    """A value as a message names it: the kind of what is long, the text of what is short."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "fields (" + ", ".join(str(key) for key in value) + ")" if value else "no fields"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = str(value)
    return f"`{text}`" if len(text) <= 60 else f"`{text[:57]}...`"


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """A hint that names the nearest of `choices`, or nothing where none is near."""
    near = difflib.get_close_matches(word, list(choices), n=1, cutoff=0.6)
    return f"did you mean `{near[0]}`?" if near else ""


def listed(choices: Iterable[str]) -> str:
    """`one of a, b, c`."""
    return "one of " + ", ".join(choices)


def problem_of(
    file: Path,
    line_of: Callable[[Location], int | None],
    model: type[BaseModel],
    detail: ErrorDetails,
    at: Location = (),
) -> Problem:
    """The `Problem` of one pydantic finding; `at`: where in the file the validated data stand."""
    location = at + detail["loc"]
    expected, found, hint = _words(model, detail)
    return Problem(file, line_of(location), field_path(location), expected, found, hint)


def json_problems(file: Path | None, error: ValidationError, hint: str) -> list[Problem]:
    """The `Problem`s of a JSON document that a program wrote; `hint`: how to have it again."""
    return [
        Problem(file, None, field_path(detail["loc"]), *_words(None, detail)[:2], hint)
        for detail in error.errors(include_url=False)
    ]


def _words(model: type[BaseModel] | None, detail: ErrorDetails) -> tuple[str, str, str]:
    """(expected, found, hint) of a finding."""
    kind, context = detail["type"], detail.get("ctx", {})
    found = shown(detail["input"])
    if kind == "missing":
        return "this field", "nothing", ""
    if kind == "extra_forbidden" and model is not None:
        name = str(detail["loc"][-1])
        fields = _fields_at(model, detail["loc"][:-1])
        return listed(fields) if fields else "no such field", f"`{name}`", did_you_mean(name, fields)
    if kind in _TYPES:
        return _TYPES[kind], found, ""
    if kind in _BOUNDS:
        words, key = _BOUNDS[kind]
        return f"{words} {context[key]}", found, ""
    if kind in ("too_short", "string_too_short"):
        return f"at least {context.get('min_length')} {_unit(kind)}", found, ""
    if kind in ("too_long", "string_too_long"):
        return f"at most {context.get('max_length')} {_unit(kind)}", found, ""
    if kind == "literal_error":
        choices = _choices(str(context["expected"]))
        return listed(choices), found, did_you_mean(str(detail["input"]), choices)
    return str(context.get("expected", detail["msg"])), found, str(context.get("hint", ""))


def _unit(kind: str) -> str:
    return "characters" if kind.startswith("string") else "items"


def _choices(expected: str) -> list[str]:
    """`'a', 'b' or 'c'` as pydantic writes it -> [a, b, c]."""
    return [part.strip().strip("'") for part in expected.replace(" or ", ", ").split(",")]


def _fields_at(model: type[BaseModel], location: Sequence[str | int]) -> tuple[str, ...]:
    """Names of the fields that the mapping at `location` may have (empty where no model describes it)."""
    annotation: object = model
    for step in location:
        owner = _model_in(annotation)
        if owner is not None and isinstance(step, str) and step in owner.model_fields:
            annotation = owner.model_fields[step].annotation
        elif _element(annotation) is not None:
            annotation = _element(annotation)
        else:
            return ()
    owner = _model_in(annotation)
    return tuple(owner.model_fields) if owner is not None else ()


def _options(annotation: object) -> tuple[object, ...]:
    """The alternatives of a union, or the annotation alone."""
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def _model_in(annotation: object) -> type[BaseModel] | None:
    """The model that `annotation` is, or that is one of its alternatives."""
    for option in _options(annotation):
        if isinstance(option, type) and get_origin(option) is None and issubclass(option, BaseModel):
            return option
    return None


def _element(annotation: object) -> object:
    """What a list or mapping of `annotation` holds."""
    for option in _options(annotation):
        if get_origin(option) in (list, dict, tuple):
            return get_args(option)[-1]
    return None


def known_file(path: Path, known: Mapping[str, Path], expected: str) -> Path:
    """`path`, or the file that a known name stands for. Raises `InputError` for a plain name that is neither."""
    if path.exists() or path.suffix or len(path.parts) != 1:
        return path
    if path.name in known:
        return known[path.name]
    hint = did_you_mean(path.name, known)
    raise InputError([Problem(path, None, "file", f"{expected}, or {listed(known)}", "no such file", hint)])
