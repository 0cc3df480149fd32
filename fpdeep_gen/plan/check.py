"""The checks that every plan passes, whether just made or loaded: sound decisions, nothing over budget, no deadlock.

What follows from the decisions (streams, engines, uses, times) is computed again and compared, so that no figure of a
document is taken on trust.
"""

from collections.abc import Iterator, Sequence

from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.network.trainable import require_trainable
from fpdeep_gen.plan.assemble import assemble
from fpdeep_gen.plan.depths import least_cache_depth, least_mask_depth
from fpdeep_gen.plan.links import link_cycles
from fpdeep_gen.plan.model import Carried, LinkStream, Plan
from fpdeep_gen.plan.pieces import Piece, folds_of
from fpdeep_gen.plan.place import Found
from fpdeep_gen.plan.structure import lane_problems, part_problems, slice_problems, tap_problems, update_problems

MOST_CREDITS = (1 << 16) - 1
"""A credit flit counts in 16 bits."""

REMAKE = "make the plan again"


def pieces_of(plan: Plan) -> tuple[Piece, ...]:
    """The plan's slices without their depths."""
    return tuple(Piece(piece.layer, piece.board, piece.out_begin, piece.out_end) for piece in plan.slices)


def budget_problems(plan: Plan) -> list[Problem]:
    """Resources of boards and rates of links that the plan exceeds."""
    return [*_board_problems(plan), *_link_problems(plan)]


def _board_problems(plan: Plan) -> Iterator[Problem]:
    for board, use in zip(plan.cluster.boards, plan.uses, strict=True):
        amounts = (
            ("DSP", use.dsp, board.dsp),
            ("BRAM36", use.bram36, board.bram36),
            ("LUT", use.lut, board.lut),
            ("FF", use.ff, board.ff),
        )
        for name, needed, offered in amounts:
            if needed > offered:
                expected = f"at most {offered} {name} on board {use.board} ({board.name})"
                yield Problem(None, None, f"uses[{use.board}]", expected, f"{needed:g} needed")


def _link_problems(plan: Plan) -> Iterator[Problem]:
    for link in plan.links:
        cycles = link_cycles(link, plan.cluster.links[link.index], plan.cluster.clock_mhz)
        if cycles > plan.prediction.interval:
            ends = f"the link of boards {link.index} and {link.index + 1}"
            expected = f"at most {plan.prediction.interval} cycles an image on {ends}"
            yield Problem(None, None, f"links[{link.index}]", expected, f"{cycles} needed")


def _decision_problems(plan: Plan) -> list[Problem]:
    network = plan.network
    problems = [*lane_problems(network, plan.lanes), *tap_problems(network, plan.taps)]
    if problems:
        return problems
    problems.extend(part_problems("p_in", plan.lanes[:-1], plan.p_in))
    problems.extend(part_problems("p_error", plan.lanes[1:], plan.p_error))
    problems.extend(part_problems("p_back", plan.lanes[:-1], plan.p_back))
    problems.extend(update_problems(network, plan.lanes, plan.taps, plan.update_lanes))
    problems.extend(slice_problems(network, len(plan.cluster.boards), plan.lanes, pieces_of(plan)))
    return problems


def _shift_problems(plan: Plan) -> Iterator[Problem]:
    """The update's shift must be positive (docs/architecture.md section 1)."""
    for index, layer in enumerate(plan.network.layers):
        source, formats = plan.network.tensor_format(index), layer.formats
        shift = source.fraction + formats.error.fraction + plan.learning_rate_fraction - formats.weight.fraction
        if shift <= 0:
            expected = f"more than {plan.learning_rate_fraction - shift} for the weights of {layer.name}"
            yield Problem(None, None, "learning_rate_fraction", expected, str(plan.learning_rate_fraction))


def _depth_problems(plan: Plan) -> Iterator[Problem]:
    """Caches and credits below which the chain can deadlock (docs/plan_format.md, "Depths")."""
    folds = folds_of(plan.network, plan, pieces_of(plan))
    for index, (piece, fold) in enumerate(zip(plan.slices, folds, strict=True)):
        for name, depth, least in (
            ("cache_depth", piece.cache_depth, least_cache_depth(fold)),
            ("mask_depth", piece.mask_depth, least_mask_depth(fold)),
        ):
            if depth < least:
                yield Problem(None, None, f"slices[{index}].{name}", f"at least {least} words", str(depth), REMAKE)


def least_credits(plan: Plan, stream: LinkStream) -> int:
    """Flits of a row and a word: below that, streams that are merged or divided row by row can block each other. A
    word for streams that come alone."""
    row = 0
    if stream.carried in (Carried.FEATURE, Carried.ERROR, Carried.PARTIAL):
        row = stream.words_per_image // plan.network.tensor_shape(stream.tensor)[1]
    return (row + 1) * stream.flits_per_word


def _credit_problems(plan: Plan) -> Iterator[Problem]:
    for link in plan.links:
        for name, streams in (("up", link.up), ("down", link.down)):
            for index, stream in enumerate(streams):
                least = least_credits(plan, stream)
                if not least <= stream.credits <= MOST_CREDITS:
                    field = f"links[{link.index}].{name}[{index}].credits"
                    yield Problem(None, None, field, f"{least} to {MOST_CREDITS} flits", str(stream.credits), REMAKE)


def _without_credits(streams: Sequence[LinkStream]) -> list[tuple[object, ...]]:
    return [(item.carried, item.tensor, item.word_bits, item.flits_per_word, item.words_per_image) for item in streams]


def _stale_problems(plan: Plan) -> Iterator[Problem]:
    """Figures that don't follow from the decisions."""
    found = Found(plan.lanes, plan.taps, plan.p_in, plan.p_error, plan.p_back, plan.update_lanes, pieces_of(plan), 0)
    again = assemble(plan.network, plan.cluster, found, plan.slices, plan.links)
    for name, given, computed in (
        ("engines", plan.engines, again.engines),
        ("uses", plan.uses, again.uses),
        ("prediction", plan.prediction, again.prediction),
    ):
        if given != computed:
            yield Problem(None, None, name, "what follows from the decisions", "something else", REMAKE)
    fresh = assemble(plan.network, plan.cluster, found)
    if len(plan.links) != len(fresh.links):
        yield Problem(None, None, "links", f"{len(fresh.links)} boundaries", str(len(plan.links)), REMAKE)
        return
    for given_link, link in zip(plan.links, fresh.links, strict=True):
        same = (
            given_link.index == link.index
            and _without_credits(given_link.up) == _without_credits(link.up)
            and _without_credits(given_link.down) == _without_credits(link.down)
            and given_link.up_flits_per_image == link.up_flits_per_image
            and given_link.down_flits_per_image == link.down_flits_per_image
        )
        if not same:
            yield Problem(None, None, f"links[{link.index}]", "the streams of its boundary", "others", REMAKE)


def plan_problems(plan: Plan) -> list[Problem]:
    """Everything wrong with a plan. Decisions that make no sense hide what would follow from them."""
    problems = _decision_problems(plan)
    if problems:
        return problems
    problems = list(_stale_problems(plan))
    if problems:
        return problems
    return [*budget_problems(plan), *_shift_problems(plan), *_depth_problems(plan), *_credit_problems(plan)]


def check_plan(plan: Plan) -> None:
    """Raises `InputError` with everything wrong with the plan."""
    require_trainable(plan.network)
    problems = plan_problems(plan)
    if problems:
        raise InputError(problems)
