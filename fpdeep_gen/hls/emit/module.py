"""From an ir.Module to the text of one SystemVerilog file and its report."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fpdeep_gen.hls.emit.between import find_between
from fpdeep_gen.hls.emit.direct import direct_arguments
from fpdeep_gen.hls.emit.interface_report import interface_report
from fpdeep_gen.hls.emit.names import Namer, Pin, identifier
from fpdeep_gen.hls.emit.network import emit_network, file_head, module_name, single
from fpdeep_gen.hls.emit.polled import polled_ports
from fpdeep_gen.hls.emit.process import emit_process
from fpdeep_gen.hls.emit.remarks import kept_at_reset, loops_apart, missed_latencies, unbound_operators, without_uram
from fpdeep_gen.hls.emit.report import (
    BetweenReport,
    ChannelReport,
    FifoReport,
    KernelReport,
    PortReport,
    ProcessReport,
    Resources,
    between_report,
    fifo_reports,
    fifo_resources,
    process_report,
    slice_resources,
    warning_text,
)
from fpdeep_gen.hls.emit.resources import process_resources
from fpdeep_gen.hls.emit.shell import emit_shell, hidden_streams, padded_words, side_channels
from fpdeep_gen.hls.interface import Control
from fpdeep_gen.hls.ir import Module, Network, Process
from fpdeep_gen.hls.parts import DEFAULT_PART, Part
from fpdeep_gen.hls.registers import has_slave
from fpdeep_gen.hls.schedule.bounded import with_least_latencies
from fpdeep_gen.hls.schedule.choose import schedule_best
from fpdeep_gen.hls.schedule.delays import DelayModel
from fpdeep_gen.hls.schedule.model import MemoryPlan, ProcessSchedule


@dataclass(frozen=True)
class Emitted:
    """The file and what is known of it; `schedules`: of its processes, empty where the file was made before."""

    verilog: str
    report: KernelReport
    schedules: tuple[ProcessSchedule, ...] = ()


def emit_module(
    module: Module, clock_mhz: float = 200.0, part: Part = DEFAULT_PART, byte_tdata: bool = False
) -> Emitted:
    """Schedule every process and write the whole design. Raises InputError for a stream without two ends.

    `byte_tdata`: see `compile_kernel`.
    """
    network = module.top if isinstance(module.top, Network) else single(module.top, module.top.name)
    delays = DelayModel(clock_mhz, part.family, module.bindings)
    processes = list({id(instance.process): instance.process for instance in network.instances}.values())
    names = _module_names(network.name, processes)
    interface = module.interface
    called = interface is not None and interface.control is not Control.FREE
    sides = side_channels(interface) if interface is not None else {}
    if byte_tdata and interface is not None:
        sides |= padded_words(interface, network)
    shelled = called or bool(sides) or (interface is not None and bool(direct_arguments(interface)))
    texts, reports, schedules = [], [], []
    plans: dict[int, list[MemoryPlan]] = {}
    for process in processes:
        schedule = with_least_latencies(schedule_best(process, delays), module.latencies)
        schedules.append(schedule)
        text = emit_process(schedule, names[id(process)], part.family, module.bindings)
        texts.append(text.verilog)
        used = process_resources(schedule, text.register_bits, part.family)
        plans[id(process)] = [plan for plan in schedule.memories if plan.memory.is_external]
        users = tuple(instance.name for instance in network.instances if instance.process is process)
        reports.append(process_report(schedule, names[id(process)], users, used, part.family))
    fifos = fifo_reports(network)
    between = tuple(between_report(one) for one in find_between(network, plans, Namer()))
    top = identifier(network.name)
    core = f"{top}_core" if shelled else top
    texts.append(emit_network(network, core, names, plans))
    outside = [plan for process in processes for plan in plans[id(process)] if plan.memory.origin is not None]
    if shelled and interface is not None:
        texts.append(emit_shell(interface, network, outside, top, core, sides))
    hidden = hidden_streams(interface) if interface is not None else frozenset()
    warnings = [*module.warnings, *unbound_operators(schedules, delays), *missed_latencies(schedules, module.latencies)]
    warnings += [*without_uram(schedules, part.family), *kept_at_reset(schedules)]
    warnings += loops_apart(schedules, module.flattened)
    report = KernelReport(
        network.name,
        clock_mhz,
        tuple(one for one in _port_reports(network, sides) if one.name not in hidden),
        fifos,
        tuple(reports),
        _total(network, fifos, reports, between),
        tuple(map(warning_text, warnings)),
        interface_report(interface, outside),
        between,
        part.name,
    )
    verilog = "\n".join(
        [
            file_head(network.name, called or (interface is not None and has_slave(interface)), texts),
            "`default_nettype none",
            *texts,
            "`default_nettype wire",
        ]
    )
    return Emitted(verilog + "\n", report, tuple(schedules))


def _port_reports(network: Network, sides: Mapping[str, Sequence[Pin]]) -> Iterator[PortReport]:
    """Of every stream of the top; `sides`: the pins of those that are taken apart."""
    polled = polled_ports(network)
    for port in network.ports:
        channels = tuple(ChannelReport(pin.name, pin.width) for pin in sides.get(port.name, ()))
        yield PortReport(port.name, port.width, port.is_input, channels, port.name in polled)


def _total(
    network: Network,
    fifos: Sequence[FifoReport],
    processes: Sequence[ProcessReport],
    between: Sequence[BetweenReport],
) -> Resources:
    """Estimate of the whole: FIFOs, slices of output streams, instances of processes, arrays between these."""
    total = Resources()
    for fifo in fifos:
        total += fifo_resources(fifo.width, fifo.depth, fifo.storage)
    for port in network.ports:
        total += Resources() if port.is_input or port.settles is not None else slice_resources(port.width)
    for process in processes:
        for _ in process.instances:
            total += process.resources
    for one in between:
        total += one.resources
    return total


def _module_names(top: str, processes: list[Process]) -> dict[int, str]:
    taken = {identifier(top), f"{identifier(top)}_core"}
    names = {}
    for process in processes:
        name = wanted = module_name(top, process)
        number = 1
        while name in taken:
            number += 1
            name = f"{wanted}_{number}"
        taken.add(name)
        names[id(process)] = name
    return names
