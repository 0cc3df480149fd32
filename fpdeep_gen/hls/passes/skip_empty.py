"""Control goes past regions that do nothing: each would cost a cycle. A word taken and not used is something."""

from fpdeep_gen.hls.ir import Exit, Process, Region, Store
from fpdeep_gen.hls.passes.dead import EFFECTS


def skip_empty(process: Process) -> None:
    """In place. The entry region stays; so does an empty region that goes to itself."""
    after = {region: _only_exit(region) for region in process.regions}
    for region in process.regions[1:]:
        last = _last(region, after)
        if last is not region and region.loops:  # a loop around others begins with the first of them
            last.loops = (*region.loops, *last.loops)
    for region in process.regions:
        region.exits = [Exit(one.condition, _last(one.target, after)) for one in region.exits]
    reached: set[Region] = set()
    work = process.regions[:1]
    while work:
        region = work.pop()
        if region not in reached:
            reached.add(region)
            work.extend(one.target for one in region.exits)
    process.regions = [region for region in process.regions if region in reached]


def _only_exit(region: Region) -> Region | None:
    if region.sets or len(region.exits) != 1 or any(isinstance(one, (*EFFECTS, Store)) for one in region.operations):
        return None
    return region.exits[0].target


def _last(region: Region, after: dict[Region, Region | None]) -> Region:
    seen = {region}
    while (target := after[region]) is not None and target not in seen:
        seen.add(target)
        region = target
    return region
