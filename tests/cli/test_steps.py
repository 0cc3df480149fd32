"""Steps are skipped when nothing changed, made again when anything did, and never leave half of their files."""

from pathlib import Path

import pytest

from fpdeep_gen.cli.steps import Done, Step, input_key, is_current, run_step


class Maker:
    """Writes the given files and counts how often it was asked to."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files
        self.calls = 0

    def __call__(self, fresh: Path) -> None:
        """Write all files into `fresh`."""
        self.calls += 1
        for name, text in self.files.items():
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def make(out: Path, maker: Maker, key: str = "k", force: bool = False) -> Done:
    return run_step(Step(out, "demo", key), maker, force)


def test_files_land_under_the_output_folder_at_their_relative_paths(tmp_path: Path) -> None:
    done = make(tmp_path, Maker({"a.txt": "one", "b/c.txt": "two"}))
    assert (done.name, done.skipped) == ("demo", False)
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "one"
    assert (tmp_path / "b" / "c.txt").read_text(encoding="utf-8") == "two"
    assert [path.name for path in (tmp_path / ".fpdeep").iterdir()] == ["demo.json"]


def test_the_second_time_is_skipped(tmp_path: Path) -> None:
    maker = Maker({"a.txt": "one"})
    make(tmp_path, maker)
    assert make(tmp_path, maker) == Done("demo", skipped=True, seconds=0.0)
    assert maker.calls == 1


def test_force_makes_again(tmp_path: Path) -> None:
    maker = Maker({"a.txt": "one"})
    make(tmp_path, maker)
    assert not make(tmp_path, maker, force=True).skipped
    assert maker.calls == 2


@pytest.mark.parametrize("damage", ["edited", "lost", "other inputs", "no stamp", "broken stamp"])
def test_any_change_makes_again(tmp_path: Path, damage: str) -> None:
    maker = Maker({"a.txt": "one"})
    make(tmp_path, maker)
    stamp = tmp_path / ".fpdeep" / "demo.json"
    key = "k"
    match damage:
        case "edited":
            (tmp_path / "a.txt").write_text("other", encoding="utf-8")
        case "lost":
            (tmp_path / "a.txt").unlink()
        case "other inputs":
            key = "another"
        case "no stamp":
            stamp.unlink()
        case _:
            stamp.write_text("{", encoding="utf-8")
    assert not make(tmp_path, maker, key).skipped
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "one"


def test_files_that_are_no_longer_made_are_removed(tmp_path: Path) -> None:
    make(tmp_path, Maker({"a.txt": "one", "b.txt": "two"}))
    (tmp_path / "mine.txt").write_text("not the step's", encoding="utf-8")
    make(tmp_path, Maker({"a.txt": "one"}), key="another")
    assert sorted(path.name for path in tmp_path.glob("*.txt")) == ["a.txt", "mine.txt"]


def test_a_step_that_breaks_leaves_the_old_files_and_counts_as_done_before(tmp_path: Path) -> None:
    make(tmp_path, Maker({"a.txt": "one"}))

    def broken(fresh: Path) -> None:
        (fresh / "a.txt").write_text("half", encoding="utf-8")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        run_step(Step(tmp_path, "demo", "another"), broken)
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "one"
    assert is_current(Step(tmp_path, "demo", "k"))
    assert [path.name for path in (tmp_path / ".fpdeep").iterdir()] == ["demo.json"]


def test_the_key_tells_inputs_apart() -> None:
    keys = {
        input_key("plan", ["ab", "c"]),
        input_key("plan", ["a", "bc"]),
        input_key("plan", ["abc"]),
        input_key("rtl", ["abc"]),
    }
    assert len(keys) == 4
    assert input_key("plan", ["abc"]) == input_key("plan", [b"abc"])
