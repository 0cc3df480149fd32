"""Where g++ finds the headers for native C simulation of the emitted C++."""

from importlib.util import find_spec
from pathlib import Path

from fpdeep_gen.errors import ToolError

_AP_TYPES = Path("templates") / "vivado" / "ap_types"


def native_include_dirs() -> list[Path]:
    """Include folders in search order: our streams, tasks and vectors, then the vendor's `ap_int.h`.

    The second folder holds an `hls_stream.h` of its own, so the order matters. It lies in the `hls4ml` wheel, which
    is located and never imported. Raises `ToolError` where it is missing.
    """
    return [Path(__file__).resolve().parent / "native", _ap_types()]


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
