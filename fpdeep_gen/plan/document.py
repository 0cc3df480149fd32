"""The plan as a JSON document. `plan_to_json` and `plan_from_json` are exact inverses; equal plans give equal bytes."""

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from fpdeep_gen.document_problems import json_problems, shown
from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.plan.check import check_plan
from fpdeep_gen.plan.model import PLAN_VERSION, Plan

_PLAN = TypeAdapter(Plan)

REMAKE = "make the plan again"


def plan_to_json(plan: Plan) -> str:
    """The plan as JSON text, fields in the order of the model, a newline at the end."""
    return json.dumps(_PLAN.dump_python(plan, mode="json"), indent=1, ensure_ascii=False) + "\n"


def plan_from_json(text: str, file: Path | None = None) -> Plan:
    """The plan of a JSON text, checked against the model and all budgets. `file` is only named in problems.

    Raises `InputError` with every problem.
    """
    data = _parsed(text, file)
    version = data.get("version")
    if version != PLAN_VERSION:
        expected = f"{PLAN_VERSION}, the version that this program reads"
        raise InputError([Problem(file, None, "version", expected, shown(version), REMAKE)])
    try:
        plan = _PLAN.validate_json(text, strict=True)
    except ValidationError as error:
        raise InputError(json_problems(file, error, REMAKE)) from error
    unknown = list(_unknown_fields(data, json.loads(plan_to_json(plan)), ""))
    if unknown:
        raise InputError([Problem(file, None, name, "only fields of a plan", "another one") for name in unknown])
    check_plan(plan)
    return plan


def plan_schema() -> dict[str, object]:
    """JSON schema of a plan."""
    return _PLAN.json_schema()


def _parsed(text: str, file: Path | None) -> dict[str, object]:
    try:
        data = json.loads(text)
    except ValueError as error:
        line = getattr(error, "lineno", None)
        raise InputError([Problem(file, line, "syntax", "a plan in JSON", str(error), REMAKE)]) from error
    if not isinstance(data, dict):
        raise InputError([Problem(file, 1, "document", "a JSON object", shown(data), REMAKE)])
    return data


def _unknown_fields(given: object, known: object, where: str) -> Iterator[str]:
    """Paths of fields in `given` that `known` lacks."""
    if isinstance(given, dict) and isinstance(known, dict):
        for name, value in given.items():
            path = f"{where}.{name}" if where else str(name)
            if name not in known:
                yield path
            else:
                yield from _unknown_fields(value, known[name], path)
    elif isinstance(given, list) and isinstance(known, list):
        for index, (value, other) in enumerate(zip(given, known, strict=True)):
            yield from _unknown_fields(value, other, f"{where}[{index}]")
