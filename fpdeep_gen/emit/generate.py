"""Writes a plan out as files: a pure function from the plan to the text of each of them."""

import jinja2

from fpdeep_gen.emit.build_plan import BuildPlan
from fpdeep_gen.emit.context import board_context, chain_context
from fpdeep_gen.emit.lower import lower
from fpdeep_gen.emit.resources import kernel_files, templates_dir
from fpdeep_gen.emit.texts import BoardContext, ChainContext
from fpdeep_gen.plan.document import plan_to_json
from fpdeep_gen.plan.model import Plan

_BOARD_FILES = {
    "src/{top}_config.h": "board_config.h.j2",
    "src/{top}.cpp": "board.cpp.j2",
    "hls_config.cfg": "hls_config.cfg.j2",
    "vitis_hls.tcl": "vitis_hls.tcl.j2",
    "link.yaml": "link.yaml.j2",
    "Makefile": "board_makefile.j2",
    "test_{top}.py": "test_board.py.j2",
    "board_bench.py": "board_bench.py.j2",
}
"""Template of each file in a board's folder."""

_CHAIN_FILES = {
    "csim/main.cpp": "csim_main.cpp.j2",
    "csim/word_files.h": "word_files.h.j2",
    "Makefile": "makefile.j2",
}
"""Template of each file of the whole chain."""


def generate(plan: Plan) -> BuildPlan:
    """All files of the plan: a folder a board, `csim`, the kernels they include, and the plan itself.

    Raises `InputError` for a plan that can't be lowered, `ToolError` where the installation is incomplete.
    """
    networks = lower(plan)
    environment = template_environment()
    files: dict[str, str] = {}
    for network in networks:
        files |= _board_files(environment, board_context(plan, network))
    files |= _chain_files(environment, chain_context(plan, networks))
    files |= {f"hls_kernels/{name}": text for name, text in kernel_files().items()}
    files["plan.json"] = plan_to_json(plan)
    return BuildPlan(files)


def template_environment() -> jinja2.Environment:
    """The environment of all templates: a name that isn't there is an error, never empty text."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates_dir()),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )


def _board_files(environment: jinja2.Environment, board: BoardContext) -> dict[str, str]:
    return {
        f"{board.top}/{name.format(top=board.top)}": environment.get_template(template).render(board=board)
        for name, template in _BOARD_FILES.items()
    }


def _chain_files(environment: jinja2.Environment, chain: ChainContext) -> dict[str, str]:
    return {name: environment.get_template(template).render(chain=chain) for name, template in _CHAIN_FILES.items()}
