"""Initial values that floating-point code computes from constants: LLVM runs it, with the C library's functions.

The code runs in a process of its own, which ends in time whatever the code does: an index outside of its table is the
user's error and must not be this program's end.
"""

import ctypes
import ctypes.util
import json
import math
import os
import resource
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import llvmlite.binding as llvm

from fpdeep_gen.hls.frontend.llvm_types import (
    ArrayType,
    IntegerType,
    OtherType,
    StructType,
    Type,
    field_offset,
    size_of,
)

FILL = "__hls_fill"
TIME_LIMIT_S = 20  # of processor time, so that a busy machine changes nothing
_WALL_FACTOR = 20
_MODULE = "fpdeep_gen.hls.frontend.table_values"


def run_fill(text: str, sizes: Mapping[str, int]) -> dict[str, bytes] | None:
    """The bytes of the global variables `sizes` (name -> bytes) after the function FILL of an LLVM module has run.

    None where it does not end in TIME_LIMIT_S seconds of processor time, or ends wrongly.
    """
    task = json.dumps({"text": text, "sizes": dict(sizes), "limit": TIME_LIMIT_S})
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "values.json"
        command = [sys.executable, "-m", _MODULE, str(answer)]
        try:
            done = subprocess.run(
                command,
                input=task,
                capture_output=True,
                text=True,
                timeout=TIME_LIMIT_S * _WALL_FACTOR,
                check=False,
                env=_environment(),
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        if done.returncode:
            return None
        return {name: bytes.fromhex(found) for name, found in json.loads(answer.read_text("utf-8")).items()}


def _environment() -> dict[str, str]:
    """This program's, with its own search path: the child must find the same package."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def _run() -> None:
    """The child: an LLVM module in, bytes out."""
    task = json.load(sys.stdin)
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    library = ctypes.util.find_library("m")
    if library is not None:
        llvm.load_library_permanently(library)
    machine = llvm.Target.from_default_triple().create_target_machine(opt=1)
    module = llvm.parse_assembly(task["text"])
    module.verify()
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    most = math.ceil(time.process_time()) + int(task["limit"])
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))
    ctypes.CFUNCTYPE(None)(engine.get_function_address(FILL))()
    found = {
        name: ctypes.string_at(engine.get_global_value_address(name), size).hex()
        for name, size in task["sizes"].items()
    }
    Path(sys.argv[1]).write_text(json.dumps(found), encoding="utf-8")


def is_plain(kind: Type) -> bool:
    """Whether an initialiser of the type can be written: numbers, arrays and structures of them."""
    match kind:
        case IntegerType():
            return True
        case OtherType(text):
            return text in ("double", "float")
        case ArrayType(_, element):
            return is_plain(element)
        case StructType(fields):
            return all(is_plain(one) for one in fields)
        case _:
            return False


def type_text(kind: Type) -> str:
    """The type as LLVM writes it, without names."""
    match kind:
        case IntegerType(width):
            return f"i{width}"
        case ArrayType(count, element):
            return f"[{count} x {type_text(element)}]"
        case StructType(fields, packed):
            inner = "{ " + ", ".join(type_text(one) for one in fields) + " }"
            return f"<{inner}>" if packed else inner
        case OtherType(text):
            return text
        case _:
            raise AssertionError(kind)


def initial_text(kind: Type, data: bytes) -> str:
    """The initialiser of a type whose bytes in memory (little-endian) are `data`."""
    if not any(data):
        return "zeroinitializer"
    match kind:
        case IntegerType(width):
            value = int.from_bytes(data[: (width + 7) // 8], "little") & ((1 << width) - 1)
            if width == 1:
                return "true" if value else "false"
            return str(value - (1 << width) if value >> (width - 1) else value)
        case OtherType(text):
            (number,) = struct.unpack("<f" if text == "float" else "<d", data)
            return f"0x{int.from_bytes(struct.pack('>d', number), 'big'):016X}"
        case ArrayType(count, element):
            size = size_of(element)
            parts = (_typed(element, data[at * size : (at + 1) * size]) for at in range(count))
            return "[" + ", ".join(parts) + "]"
        case StructType(fields, packed):
            places = [field_offset(kind, at) for at in range(len(fields))]
            parts = (_typed(one, data[at : at + size_of(one)]) for one, at in zip(fields, places, strict=True))
            inner = "{ " + ", ".join(parts) + " }"
            return f"<{inner}>" if packed else inner
        case _:
            raise AssertionError(kind)


def _typed(kind: Type, data: bytes) -> str:
    return f"{type_text(kind)} {initial_text(kind, data)}"


if __name__ == "__main__":
    _run()
