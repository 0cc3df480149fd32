"""Which blocks become which region.

A pipelined innermost loop and the loops around it that hold nothing but it are one **nest**: one region that starts
again at any of the nest's loop headers (see `lower`). Innermost loops without PIPELINE are pipelined too, unless it
says `off`. A function that is a single nest, or has no loop, is one region
that also starts again at its own entry; without a loop it is pipelined as an innermost loop is, where it may start
again before it is done. All other blocks are grouped into regions between heads.
"""

from dataclasses import dataclass

from fpdeep_gen.errors import Problem
from fpdeep_gen.hls.frontend.callers_loops import is_own
from fpdeep_gen.hls.frontend.cfg import Loop, LoopForest, edges_of, find_loops, reverse_postorder
from fpdeep_gen.hls.frontend.llvm_ir import Block, Function, Instruction, LlvmModule, OperandKind
from fpdeep_gen.hls.frontend.places import problem_at
from fpdeep_gen.hls.frontend.unrolling import FLATTEN_OFF, PIPELINE, PIPELINE_OFF, PIPELINE_OUTER, PIPELINE_WHOLE
from fpdeep_gen.hls.ir import Location

Edge = tuple[str, str]
_MOST_INSTRUCTIONS = 2_000  # of a loop that is pipelined without being asked: the search takes time
_MOST_ACCESSES = 100  # of them loads and stores, which are compared in pairs
TOO_LARGE = "too large to be pipelined without PIPELINE"
_CHEAP = frozenset({"br", "phi", "zext", "sext", "trunc", "icmp", "getelementptr", "select", "freeze"})


@dataclass(frozen=True, slots=True)
class RegionPlan:
    """`entries`: where an iteration may start. An edge in `cuts` ends it; so does one that leaves `blocks`.

    `automatic`: nobody asked for `ii`.
    """

    name: str
    blocks: tuple[str, ...]
    entries: tuple[str, ...]
    cuts: frozenset[Edge]
    ii: int | None
    location: Location | None
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Grouping:
    """What may be done with loops beyond the pragmas: join nests; pipeline innermost loops that have no pragma.

    `held`: why their iterations may not overlap, empty: they may. `restarts`: a function without loops is such a loop.
    """

    flatten: bool = True
    automatic: bool = True
    held: str = ""
    restarts: bool = True


DEFAULT_GROUPING = Grouping()


@dataclass(frozen=True, slots=True)
class _Asked:
    """By the headers of loops ("" for the function): intervals, of which `automatic` are nobody's wish.

    `flatten_off`: loops that are not joined with what is in them; `pipeline_off`: nor where that is automatic.
    """

    intervals: dict[str, int]
    automatic: frozenset[str]
    flatten_off: frozenset[str]
    pipeline_off: frozenset[str]
    large: frozenset[str]


@dataclass(frozen=True, slots=True)
class FunctionPlan:
    """`regions[0]` starts the function; a return goes to its first entry.

    `has_nests`: loops were joined, or the code around a loop with it. `large`: headers of loops (or the entry of a
    function without any) that are not pipelined for their size.
    """

    regions: tuple[RegionPlan, ...]
    has_nests: bool
    large: frozenset[str] = frozenset()

    def region_of(self, head: str) -> RegionPlan:
        """The region that an edge to `head` starts."""
        return next(plan for plan in self.regions if head in plan.entries)


def plan_regions(
    function: Function, module: LlvmModule, problems: list[Problem], grouping: Grouping = DEFAULT_GROUPING
) -> FunctionPlan:
    """Groups the blocks of a function; problems with PIPELINE are added to the list."""
    forest = find_loops(function)
    asked = _asked(function, forest, module, problems, grouping)
    entry = function.entry.name
    edges = edges_of(function)
    whole = _chain(forest.top[0], asked) if grouping.flatten and len(forest.top) == 1 else []
    if not forest.loops or whole:
        chain = whole
        cuts = _back_edges(chain)
        inner = chain[-1].header if chain else ""
        blocks = tuple(reverse_postorder(entry, edges))
        headers = tuple(loop.header for loop in chain)
        name = headers[-1][1:] if headers else "body"
        place = loop_location(function, chain[-1], module) if chain else function.location
        ii, automatic = asked.intervals.get(inner), inner in asked.automatic
        plan = RegionPlan(name, blocks, (entry, *headers), cuts, ii, place, automatic)
        return FunctionPlan((plan,), bool(chain), frozenset({entry}) if "" in asked.large else frozenset())
    return _split(function, module, forest, asked)


