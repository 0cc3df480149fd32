"""Files that are made once on a machine: always whole, whatever happened to the folder that keeps them."""

from pathlib import Path

import pytest

from fpdeep_gen.hls.built_once import built_once
from fpdeep_gen.hls.tools import objects_once, user_cache


class Maker:
    """Writes two files and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, folder: Path) -> None:
        self.times += 1
        for name in ("one.o", "two.o"):
            (folder / name).write_text(f"{name} whole")


def texts(tmp_path: Path, make: Maker) -> list[str]:
    """What a user of the folder finds."""
    found = built_once(tmp_path / "cache" / "objects", ["one.o", "two.o"], make, tmp_path / "instead")
    return [path.read_text() for path in found]


WHOLE = ["one.o whole", "two.o whole"]


def test_files_are_made_once(tmp_path: Path) -> None:
    make = Maker()
    assert texts(tmp_path, make) == WHOLE
    assert texts(tmp_path, make) == WHOLE
    assert make.times == 1
    assert not (tmp_path / "instead").exists()
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == ["objects", "objects.lock"]


@pytest.mark.parametrize(("name", "content"), [("two.o", "two.o damaged"), ("one.o", None), ("made.json", "{")])
def test_what_was_damaged_is_made_again(name: str, content: str | None, tmp_path: Path) -> None:
    make = Maker()
    texts(tmp_path, make)
    path = tmp_path / "cache" / "objects" / name
    path.unlink() if content is None else path.write_text(content)
    assert texts(tmp_path, make) == WHOLE
    assert make.times == 2


def test_a_folder_that_was_left_unfinished_is_made_whole(tmp_path: Path) -> None:
    (tmp_path / "cache" / "objects").mkdir(parents=True)
    (tmp_path / "cache" / "objects" / "one.o").write_text("one.o whole")
    assert texts(tmp_path, Maker()) == WHOLE


def test_without_a_folder_to_keep_them_they_are_made_in_place(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder would be")
    make = Maker()
    assert texts(tmp_path, make) == WHOLE
    assert texts(tmp_path, make) == WHOLE
    assert make.times == 2
    assert sorted(path.name for path in (tmp_path / "instead").iterdir()) == ["one.o", "two.o"]


def test_other_sources_headers_and_flags_give_other_objects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    source, header = tmp_path / "value.cpp", tmp_path / "value.h"
    found = []
    for text, value, flag in (("-", "1", "-O0"), ("+", "1", "-O0"), ("+", "2", "-O0"), ("+", "2", "-O1")):
        source.write_text(f'#include "{header}"\nint value() {{ return {text}VALUE; }}\n')
        header.write_text(f"#define VALUE {value}\n")
        for _ in range(2):
            found += objects_once("value", [source], [header], [flag], tmp_path / "instead")
    assert len(set(found)) == 4 and all(first == second for first, second in zip(found[::2], found[1::2], strict=True))
    assert len({path.read_bytes() for path in found}) >= 3  # both flags may give the same code
    assert all(path.parent.parent == user_cache() for path in found)
