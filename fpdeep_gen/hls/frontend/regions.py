"""Which blocks become which region.

A pipelined innermost loop and the loops around it that hold nothing but it are one **nest**: one region that starts
again at any of the nest's loop headers (see `lower`). A function that is a single nest, or has no loop, is one region
that also starts again at its own entry. All other blocks are grouped into regions between heads.
"""

from dataclasses import dataclass

from fpdeep_gen.errors import Problem
from fpdeep_gen.hls.frontend.cfg import Loop, LoopForest, edges_of, find_loops, reverse_postorder
from fpdeep_gen.hls.frontend.llvm_ir import Block, Function, Instruction, LlvmModule, OperandKind
from fpdeep_gen.hls.frontend.optimise import FLATTEN_OFF
from fpdeep_gen.hls.frontend.places import problem_at
from fpdeep_gen.hls.frontend.unrolling import PIPELINE, PIPELINE_OUTER, PIPELINE_WHOLE
from fpdeep_gen.hls.ir import Location

Edge = tuple[str, str]
_CHEAP = frozenset({"br", "phi", "zext", "sext", "trunc", "icmp", "getelementptr", "select", "freeze"})


@dataclass(frozen=True, slots=True)
class RegionPlan:
    """`entries`: where an iteration may start. An edge in `cuts` ends it; so does one that leaves `blocks`."""

    name: str
    blocks: tuple[str, ...]
    entries: tuple[str, ...]
    cuts: frozenset[Edge]
    ii: int | None
    location: Location | None


@dataclass(frozen=True, slots=True)
class FunctionPlan:
    """`regions[0]` starts the function; a return goes to its first entry.

    `has_nests`: loops were joined, or the code around a loop with it.
    """

    regions: tuple[RegionPlan, ...]
    has_nests: bool

    def region_of(self, head: str) -> RegionPlan:
        """The region that an edge to `head` starts."""
        return next(plan for plan in self.regions if head in plan.entries)


def plan_regions(function: Function, module: LlvmModule, problems: list[Problem], flatten: bool = True) -> FunctionPlan:
    """Groups the blocks of a function; problems with PIPELINE are added to the list. `flatten`: join nests."""
    forest = find_loops(function)
    asked = _asked(function, forest, module, problems)
    off = {loop.header for loop in _marked(function, forest, FLATTEN_OFF)} if flatten else set(forest.loops)
    entry = function.entry.name
    edges = edges_of(function)
    if not forest.loops or (flatten and len(forest.top) == 1 and _chain(forest.top[0], asked, off)):
        chain = _chain(forest.top[0], asked, off) if forest.top else []
        cuts = _back_edges(chain)
        ii = asked.get(chain[-1].header if chain else "")
        blocks = tuple(reverse_postorder(entry, edges))
        headers = tuple(loop.header for loop in chain)
        name = headers[-1][1:] if headers else "body"
        place = loop_location(function, chain[-1], module) if chain else function.location
        return FunctionPlan((RegionPlan(name, blocks, (entry, *headers), cuts, ii, place),), bool(chain))
    return _split(function, module, forest, asked, off)


def _marked(function: Function, forest: LoopForest, marker: str) -> list[Loop]:
    found = [forest.innermost(block.name) for block, _ in _markers(function, marker)]
    return [loop for loop in found if loop is not None]


def _markers(function: Function, marker: str) -> list[tuple[Block, Instruction]]:
    return [
        (block, one)
        for block in function.blocks.values()
        for one in block.instructions
        if one.opcode == "call" and one.detail == marker
    ]


def _asked(function: Function, forest: LoopForest, module: LlvmModule, problems: list[Problem]) -> dict[str, int]:
    """Loop header ("" for the function) -> initiation interval."""
    found: dict[str, int] = {}
    for marker in (PIPELINE_WHOLE, PIPELINE_OUTER, PIPELINE):
        for block, call in _markers(function, marker):
            loop = None if marker == PIPELINE_WHOLE else forest.innermost(block.name)
            place = module.locations.of(call.debug)
            operand = call.operands[0]
            ii = operand.value if operand.kind is OperandKind.INTEGER else 0
            if ii < 1:
                problems.append(problem_at(place, "PIPELINE II", "a positive constant", str(ii)))
            elif (marker == PIPELINE_WHOLE and forest.loops) or (marker == PIPELINE_OUTER and loop and loop.children):
                hint = "give the inner loop constant bounds, or pipeline the inner loop instead"
                what = "loops inside that can be unrolled"
                problems.append(problem_at(place, "PIPELINE", what, "a loop with variable bounds", hint))
            elif loop is None and not forest.loops:
                found[""] = ii
            elif loop is not None and not loop.children:
                found[loop.header] = ii  # a loop of one iteration has vanished: then this is the one around it
    return found


def _chain(loop: Loop, asked: dict[str, int], off: set[str]) -> list[Loop]:
    """The nest from `loop` inward, or nothing when it does not flatten."""
    if not loop.children:
        return [loop] if loop.header in asked else []
    if len(loop.children) > 1 or loop.children[0].header in off or loop.header in off:
        return []
    inner = _chain(loop.children[0], asked, off)
    return [loop, *inner] if inner else []


def _back_edges(chain: list[Loop]) -> frozenset[Edge]:
    return frozenset((latch, loop.header) for loop in chain for latch in loop.latches)


def _split(
    function: Function, module: LlvmModule, forest: LoopForest, asked: dict[str, int], off: set[str]
) -> FunctionPlan:
    edges = edges_of(function)
    nests: dict[str, list[Loop]] = {}
    heads = [function.entry.name]
    work = list(forest.top)
    while work:
        loop = work.pop()
        chain = _chain(loop, asked, off)
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
            plans.append(RegionPlan(head[1:], blocks, entries, _back_edges(chain), asked[entries[-1]], place))
        else:
            place = _location(function.blocks[head], module)
            blocks = tuple(sorted(_reach(head, edges, set(heads)), key=lambda name: order[name]))
            cuts = frozenset((block, child) for block in blocks for child in edges[block] if child in heads)
            plans.append(RegionPlan(head[1:], blocks, (head,), cuts, asked.get(head), place))
    return FunctionPlan(tuple(plans), any(len(chain) > 1 for chain in nests.values()))


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
