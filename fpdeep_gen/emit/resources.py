"""Where the templates and the HLS kernels are: in a checkout at its top, in an installed wheel beside the packages."""

from pathlib import Path

from fpdeep_gen.errors import ToolError

_PACKAGE = Path(__file__).resolve().parent.parent


def templates_dir() -> Path:
    """Folder of the Jinja templates. Raises `ToolError` where the installation lacks it."""
    return _folder("templates", "board.cpp.j2")


def kernels_dir() -> Path:
    """Folder of the HLS C++ library. Raises `ToolError` where the installation lacks it."""
    return _folder("hls_kernels", "fpdeep_kernels.h")


def kernel_files() -> dict[str, str]:
    """Text of each header of the HLS C++ library by file name, in name order."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(kernels_dir().glob("*.h"))}


def _folder(name: str, landmark: str) -> Path:
    for candidate in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if (candidate / landmark).is_file():
            return candidate
    raise ToolError(
        f"the installation is incomplete: expected {name}/{landmark} beside the package, found none\n"
        "    hint: install fpdeep-gen again"
    )
