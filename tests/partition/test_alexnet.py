"""AlexNet as an ONNX model and as YAML: the same plan, and what of it cannot be generated yet."""

from dataclasses import replace
from pathlib import Path

import pytest

from fpdeep_gen.board.load import load_cluster
from fpdeep_gen.network.known import known_networks
from fpdeep_gen.network.load import load_network
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.model import BalancedPlan
from fpdeep_gen.partition.planner import make_balanced_plan
from fpdeep_gen.partition.reach import generation_gaps
from tests.network.onnx_models import LIGHT


def planned(network: Network) -> BalancedPlan:
    return make_balanced_plan(network, load_cluster(Path("vc709-chain"), 8))


@pytest.fixture(scope="module")
def from_onnx() -> BalancedPlan:
    return planned(load_network(LIGHT / "light_bvlc_alexnet.onnx"))


def test_the_onnx_model_has_the_plan_of_the_yaml_file(from_onnx: BalancedPlan, tmp_path: Path) -> None:
    """Caffe's maps: images of 224, and a last pool that reaches beyond its map of 12."""
    text = known_networks()["alexnet-grouped"].read_text().replace("227, columns: 227", "224, columns: 224")
    head, pool, tail = text.rpartition("{window: 3, stride: 2}")
    assert pool
    path = tmp_path / "alexnet.yaml"
    path.write_text(f"{head}{{window: 3, stride: 2, overhang: 1}}{tail}")
    yaml = load_network(path)
    plan = planned(yaml)
    batch = replace(from_onnx.prediction, batch=plan.prediction.batch)
    assert replace(from_onnx, network=yaml, prediction=batch) == plan


def test_one_list_of_all_that_cannot_be_generated(from_onnx: BalancedPlan) -> None:
    found = {problem.field: problem.found for problem in generation_gaps(from_onnx)}
    network = from_onnx.network
    for index, layer in enumerate(network.layers):
        named = {field.removeprefix(f"layers.{layer.name}.") for field in found if f".{layer.name}." in field}
        expected = {
            "stride": layer.stride > 1,
            "groups": layer.groups > 1,
            "local_response": layer.normalisation is not None,
            "max_pool.stride": layer.pool_stride != layer.pool,
            "max_pool.overhang": layer.pool_overhang > 0,
            "dropout": layer.dropout is not None,
        }
        assert named == {field for field, there in expected.items() if there}, (index, layer.name)
    assert found["training.momentum"] == "0.9" and "dataset" in found
    assert found["stores"].startswith(("some in DDR", "copies")) and found["kind"] == "a balanced plan"
    assert any(field.startswith("shares of ") for field in found)
