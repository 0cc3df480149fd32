"""What the open back end estimates for each board's RTL, to stand beside what the plan says."""

from collections.abc import Sequence
from pathlib import Path

from fpdeep_gen.errors import ToolError
from fpdeep_gen.hls.emit.report import KernelReport, Resources


def load_estimates(out: Path, boards: int) -> tuple[Resources, ...]:
    """The estimate of each board; empty unless all of them are compiled. `ToolError` for a damaged description."""
    paths = [out / f"board_{board}" / "rtl" / f"board_{board}.json" for board in range(boards)]
    if not all(path.is_file() for path in paths):
        return ()
    return tuple(_resources(path) for path in paths)


def estimate_of(estimates: Sequence[Resources], board: int) -> Resources | None:
    """That of one board, if there is any."""
    return estimates[board] if estimates else None


def _resources(path: Path) -> Resources:
    try:
        return KernelReport.from_json(path.read_text(encoding="utf-8")).resources
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ToolError(f"{path}: expected the description of compiled RTL, found {error!r}") from error