def _marked(function: Function, forest: LoopForest, marker: str) -> frozenset[str]:
    """Headers of the innermost loops around the marker's calls; "" outside of all."""
    found = [forest.innermost(block.name) for block, _ in _markers(function, marker)]
    return frozenset("" if loop is None else loop.header for loop in found)


def _markers(function: Function, marker: str) -> list[tuple[Block, Instruction]]:
    return [
        (block, one)
        for block in function.blocks.values()
        for one in block.instructions
        if one.opcode == "call" and one.detail == marker
    ]


def _asked(
    function: Function, forest: LoopForest, module: LlvmModule, problems: list[Problem], grouping: Grouping
) -> _Asked:
    found = _intervals(function, forest, module, problems)
    off = _marked(function, forest, PIPELINE_OFF)
    free = [one.header for one in forest.loops.values() if not one.children] if grouping.automatic else []
    free += [""] if grouping.automatic and grouping.restarts and not forest.loops else []
    wanted = frozenset(header for header in free if header not in found and header not in off)
    large = frozenset(header for header in wanted if _is_large(function, forest.loops.get(header)))
    automatic = wanted - large
    flatten_off = _marked(function, forest, FLATTEN_OFF) if grouping.flatten else frozenset(forest.loops)
    return _Asked(found | dict.fromkeys(automatic, 1), automatic, flatten_off, off, large)


def _is_large(function: Function, loop: Loop | None) -> bool:
    """None: the whole function."""
    blocks = function.blocks if loop is None else loop.blocks
    kinds = [one.opcode for name in blocks for one in function.blocks[name].instructions]
    return len(kinds) > _MOST_INSTRUCTIONS or sum(kind in ("load", "store") for kind in kinds) > _MOST_ACCESSES


def _intervals(function: Function, forest: LoopForest, module: LlvmModule, problems: list[Problem]) -> dict[str, int]:
    """Loop header ("" for the function) -> initiation interval asked for."""
    found: dict[str, int] = {}
    for marker in (PIPELINE_WHOLE, PIPELINE_OUTER, PIPELINE):
        for block, call in _markers(function, marker):
            loop = None if marker == PIPELINE_WHOLE else forest.innermost(block.name)
            place = module.locations.of(call.debug)
            operand = call.operands[0]
            ii = operand.value if operand.kind is OperandKind.INTEGER else 0
            if ii < 1:
                problems.append(problem_at(place, "PIPELINE II", "a positive constant", str(ii)))
            elif (inner := _loops_inside(marker, loop, forest)) and not any(
                is_own(function, call, one, module) for one in inner
            ):
                continue  # a function beside loops of the one that it was put into: it has nothing to overlap with
            elif inner:
                hint = "give the inner loop constant bounds, or pipeline the inner loop instead"
                what = "loops inside that can be unrolled"
                problems.append(problem_at(place, "PIPELINE", what, "a loop with variable bounds", hint))
            elif loop is None and not forest.loops:
                found[""] = ii
            elif loop is not None and not loop.children:
                found[loop.header] = ii
    return found


def _loops_inside(marker: str, loop: Loop | None, forest: LoopForest) -> list[Loop]:
    """Loops that should have been unrolled for a PIPELINE of `loop` (None: of the function)."""
    if marker == PIPELINE_WHOLE:
        return list(forest.loops.values())
    return list(loop.children) if marker == PIPELINE_OUTER and loop is not None else []


def _chain(loop: Loop, asked: _Asked) -> list[Loop]:
    """The nest from `loop` inward, or nothing when it does not flatten."""
    if not loop.children:
        return [loop] if loop.header in asked.intervals else []
    if len(loop.children) > 1 or not asked.flatten_off.isdisjoint((loop.children[0].header, loop.header)):
        return []
    inner = _chain(loop.children[0], asked)
    kept = loop.header in asked.pipeline_off and inner and inner[-1].header in asked.automatic
    return [loop, *inner] if inner and not kept else []


