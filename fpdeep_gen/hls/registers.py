"""The register map of a top's AXI4-Lite slave, and its SystemVerilog."""

from dataclasses import dataclass

from fpdeep_gen.hls.interface import Interface, inner_name, outer_name

FIRST = 0x10  # below lie the control registers of the cell
RUNS = 0x10
"""How often a counted auto-restart runs the top, where it has that register."""
BUNDLE = "control"


@dataclass(frozen=True)
class Register:
    """A scalar: `width` bits from byte `address` on, lowest word first. `is_input`: the bus writes it."""

    name: str
    address: int
    width: int
    is_input: bool

    @property
    def words(self) -> int:
        """32-bit words."""
        return (self.width + 31) // 32


def register_map(interface: Interface) -> tuple[Register, ...]:
    """Inputs and outputs in the order of the arguments, the return value first; a free word behind each."""
    scalars = sorted(interface.registered, key=lambda one: one.place)
    found: list[Register] = []
    address = _first(interface)
    for one in scalars:
        for is_input in (True, False):
            if one.direction.reads if is_input else one.direction.writes:
                name = inner_name(one) if is_input else outer_name(one)
                found.append(Register(name, address, one.layout.width, is_input))
                address += 4 * (found[-1].words + 1)
    return tuple(found)


def _first(interface: Interface) -> int:
    return FIRST + (8 if interface.restarts else 0)


def has_slave(interface: Interface) -> bool:
    """Whether the top has the slave."""
    return interface.control_lite or bool(interface.registered)


def address_bits(interface: Interface) -> int:
    """Width of the slave's addresses."""
    registers = register_map(interface)
    last = max([_first(interface), *(one.address + 4 * one.words for one in registers)])
    return max(5, (last - 1).bit_length())


def slave_pins(interface: Interface) -> list[tuple[str, int, bool]]:
    """Name, width and direction (True: input) of the slave's pins."""
    bits = address_bits(interface)
    pins = [
        *(("awaddr", bits, True), ("awvalid", 1, True), ("awready", 1, False)),
        *(("wdata", 32, True), ("wstrb", 4, True), ("wvalid", 1, True), ("wready", 1, False)),
        *(("bresp", 2, False), ("bvalid", 1, False), ("bready", 1, True)),
        *(("araddr", bits, True), ("arvalid", 1, True), ("arready", 1, False)),
        *(("rdata", 32, False), ("rresp", 2, False), ("rvalid", 1, False), ("rready", 1, True)),
    ]
    return [(f"s_axi_{BUNDLE}_{name}", width, is_input) for name, width, is_input in pins]


def slave_text(interface: Interface) -> list[str]:
    """The cell, a register for each input, and what reads give. Outputs are wires of the registers' names."""
    bits = address_bits(interface)
    registers = register_map(interface)
    lines = [
        "wire slave_write, slave_read;",
        f"wire [{bits - 1}:0] slave_write_address, slave_read_address;",
        "wire [31:0] slave_write_data, slave_write_mask;",
        "reg [31:0] slave_read_data;",
    ]
    writes: list[str] = []
    reads: list[str] = []
    for one in registers:
        padded = 32 * one.words
        if one.is_input:
            lines.append(f"reg [{padded - 1}:0] {one.name}_register;")
            lines.append(f"wire [{one.width - 1}:0] {one.name} = {one.name}_register[{one.width - 1}:0];")
        else:
            lines.append(f"wire [{one.width - 1}:0] {one.name};")
        source = f"{one.name}_register" if one.is_input else f"{one.name}_padded"
        if not one.is_input:
            lines.append(f"wire [{padded - 1}:0] {source} = {padded}'({one.name});")
        for word in range(one.words):
            part = f"{source}[{32 * word + 31}:{32 * word}]"
            at = f"{bits}'d{one.address + 4 * word}"
            reads.append(f"    {at}: slave_read_data = {part};")
            if one.is_input:
                mixed = f"(slave_write_data & slave_write_mask) | ({part} & ~slave_write_mask)"
                writes.append(f"    {at}: {part} <= {mixed};")
    if writes:
        lines += ["always_ff @(posedge ap_clk) if (slave_write)", "  case (slave_write_address)", *writes]
        lines += ["    default: ;", "  endcase"]
    lines += [
        "always_comb",
        "  case (slave_read_address)",
        *reads,
        "    default: slave_read_data = 32'd0;",
        "  endcase",
    ]
    names = (name for name, _, _ in slave_pins(interface))
    joined = ", ".join(f".{name.removeprefix(f's_axi_{BUNDLE}_')}({name})" for name in names)
    start = "ap_start" if interface.control_lite else "slave_start"
    if not interface.control_lite:
        lines.append("wire slave_start;")
    return [
        *lines,
        f"fpdeep_axilite #(.ADDRESS({bits}), .COUNTED({int(interface.restarts)})) u_slave (",
        f"    .ap_clk(ap_clk), .ap_rst_n(ap_rst_n), {joined},",
        f"    .interrupt(interrupt), .ap_start({start}), .ap_done(ap_done), .ap_ready(ap_ready), .ap_idle(ap_idle),",
        "    .write(slave_write), .write_address(slave_write_address), .write_data(slave_write_data),",
        "    .write_mask(slave_write_mask), .read(slave_read), .read_address(slave_read_address),",
        "    .read_data(slave_read_data));",
    ]
