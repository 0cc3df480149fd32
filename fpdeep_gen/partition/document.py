"""The balanced plan as a JSON document. `balanced_to_json` and `balanced_from_json` are exact inverses."""

import json
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from fpdeep_gen.document_problems import json_problems
from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.partition.budget import check_budgets
from fpdeep_gen.partition.model import BALANCED_PLAN_VERSION, BalancedPlan

_PLAN = TypeAdapter(BalancedPlan)

KIND = "balanced"
REMAKE = "make the plan again"


def balanced_to_json(plan: BalancedPlan) -> str:
    """The plan as JSON text, fields in the order of the model, a newline at the end."""
    return json.dumps(_PLAN.dump_python(plan, mode="json"), ensure_ascii=False, separators=(",", ":")) + "\n"


def is_balanced(text: str) -> bool:
    """Whether a plan.json is a balanced plan rather than one that can be generated."""
    try:
        data = json.loads(text)
    except ValueError:
        return False
    return isinstance(data, dict) and data.get("kind") == KIND


def balanced_from_json(text: str, file: Path | None = None) -> BalancedPlan:
    """The plan of a JSON text, checked against the model and all budgets. `file` is only named in problems.

    Raises `InputError` with every problem.
    """
    try:
        plan = _PLAN.validate_json(text, strict=True)
    except ValidationError as error:
        raise InputError(json_problems(file, error, REMAKE)) from error
    if plan.version != BALANCED_PLAN_VERSION or plan.kind != KIND:
        expected = f"{KIND} {BALANCED_PLAN_VERSION}, which this program reads"
        raise InputError([Problem(file, None, "version", expected, f"{plan.kind} {plan.version}", REMAKE)])
    check_budgets(plan)
    return plan
