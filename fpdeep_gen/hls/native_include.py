"""Where g++ finds the headers for native C simulation of the emitted C++."""

import re
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from fpdeep_gen.errors import ToolError
from fpdeep_gen.hls.tools import objects_once, read_before

_RECORDER = "fpdeep_record.h"
RECORDER_CODE = "fpdeep_record.cpp"
COMPILED_FIBERS = "-DFPDEEP_COMPILED_FIBERS"
"""For programs that are linked with `fiber_objects`."""
_TAKES_AP_INT = re.compile(r"#\s*include\s*[<\"]ap_(int|fixed|axi_sdata)\.h")
_AP_TYPES = Path("templates") / "vivado" / "ap_types"


def native_include_dirs() -> list[Path]:
    """Include folders in search order: our streams, tasks and vectors, then the vendor's `ap_int.h`.

    The second folder holds an `hls_stream.h` of its own, so the order matters. It lies in the `hls4ml` wheel, which
    is located and never imported. Raises `ToolError` where it is missing.
    """
    return [Path(__file__).resolve().parent / "native", _ap_types()]


def fiber_objects(instead: Path) -> list[Path]:
    """What fibers and recorders do, for programs with COMPILED_FIBERS: built once on a machine, else in `instead`."""
    folder = native_include_dirs()[0]
    flags = ["-std=c++17", "-O1", "-w", COMPILED_FIBERS]
    return objects_once("recorder", [folder / RECORDER_CODE], sorted(folder.glob("*.h")), flags, instead)


def headers_before(flags: Sequence[str], files: Sequence[Path], folders: Sequence[Path]) -> list[str]:
    """Flags that let files begin with the recorder's headers and the vendor's `ap_int.h`, read once on a machine.

    None where neither `files` nor the headers in `folders` take that header, where they bring one of its name or of
    the streams', and where they set its parameter AP_INT_MAX_W: it must come before the header.
    """
    own = [*files, *(path for folder in folders for path in folder.glob("*.h*"))]
    text = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in own)
    if "AP_INT_MAX_W" in text or not _TAKES_AP_INT.search(text):
        return []
    if any(path.name.startswith(("ap_", "hls_")) for path in own):
        return []
    return _read_before(flags, _RECORDER, "ap_int.h")


def recorder_before(flags: Sequence[str]) -> list[str]:
    """The same for a file that begins with the recorder's headers anyway, whatever comes behind them."""
    return _read_before(flags, _RECORDER)


def chain_before(flags: Sequence[str]) -> list[str]:
    """The same for a program of emitted boards: their sources have no parameters or headers that stand in the way."""
    return _read_before(flags, "fpdeep_words.h", "hls_task.h")


def _read_before(flags: Sequence[str], *headers: str) -> list[str]:
    return read_before([*flags, *(f"-I{path}" for path in native_include_dirs())], headers)


def _ap_types() -> Path:
    spec = find_spec("hls4ml")
    for location in (spec.submodule_search_locations or ()) if spec is not None else ():
        folder = Path(location) / _AP_TYPES
        if (folder / "ap_int.h").is_file():
            return folder
    raise ToolError(
        "native simulation needs the vendor's ap_int.h: expected it in the Python package hls4ml, found none\n"
        "    hint: pip install --no-deps hls4ml"
    )
