"""From a C++ file to a module: the front end as a whole."""

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.hls.frontend.clang import compile_to_llvm, preprocess
from fpdeep_gen.hls.frontend.diagnose import diagnose, ignored_calls, static_initialisers
from fpdeep_gen.hls.frontend.llvm_ir import Function, OperandKind
from fpdeep_gen.hls.frontend.network import NetworkLowering, is_network, task_arguments, task_calls
from fpdeep_gen.hls.frontend.optimise import Optimised, optimise
from fpdeep_gen.hls.frontend.places import internal_errors, problem_at, refusal
from fpdeep_gen.hls.frontend.pragmas import rewrite
from fpdeep_gen.hls.frontend.process import lower_process
from fpdeep_gen.hls.ir import Module, Process
from fpdeep_gen.hls.passes.clean import clean

RECURSION_LIMIT = 20_000  # conditions of long unrolled code nest deeply


def front_end(source: Path, top: str, include_dirs: Sequence[Path]) -> Module:
    """The module of the function `top`: a network when it starts tasks, else a single process.

    Raises InputError with everything that the dialect does not have, ToolError when the compiler is missing or breaks.
    """
    if not source.is_file():
        raise InputError([Problem(source, None, "source", "a C++ file", "no such file")])
    with internal_errors(source, top):
        return _front_end(source, top, include_dirs)


def _front_end(source: Path, top: str, include_dirs: Sequence[Path]) -> Module:
    sys.setrecursionlimit(max(sys.getrecursionlimit(), RECURSION_LIMIT))
    plain, warnings = rewrite(preprocess(source, include_dirs), source)
    optimised = optimise(compile_to_llvm(plain, source), top, source)
    warnings.extend(optimised.warnings)
    problems = list(optimised.problems)
    function = optimised.module.functions[optimised.top]
    for one in optimised.module.functions.values():
        problems.extend(diagnose(one, optimised.module))
        warnings.extend(ignored_calls(one, optimised.module))
    problems.extend(static_initialisers(optimised.module))
    if problems:
        raise refusal(problems)
    if is_network(function):
        processes = _processes(optimised, function, problems)
        _check_shared(optimised, processes, problems)
        if problems:
            raise refusal(problems)
        made = NetworkLowering(function, optimised.module, optimised.objects, processes, problems)
        module = Module(made.run(top), list(processes.values()), warnings)
    else:
        process = lower_process(function, optimised.module, optimised.objects, top, problems)
        module = Module(process, [process], warnings)
    if problems:
        raise refusal(problems)
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


def _check_shared(optimised: Optimised, processes: Iterable[str], problems: list[Problem]) -> None:
    """A variable belongs to one process: tasks talk through streams only."""
    users: dict[str, list[Function]] = {}
    for name in processes:
        function = optimised.module.functions[name]
        operands = (one for block in function.blocks.values() for step in block.instructions for one in step.operands)
        for used in dict.fromkeys(one.name for one in operands if one.kind is OperandKind.GLOBAL):
            variable = optimised.module.globals.get(used)
            if variable is not None and not variable.is_constant:
                users.setdefault(used, []).append(function)
    for used, functions in users.items():
        if len(functions) > 1:
            problems.append(
                problem_at(
                    functions[0].location,
                    f"variable {used.lstrip('@')}",
                    "use by one task",
                    "use by " + ", ".join(function.plain_name for function in functions),
                    "make it a static variable of the task's function template, or pass a stream",
                )
            )


def _identifier(name: str) -> str:
    """`window<Config<3> >` -> `window_Config_3`."""
    return re.sub(r"\W+", "_", name).strip("_")
