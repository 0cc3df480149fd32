"""Variables and arguments of the top that several stages or tasks use: which may, and under which names."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from fpdeep_gen.errors import Problem
from fpdeep_gen.hls.frontend.accesses import readable_name
from fpdeep_gen.hls.frontend.llvm_ir import Function, LlvmModule, OperandKind
from fpdeep_gen.hls.frontend.members import disturbance
from fpdeep_gen.hls.frontend.network import task_calls
from fpdeep_gen.hls.frontend.objects import External
from fpdeep_gen.hls.frontend.optimise import Optimised
from fpdeep_gen.hls.frontend.places import problem_at
from fpdeep_gen.hls.frontend.stage_task import STAGE_DONE
from fpdeep_gen.hls.interface import AXI_WRITE, BURST_WRITE_REQUEST, Interface, Protocol
from fpdeep_gen.hls.ir import Diagnostic, Fence, Network, Stream

Users = dict[str, list[Function]]


def global_users(optimised: Optimised, top: Function, between: Mapping[str, External]) -> Users:
    """The functions of the tasks that use each global, one entry for each task; not of arrays between stages."""
    users: Users = {}
    for call in task_calls(top):
        function = optimised.module.functions.get(call.operands[1].name)
        if function is None:
            continue
        operands = (one for block in function.blocks.values() for step in block.instructions for one in step.operands)
        for used in dict.fromkeys(one.name for one in operands if one.kind is OperandKind.GLOBAL):
            variable = optimised.module.globals.get(used)
            if variable is not None and not variable.is_constant and used not in between:
                users.setdefault(used, []).append(function)
    return users


def _is_apart(functions: list[Function]) -> bool:
    """Whether each task is of a function of its own."""
    return len({one.name for one in functions}) == len(functions)


def check_users(users: Users, module: LlvmModule, arguments: Mapping[str, External], problems: list[Problem]) -> None:
    """Elements of a variable that anybody writes belong to one process; arrays behind AXI4 masters may have several."""
    for used, functions in users.items():
        external = arguments.get(used)
        different = list({function.name: function for function in functions}.values())
        names = "use by " + ", ".join(function.plain_name for function in different)
        if external is None:  # tasks of one function have its static variables each for itself
            met = disturbance(different, used, module.globals[used]) if len(different) > 1 else None
            if met is not None:
                what, expected = (
                    f"variable {readable_name(used)}",
                    "elements that one stage or task uses, or all only read",
                )
                hint = "make it a static variable of the task's function template, or pass a stream"
                found = f"{names}; {met[0]} writes what {met[1]} uses"
                problems.append(problem_at(functions[0].location, what, expected, found, hint))
        elif len(functions) > 1 and not (external.protocol is Protocol.AXI and _is_apart(functions)):
            hint = "give each its own pointer to the memory, or the elements in a stream"
            what = f"argument {external.name}"
            problems.append(problem_at(functions[0].location, what, "use by one stage or task", names, hint))


class SharedArrays:
    """Arrays behind AXI4 masters that several processes use: each has its own streams to adapters of its own."""

    def __init__(self, externals: Mapping[str, External], users: Users, interface: Interface | None) -> None:
        self._externals = externals
        self._users = {
            used: functions
            for used, functions in users.items()
            if used in externals and externals[used].protocol is Protocol.AXI and len(functions) > 1
        }
        self._taken = {one.name for one in interface.arguments} if interface is not None else set()
        self._made: dict[str, dict[str, External]] = {used: {} for used in self._users}

    def of(self, function: Function, readable: str) -> dict[str, External]:
        """What stands for the shared arrays in a function, whose process is called `readable`."""
        found: dict[str, External] = {}
        for used, functions in self._users.items():
            if any(one.name == function.name for one in functions):
                name = f"{self._externals[used].name}_{readable}"
                while name in self._taken:
                    name += "_"
                self._taken.add(name)
                found[used] = replace(self._externals[used], name=name, ports={}, fence=Fence.WORDS)
                self._made[used][readable] = found[used]
        return found

    def all(self) -> list[External]:
        """Every array, the shared ones as each process has them."""
        return [*self._externals.values(), *(one for made in self._made.values() for one in made.values())]

    @property
    def held(self) -> str:
        """Why calls of the stages may not overlap: what one writes in a call others read before the next."""
        names = ", ".join(self._externals[used].name for used in self._users)
        return f"the stages share {names}" if names else ""

    def check(self, problems: list[Problem]) -> None:
        """One process may write an array."""
        for used, made in self._made.items():
            writers = [user for user, one in made.items() if _writes(one)]
            if len(writers) > 1:
                hint = "send the elements to one of them through an hls::stream"
                self._refuse(used, "writes by one stage or task", f"writes by {', '.join(writers)}", hint, problems)

    def check_order(self, network: Network, problems: list[Problem]) -> Iterator[Diagnostic]:
        """Who reads must get words of who writes; that they come behind what it writes is the source's affair."""
        for used, made in self._made.items():
            for writer in (user for user, one in made.items() if _writes(one)):
                readers = [user for user in made if user != writer]
                late = [user for user in readers if user not in _behind(writer, network)]
                if late:
                    found = f"no stream from {writer}, which writes it, to {', '.join(late)}"
                    hint = "send a word when the elements are written, or the elements"
                    self._refuse(used, "a stream between the two stages or tasks", found, hint, problems)
                name, place = self._externals[used].name, self._users[used][0].location
                whom = ", ".join(readers)
                text = f"{name} is written by {writer} and used by {whom}: only words of streams order the two"
                yield Diagnostic(place, text)

    def _refuse(self, used: str, expected: str, found: str, hint: str, problems: list[Problem]) -> None:
        place, what = self._users[used][0].location, f"argument {self._externals[used].name}"
        problems.append(problem_at(place, what, expected, found, hint))

    def told(self, interface: Interface | None) -> Interface | None:
        """The interface with the names of the streams of each user."""
        if interface is None:
            return None
        users = {
            self._externals[used].name: tuple(one.name for one in made.values()) for used, made in self._made.items()
        }
        arguments = tuple(replace(one, users=users.get(one.name, ())) for one in interface.arguments)
        return replace(interface, arguments=arguments)


def _writes(one: External) -> bool:
    return AXI_WRITE in one.ports or BURST_WRITE_REQUEST in one.ports


def _behind(writer: str, network: Network) -> set[str]:
    """Processes that words of one can reach, on their own or by way of others; its end is none of them."""
    reached, work = set[str](), [writer]
    while work:
        name = work.pop()
        made = {
            id(bound)
            for one in network.instances
            if one.process.name == name
            for port, bound in zip(one.process.ports, one.bindings, strict=True)
            if not port.is_input and isinstance(bound, Stream) and port.name != STAGE_DONE
        }
        for one in network.instances:
            ends = zip(one.process.ports, one.bindings, strict=True)
            if one.process.name not in reached and any(port.is_input and id(bound) in made for port, bound in ends):
                reached.add(one.process.name)
                work.append(one.process.name)
    return reached
