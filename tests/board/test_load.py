"""Board and cluster files: what is read, and every way in which a file is refused."""

from pathlib import Path

import pytest

from fpdeep_gen.board.known import known_boards, known_clusters
from fpdeep_gen.board.load import load_board, load_cluster
from fpdeep_gen.board.model import Ddr
from fpdeep_gen.errors import InputError, Problem

REPOSITORY = Path(__file__).parents[2]

CLUSTER = """\
name: pair
clock_mhz: 100
boards:
  - {board: zedboard, count: 2}
link: {lanes: 8, gbps_per_lane: 0.95, efficiency: 0.8, flit_bits: 72, latency_cycles: 40}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "cluster.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(folder: Path, text: str) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        load_cluster(write(folder, text))
    return caught.value.problems


@pytest.mark.parametrize("name", list(known_boards()))
def test_known_board_is_named_as_its_file(name: str) -> None:
    board = load_board(known_boards()[name])
    assert board.name == name
    assert board.part.startswith("xc7")
    assert board.ff == 2 * board.lut


def test_vc709_has_what_its_data_sheet_says() -> None:
    board = load_board(known_boards()["vc709"])
    assert (board.dsp, board.bram36, board.lut, board.ff) == (3600, 1470, 433200, 866400)


@pytest.mark.parametrize(("example", "boards"), [("digits", 3), ("lenet5", 4)])
def test_example_cluster(example: str, boards: int) -> None:
    cluster = load_cluster(REPOSITORY / "examples" / example / "cluster.yaml")
    assert len(cluster.boards) == boards
    assert len(cluster.links) == boards - 1


def test_cluster_of_two(tmp_path: Path) -> None:
    cluster = load_cluster(write(tmp_path, CLUSTER))
    assert [board.name for board in cluster.boards] == ["zedboard", "zedboard"]
    assert cluster.links[0].latency_cycles == 40
    assert cluster.links[0].flits_per_cycle(cluster.clock_mhz) == pytest.approx(8 * 950 * 0.8 / 100 / 72)


def test_one_link_may_differ(tmp_path: Path) -> None:
    text = CLUSTER.replace("count: 2", "count: 3") + "links:\n  - {below: 1, latency_cycles: 90}\n"
    cluster = load_cluster(write(tmp_path, text))
    assert [link.latency_cycles for link in cluster.links] == [40, 90]
    assert [link.lanes for link in cluster.links] == [8, 8]


def test_board_alone_needs_no_link(tmp_path: Path) -> None:
    text = "name: alone\nclock_mhz: 100\nboards:\n  - {board: vc709}\n"
    assert load_cluster(write(tmp_path, text)).links == ()


def test_board_file_beside_the_cluster(tmp_path: Path) -> None:
    own = known_boards()["zedboard"].read_text(encoding="utf-8").replace("name: zedboard", "name: own_board")
    (tmp_path / "own.yaml").write_text(own, encoding="utf-8")
    cluster = load_cluster(write(tmp_path, CLUSTER.replace("board: zedboard", "board: own.yaml")))
    assert cluster.boards[1].name == "own_board"


def test_unknown_board_lists_the_known_ones(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, CLUSTER.replace("board: zedboard", "board: zetboard"))
    assert (problem.field, problem.line, problem.found) == ("boards[0].board", 4, "`zetboard`")
    assert problem.expected.startswith("one of ac701, kc705, vc709, zc706, zedboard, or the path")
    assert problem.hint == "did you mean `zedboard`?"


def test_missing_board_file(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, CLUSTER.replace("board: zedboard", "board: other.yaml"))
    assert (problem.file, problem.found) == (tmp_path / "other.yaml", "no such file")


def test_too_many_lanes_for_a_board_between_two(tmp_path: Path) -> None:
    text = CLUSTER.replace("count: 2", "count: 3").replace("lanes: 8", "lanes: 9")
    (problem,) = problems_of(tmp_path, text)
    assert (problem.field, problem.line) == ("boards[0].board", 4)
    assert problem.expected == "a board with at least 18 lanes (9 + 9)"
    assert problem.found == "`zedboard`, which has 16"
    assert problem.hint == "at most 8 lanes for each of its 2 links"


def test_lanes_too_fast(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, CLUSTER.replace("gbps_per_lane: 0.95", "gbps_per_lane: 1.25"))
    assert problem.expected == "a board whose lanes reach 1.25 Gb/s"
    assert problem.found == "`zedboard`, whose lanes reach 0.95 Gb/s"


def test_flit_too_narrow_for_a_credit(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, CLUSTER.replace("flit_bits: 72", "flit_bits: 31"))
    assert (problem.field, problem.line, problem.found) == ("link.flit_bits", 5, "`31`")
    assert problem.expected == "at least 32"


def test_clock_above_the_board(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, CLUSTER.replace("clock_mhz: 100", "clock_mhz: 120"))
    assert (problem.field, problem.expected, problem.found) == ("clock_mhz", "at most 100", "`120`")


def test_two_boards_without_a_link(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, CLUSTER[: CLUSTER.index("link:")])
    assert (problem.field, problem.expected) == ("link", "the link that joins the boards")


def test_all_faults_at_once(tmp_path: Path) -> None:
    text = "name: pair\nclock_mhz: 0\nboards:\n  - {board: zedboard, number: 2}\nlink: {lanes: 8, efficiency: 1.2}\n"
    fields = {problem.field for problem in problems_of(tmp_path, text)}
    assert {"clock_mhz", "boards[0].number", "link.efficiency", "link.flit_bits"} <= fields


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("  - {below: 1, lanes: 4}\n", "a board with one above it (at most 0)"),
        ("  - {below: 0, lanes: 4}\n  - {below: 0, lanes: 2}\n", "each link once"),
    ],
)
def test_links_that_are_not_there(tmp_path: Path, change: str, expected: str) -> None:
    (problem,) = problems_of(tmp_path, CLUSTER + "links:\n" + change)
    assert problem.expected == expected


CHAIN = """\
name: chain
clock_mhz: 100
board: zedboard
count: 3
link: {lanes: 8, gbps_per_lane: 0.95, efficiency: 0.8, flit_bits: 72, latency_cycles: 40}
"""


def test_a_chain_of_one_kind_from_one_line(tmp_path: Path) -> None:
    path = write(tmp_path, CHAIN)
    row = load_cluster(path)
    text = CHAIN.replace("board: zedboard\ncount: 3", "boards: [{board: zedboard, count: 3}]")
    listed = load_cluster(write(tmp_path, text))
    assert row == listed and len(row.boards) == 3
    path = write(tmp_path, CHAIN)
    for count in (1, 2, 128):
        chain = load_cluster(path, count)
        assert (len(chain.boards), len(chain.links)) == (count, count - 1)
        assert set(chain.boards) == set(row.boards) and set(chain.links) <= set(row.links)


def test_the_number_of_boards_from_outside_needs_one_kind(tmp_path: Path) -> None:
    assert len(load_cluster(write(tmp_path, CLUSTER), 5).boards) == 5
    mixed = CLUSTER.replace("count: 2}", "count: 2}\n  - {board: zedboard}")
    with pytest.raises(InputError) as caught:
        load_cluster(write(tmp_path, mixed), 5)
    (problem,) = caught.value.problems
    assert (problem.line, problem.field, problem.found) == (3, "boards", "2 rows")


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        (CHAIN + "boards: [{board: zedboard}]\n", 6, "boards"),
        (CLUSTER + "count: 3\n", 6, "count"),
        (CHAIN.replace("board: zedboard\ncount: 3\n", ""), 1, "boards"),
        (CHAIN.replace("board: zedboard", "board: zedbord"), 3, "board"),
        (CHAIN.replace("gbps_per_lane: 0.95", "gbps_per_lane: 1.2"), 3, "board"),
        (CHAIN.replace("count: 3", "count: 2000"), 4, "count"),
    ],
)
def test_wrong_chains(tmp_path: Path, text: str, line: int | None, field: str) -> None:
    found = [(problem.line, problem.field) for problem in problems_of(tmp_path, text)]
    assert found == [(line, field)]


def test_a_cluster_may_say_what_the_lanes_of_its_boards_reach(tmp_path: Path) -> None:
    fast = CHAIN.replace("gbps_per_lane: 0.95", "gbps_per_lane: 1.2").replace("count: 3", "count: 3\nlane_gbps: 1.2")
    assert {board.lane_gbps for board in load_cluster(write(tmp_path, fast)).boards} == {1.2}


@pytest.mark.parametrize("count", [-1, 0, 5000])
def test_numbers_of_boards_that_make_no_chain(tmp_path: Path, count: int) -> None:
    with pytest.raises(InputError):
        load_cluster(write(tmp_path, CHAIN), count)


@pytest.mark.parametrize(("name", "lanes"), [("vc709-chain", 6), ("vc709-chain-3", 3)])
def test_vc709_chains(name: str, lanes: int) -> None:
    cluster = load_cluster(known_clusters()[name], 128)
    assert load_cluster(Path(name), 128) == cluster
    assert (len(cluster.boards), len(cluster.links), cluster.clock_mhz) == (128, 127, 200)
    assert {(link.lanes, link.gbps_per_lane) for link in cluster.links} == {(lanes, 13.1)}
    assert {(board.name, board.dsp, board.ddr) for board in cluster.boards} == {("vc709", 3600, Ddr(8, 29.8))}
    # The lanes, not one flit a cycle, are the limit, and little of what they carry is lost to it.
    assert 0.95 < cluster.links[0].flits_per_cycle(cluster.clock_mhz) < 1.0


def test_external_memory_is_optional() -> None:
    boards = {name: load_board(path) for name, path in known_boards().items()}
    assert boards["zedboard"].ddr is None
    assert boards["kc705"].ddr == Ddr(1, 12.8)
