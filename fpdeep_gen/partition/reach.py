"""What of a balanced plan cannot be generated yet, in one list."""

from pathlib import Path

from fpdeep_gen.errors import Problem
from fpdeep_gen.network.trainable import lacks
from fpdeep_gen.partition.geometry import Geometry, geometries
from fpdeep_gen.partition.model import BalancedPlan, Phase, Place, Range, Share


def generation_gaps(plan: BalancedPlan, file: Path | None = None) -> list[Problem]:
    """Every kind of thing that generation cannot build, with the first layer and board where the plan has it.

    Never empty: a generated project has words, credits and a depth for each process's FIFO, where a balanced plan has
    the bits that wait at each place.
    """
    geometry = geometries(plan.network)
    names = [layer.name for layer in plan.network.layers]
    found = [
        Problem(
            file,
            None,
            f"layers.{names[lack.layer]}.{lack.field}" if lack.layer is not None else lack.field,
            lack.expected,
            lack.found,
        )
        for lack in lacks(plan.network)
    ]
    told: set[str] = set()
    for share in plan.shares:
        for expected, shown in _share_gaps(geometry[share.layer], share):
            if expected not in told:
                told.add(expected)
                field = f"shares of {names[share.layer]} on board {share.board}"
                found.append(Problem(file, None, field, expected, shown))
    if any(store.place is Place.DDR for store in plan.stores):
        found.append(Problem(file, None, "stores", "all on chip", "some in DDR"))
    if any(store.is_copy for store in plan.stores):
        found.append(
            Problem(file, None, "stores", "each weight in one store", "copies that a batch's end brings up to date")
        )
    hint = "`fpdeep plan --planner exact` makes a plan that can be generated, for networks and chains in its reach"
    found.append(Problem(file, None, "kind", "an exact plan, with words and FIFO depths", "a balanced plan", hint))
    return found


def _share_gaps(geometry: Geometry, share: Share) -> list[tuple[str, str]]:
    layer = geometry.layer
    found = []
    columns = layer.in_columns if share.phase is Phase.BACKWARD else layer.conv_columns
    if not geometry.flat and share.columns != Range(0, columns):
        found.append(("all columns of a layer on a board", f"columns {share.columns.begin}..{share.columns.end - 1}"))
    if share.inputs != Range(0, layer.in_channels):
        found.append(("all input channels of a layer on a board", f"{share.inputs.begin}..{share.inputs.end - 1}"))
    if share.newest_last:
        found.append(
            ("engines that take a patch as it is", "kernel rows one after the other, the newest input row last")
        )
    return found
