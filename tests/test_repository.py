"""Laws of the source tree that no single part can hold: import direction, file shapes, pins, templates."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "fpdeep_gen"
ORDER = ("network", "board", "baseline", "partition", "plan", "energy", "golden", "emit", "hls", "sim", "report", "cli")
FOR_EVERYONE = frozenset({"errors", "document", "document_problems", "files", "names", "texts"})
MOST_LINES = 400
FORBIDDEN_IMPORTS = {"hls": frozenset({"plan", "golden", "emit"})}
"""Folders to the left that a package must do without all the same."""

MODULES = sorted(PACKAGE.rglob("*.py"))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), relative(path))


def imported_parts(tree: ast.Module) -> Iterator[str]:
    """Second names of what a module imports from the package: `plan` for `fpdeep_gen.plan.model`."""
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import in line {node.lineno}"
            module = node.module or ""
            names = [f"{module}.{alias.name}" for alias in node.names] if module == "fpdeep_gen" else [module]
        for name in names:
            if name.startswith("fpdeep_gen."):
                yield name.split(".")[1]


def import_faults(part: str, imported: Iterator[str]) -> list[str]:
    """What `part` must not import of `imported`."""
    allowed = set(ORDER[: ORDER.index(part) + 1]) - FORBIDDEN_IMPORTS.get(part, frozenset())
    return [name for name in imported if name not in allowed | FOR_EVERYONE and name != "__version__"]


def test_there_are_modules_to_look_at() -> None:
    assert {path.relative_to(PACKAGE).parts[0] for path in MODULES if path.parent != PACKAGE} == set(ORDER)


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_imports_go_only_to_the_left(path: Path) -> None:
    part = path.relative_to(PACKAGE).parts[0]
    imported = imported_parts(tree_of(path))
    if part in ORDER:
        assert import_faults(part, imported) == []
    elif path.stem in FOR_EVERYONE:
        assert set(imported) <= FOR_EVERYONE
    else:
        assert list(imported) == []


def test_an_import_to_the_right_is_seen() -> None:
    tree = ast.parse("from fpdeep_gen.sim.words import Words\nimport fpdeep_gen.plan.model\nimport fpdeep_gen.errors\n")
    assert import_faults("plan", imported_parts(tree)) == ["sim"]
    assert import_faults("hls", imported_parts(tree)) == ["sim", "plan"]
    assert import_faults("cli", imported_parts(tree)) == []


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_modules_say_what_they_are_and_stay_small(path: Path) -> None:
    assert ast.get_docstring(tree_of(path))
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("folder", sorted({path.parent for path in MODULES}), ids=relative)
def test_every_folder_of_modules_is_a_package(folder: Path) -> None:
    assert (folder / "__init__.py").is_file()


def handler_names(handler: ast.ExceptHandler) -> list[str]:
    """Names that an `except` catches; `*` for a bare one."""
    if handler.type is None:
        return ["*"]
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return [ast.unparse(one) for one in types]


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_no_error_is_vague_or_swallowed(path: Path) -> None:
    """Only the root command catches everything, to report a bug."""
    tree = tree_of(path)
    raised = [ast.unparse(node.exc) for node in ast.walk(tree) if isinstance(node, ast.Raise) and node.exc is not None]
    assert [text for text in raised if re.match(r"(Base)?Exception\b", text)] == []
    caught = [name for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) for name in handler_names(node)]
    vague = [name for name in caught if name in ("*", "Exception", "BaseException")]
    assert vague == (["Exception"] if relative(path) == "fpdeep_gen/cli/group.py" else [])


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_only_the_command_line_writes_to_the_terminal(path: Path) -> None:
    if path.relative_to(PACKAGE).parts[0] == "cli":
        return
    text = path.read_text(encoding="utf-8")
    calls = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)]
    assert [call.lineno for call in calls if ast.unparse(call.func) in ("print", "click.echo")] == []
    assert "sys.stdout" not in text
    assert "sys.stderr" not in text


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.j2")), ids=relative)
def test_templates_compute_nothing(path: Path) -> None:
    inside = re.findall(r"\{[{%](.*?)[%}]\}", path.read_text(encoding="utf-8"), re.DOTALL)
    without_texts = [re.sub(r"'[^']*'|\"[^\"]*\"", "", one).strip("-") for one in inside]
    assert [one for one in without_texts if re.search(r"[\w)\]]\s*(\*|/|\+|-|%)\s*[\w(]", one)] == []


def pinned(name: str) -> dict[str, str]:
    """Version by normalised package name of a requirements file; every line must pin exactly."""
    lines = [line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    assert [line for line in lines if "==" not in line] == []
    return {normalised(line.split("==")[0]): line.split("==")[1] for line in lines}


def normalised(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


def test_what_the_package_needs_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    runtime = pinned("requirements.txt")
    known = runtime | pinned("requirements-dev.txt")
    for requirement in [*project["dependencies"], *extras]:
        found = re.match(r"([\w.-]+?)\s*(?:[<>=~!].*)?$", requirement)
        assert found is not None
        assert normalised(found.group(1)) in (known if requirement in extras else runtime)
        exact = re.search(r"==([\w.]+)$", requirement)
        if exact:
            assert known[normalised(found.group(1))] == exact.group(1)


def test_development_pins_do_not_repeat_the_runtime_ones() -> None:
    assert set(pinned("requirements.txt")) & set(pinned("requirements-dev.txt")) == set()


def test_the_version_is_said_once_more_at_most() -> None:
    """pyproject.toml and the package agree."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = re.search(r'__version__ = "([^"]+)"', (PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    assert found is not None
    assert project["version"] == found.group(1)
