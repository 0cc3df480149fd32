"""Nothing over budget: the checks that every plan passes, whether just made or loaded."""

from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.plan.links import link_cycles
from fpdeep_gen.plan.model import Plan


def budget_problems(plan: Plan) -> list[Problem]:
    """Resources of boards and rates of links that the plan exceeds."""
    problems = []
    for board, use in zip(plan.cluster.boards, plan.uses, strict=True):
        amounts = (
            ("DSP", use.dsp, board.dsp),
            ("BRAM36", use.bram36, board.bram36),
            ("LUT", use.lut, board.lut),
            ("FF", use.ff, board.ff),
        )
        for name, needed, offered in amounts:
            if needed > offered:
                where = f"uses[{use.board}]"
                problems.append(
                    Problem(
                        None, None, where, f"at most {offered} {name} on board {use.board} ({board.name})", f"{needed}"
                    )
                )
    for link in plan.links:
        cycles = link_cycles(link, plan.cluster.links[link.index], plan.cluster.clock_mhz)
        if cycles > plan.prediction.interval:
            problems.append(
                Problem(
                    None,
                    None,
                    f"links[{link.index}]",
                    f"at most {plan.prediction.interval} cycles an image on the link from board {link.index}",
                    f"{cycles}",
                )
            )
    return problems


def check_plan(plan: Plan) -> None:
    """Raises `InputError` with everything that is over budget."""
    problems = budget_problems(plan)
    if problems:
        raise InputError(problems)
