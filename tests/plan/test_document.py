"""The plan's JSON: nothing lost, nothing added, and no figure taken on trust."""

import json
from dataclasses import replace

import pytest

from fpdeep_gen.errors import InputError
from fpdeep_gen.plan.assemble import assemble
from fpdeep_gen.plan.check import pieces_of
from fpdeep_gen.plan.document import plan_from_json, plan_schema, plan_to_json
from fpdeep_gen.plan.model import LinkPlan, Plan, SlicePlan
from fpdeep_gen.plan.place import Found
from fpdeep_gen.plan.planner import make_plan
from tests.plan.networks import cluster, digits


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(digits(), cluster(3))


def fields_of(text: str) -> set[str]:
    with pytest.raises(InputError) as caught:
        plan_from_json(text)
    return {problem.field for problem in caught.value.problems}


def test_there_and_back(plan: Plan) -> None:
    text = plan_to_json(plan)
    assert plan_from_json(text) == plan
    assert plan_to_json(plan_from_json(text)) == text


def test_schema_names_every_field() -> None:
    schema = plan_schema()
    assert set(schema["properties"]) == set(Plan.__dataclass_fields__)


def test_problems_speak_of_what_was_expected(plan: Plan) -> None:
    text = plan_to_json(plan).replace('"boards"', '"bards"', 1)
    with pytest.raises(InputError) as caught:
        plan_from_json(text)
    assert str(caught.value) == ("cluster.boards: expected this field, found nothing\n    hint: make the plan again")


def test_not_json() -> None:
    assert fields_of("{") == {"syntax"}
    assert fields_of("[]") == {"document"}


def test_other_version(plan: Plan) -> None:
    assert fields_of(plan_to_json(replace(plan, version=2))) == {"version"}


def test_wrong_types_and_unknown_fields(plan: Plan) -> None:
    data = json.loads(plan_to_json(plan))
    data["lanes"][1] = "8"
    assert fields_of(json.dumps(data)) == {"lanes[1]"}
    data = json.loads(plan_to_json(plan))
    data["slices"][0]["colour"] = 1
    assert fields_of(json.dumps(data)) == {"slices[0].colour"}
    data = json.loads(plan_to_json(plan))
    del data["slices"][0]["layer"]
    assert fields_of(json.dumps(data)) == {"slices[0].layer"}


def test_stale_figures(plan: Plan) -> None:
    faster = replace(plan, prediction=replace(plan.prediction, interval=100))
    assert fields_of(plan_to_json(faster)) == {"prediction"}
    lighter = replace(plan, uses=(replace(plan.uses[0], dsp=1), *plan.uses[1:]))
    assert fields_of(plan_to_json(lighter)) == {"uses"}


def test_over_budget(plan: Plan) -> None:
    poor = replace(plan.cluster.boards[1], dsp=100)
    boards = (plan.cluster.boards[0], poor, plan.cluster.boards[2])
    over = replace(plan, cluster=replace(plan.cluster, boards=boards))
    with pytest.raises(InputError) as caught:
        plan_from_json(plan_to_json(over))
    (problem,) = caught.value.problems
    assert (problem.field, problem.expected) == ("uses[1]", "at most 100 DSP on board 1 (zedboard)")
    assert problem.found == f"{plan.uses[1].dsp} needed"


def rebuilt(plan: Plan, slices: tuple[SlicePlan, ...], links: tuple[LinkPlan, ...]) -> str:
    """The plan with other depths or credits, and all else as it follows from them."""
    found = Found(plan.lanes, plan.taps, plan.p_in, plan.p_error, plan.p_back, plan.update_lanes, pieces_of(plan), 0)
    return plan_to_json(assemble(plan.network, plan.cluster, found, slices, links))


def test_cache_that_would_deadlock(plan: Plan) -> None:
    shallow = (replace(plan.slices[0], cache_depth=63), *plan.slices[1:])
    assert fields_of(rebuilt(plan, shallow, plan.links)) == {"slices[0].cache_depth"}
    assert plan_from_json(rebuilt(plan, plan.slices, plan.links)) == plan


def test_credits_that_would_deadlock(plan: Plan) -> None:
    """The last features over link 0, with room for a row but not for the word that begins the next."""
    stream = plan.links[0].up[-1]
    row = stream.words_per_image // plan.network.tensor_shape(stream.tensor)[1] * stream.flits_per_word
    link = replace(plan.links[0], up=(*plan.links[0].up[:-1], replace(stream, credits=row)))
    assert fields_of(rebuilt(plan, plan.slices, (link, *plan.links[1:]))) == {
        f"links[0].up[{len(plan.links[0].up) - 1}].credits"
    }


def test_streams_of_another_boundary(plan: Plan) -> None:
    link = replace(plan.links[0], up=plan.links[0].up[:-1])
    assert "links[0]" in fields_of(plan_to_json(replace(plan, links=(link, *plan.links[1:]))))
