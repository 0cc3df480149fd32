"""From a C++ file to a module: the front end as a whole."""

import re
from collections.abc import Sequence
from pathlib import Path

from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.hls.frontend.clang import compile_to_llvm, preprocess
from fpdeep_gen.hls.frontend.llvm_ir import Function
from fpdeep_gen.hls.frontend.network import NetworkLowering, is_network, task_arguments, task_calls
from fpdeep_gen.hls.frontend.optimise import Optimised, optimise
from fpdeep_gen.hls.frontend.pragmas import rewrite
from fpdeep_gen.hls.frontend.process import lower_process
from fpdeep_gen.hls.ir import Module, Process
from fpdeep_gen.hls.passes.clean import clean


def front_end(source: Path, top: str, include_dirs: Sequence[Path]) -> Module:
    """The module of the function `top`: a network when it starts tasks, else a single process.

    Raises InputError with everything that the dialect does not have, ToolError when the compiler is missing or breaks.
    """
    if not source.is_file():
        raise InputError([Problem(source, None, "source", "a C++ file", "no such file")])
    plain, warnings = rewrite(preprocess(source, include_dirs), source)
    optimised = optimise(compile_to_llvm(plain, source), top, source)
    problems: list[Problem] = []
    function = optimised.module.functions[optimised.top]
    if is_network(function):
        processes = _processes(optimised, function, problems)
        if problems:
            raise InputError(problems)
        made = NetworkLowering(function, optimised.module, optimised.objects, processes, problems)
        module = Module(made.run(top), list(processes.values()), warnings)
    else:
        process = lower_process(function, optimised.module, optimised.objects, top, problems)
        module = Module(process, [process], warnings)
    if problems:
        raise InputError(problems)
    for process in module.processes:
        clean(process)
    return module


def _processes(optimised: Optimised, top: Function, problems: list[Problem]) -> dict[str, Process]:
    """One process for each function that is a task, by its LLVM name."""
    found: dict[str, Process] = {}
    taken: set[str] = set()
    for call in task_calls(top):
        name = call.operands[1].name
        function = optimised.module.functions.get(name)
        if function is None or name in found:
            continue
        readable = _identifier(function.plain_name)
        while readable in taken:
            readable += "_"
        taken.add(readable)
        found[name] = lower_process(
            function, optimised.module, optimised.objects, readable, problems, task_arguments(call)[1]
        )
    return found


def _identifier(name: str) -> str:
    """`window<Config<3> >` -> `window_Config_3`."""
    return re.sub(r"\W+", "_", name).strip("_")