def _back_edges(chain: list[Loop]) -> frozenset[Edge]:
    return frozenset((latch, loop.header) for loop in chain for latch in loop.latches)


def _split(function: Function, module: LlvmModule, forest: LoopForest, asked: _Asked) -> FunctionPlan:
    edges = edges_of(function)
    nests: dict[str, list[Loop]] = {}
    heads = [function.entry.name]
    work = list(forest.top)
    while work:
        loop = work.pop()
        chain = _chain(loop, asked)
        heads.append(loop.header)
        if chain:
            nests[loop.header] = chain
            leaving = (child for block in sorted(loop.blocks) for child in edges[block] if child not in loop.blocks)
            heads.extend(leaving)
        else:
            work.extend(loop.children)
    heads = list(dict.fromkeys(heads))
    inside = {block for header in nests for block in forest.loops[header].blocks}
    heads = _add_joins(function, edges, heads, inside)
    order = {name: place for place, name in enumerate(reverse_postorder(function.entry.name, edges))}
    plans: list[RegionPlan] = []
    for head in sorted(heads, key=lambda name: order[name]):
        if head in nests:
            chain = nests[head]
            place = loop_location(function, chain[-1], module)
            blocks = tuple(sorted(chain[0].blocks, key=lambda name: order[name]))
            entries = tuple(loop.header for loop in chain)
            ii, automatic = asked.intervals[entries[-1]], entries[-1] in asked.automatic
            plans.append(RegionPlan(head[1:], blocks, entries, _back_edges(chain), ii, place, automatic))
        else:
            place = _location(function.blocks[head], module)
            blocks = tuple(sorted(_reach(head, edges, set(heads)), key=lambda name: order[name]))
            cuts = frozenset((block, child) for block in blocks for child in edges[block] if child in heads)
            plans.append(RegionPlan(head[1:], blocks, (head,), cuts, asked.intervals.get(head), place))
    return FunctionPlan(tuple(plans), any(len(chain) > 1 for chain in nests.values()), asked.large)


def _reach(head: str, edges: dict[str, tuple[str, ...]], heads: set[str]) -> set[str]:
    found = {head}
    work = [head]
    while work:
        for child in edges[work.pop()]:
            if child not in heads and child not in found:
                found.add(child)
                work.append(child)
    return found


def _add_joins(function: Function, edges: dict[str, tuple[str, ...]], heads: list[str], inside: set[str]) -> list[str]:
    """A block that several regions would repeat becomes a head, unless it costs nothing."""
    order = reverse_postorder(function.entry.name, edges)
    while True:
        owners: dict[str, int] = {}
        for head in heads:
            if head not in inside:
                for block in _reach(head, edges, set(heads)):
                    owners[block] = owners.get(block, 0) + 1
        joined = [block for block in order if owners.get(block, 0) > 1 and not _is_cheap(function.blocks[block])]
        if not joined:
            return heads
        heads = [*heads, joined[0]]


def _is_cheap(block: Block) -> bool:
    return all(one.opcode in _CHEAP or "lifetime" in one.detail for one in block.instructions if one.opcode != "ret")


def loop_location(function: Function, loop: Loop, module: LlvmModule) -> Location | None:
    """The line of the loop's condition or step, which is that of the `for` or `while`."""
    latch = loop.latches[0]
    last = function.blocks[latch].instructions[::-1]
    ends = (one for one in last if latch != loop.header or one.opcode in ("br", "icmp"))
    places = (module.locations.of(one.debug) for one in ends)
    found = next((place for place in places if place is not None and place.line), None)
    return found or _location(function.blocks[loop.header], module)


def _location(block: Block, module: LlvmModule) -> Location | None:
    """The first place of a block's instructions; line 0 is what clang gives to code of its own."""
    places = (module.locations.of(one.debug) for one in block.instructions)
    return next((place for place in places if place is not None and place.line), None)
