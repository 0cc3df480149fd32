"""Board and cluster YAML to `Board` and `Cluster`."""

from collections.abc import Iterator
from pathlib import Path

from fpdeep_gen.board.known import known_boards
from fpdeep_gen.board.model import Board, Cluster, Link
from fpdeep_gen.board.schema import BoardSchema, ClusterSchema, LinkChangeSchema, LinkSchema
from fpdeep_gen.document import Document, read_model
from fpdeep_gen.document_problems import did_you_mean, listed
from fpdeep_gen.errors import InputError, Problem

MOST_BOARDS = 64


def load_board(path: Path) -> Board:
    """Reads a board file. Raises `InputError` with every problem."""
    _, schema = read_model(path, BoardSchema)
    return Board(**schema.model_dump())


def load_cluster(path: Path) -> Cluster:
    """Reads a cluster file and the files of its boards. Raises `InputError` with every problem.

    A board that is not one of the known names is a path, taken from the cluster file's folder.
    """
    document, schema = read_model(path, ClusterSchema)
    problems: list[Problem] = []
    boards: list[Board] = []
    owners: list[int] = []
    for index, entry in enumerate(schema.boards):
        try:
            board = _board(document, index, entry.board)
        except InputError as error:
            problems.extend(error.problems)
            continue
        boards.extend([board] * entry.count)
        owners.extend([index] * entry.count)
    if problems:
        raise InputError(problems)
    problems.extend(_shape_problems(document, schema, boards, owners))
    if problems:
        raise InputError(problems)
    links = _links(schema, len(boards) - 1)
    problems.extend(_lane_problems(document, boards, owners, links))
    if problems:
        raise InputError(problems)
    return Cluster(schema.name, tuple(boards), links, schema.clock_mhz)


def _board(document: Document, index: int, name: str) -> Board:
    known = known_boards()
    if name in known:
        return load_board(known[name])
    path = document.file.parent / name
    if name.endswith((".yaml", ".yml")):
        return load_board(path)
    expected = f"{listed(known)}, or the path of a board's .yaml file"
    raise InputError([document.problem(("boards", index, "board"), expected, f"`{name}`", did_you_mean(name, known))])


def _shape_problems(
    document: Document, schema: ClusterSchema, boards: list[Board], owners: list[int]
) -> Iterator[Problem]:
    """Number of boards, the clock, and links that there are none of or that nobody describes."""
    if len(boards) > MOST_BOARDS:
        yield document.problem(("boards",), f"at most {MOST_BOARDS} boards", f"{len(boards)}")
    if len(boards) > 1 and schema.link is None:
        yield document.problem(("link",), "the link that joins the boards", "nothing", "a board alone needs none")
    slowest = min(boards, key=lambda board: board.clock_mhz)
    if schema.clock_mhz > slowest.clock_mhz:
        where = owners[boards.index(slowest)]
        hint = f"all boards run at one clock; `{slowest.name}` (boards[{where}]) reaches {slowest.clock_mhz:g} MHz"
        yield document.problem(("clock_mhz",), f"at most {slowest.clock_mhz:g}", f"`{schema.clock_mhz:g}`", hint)
    seen: set[int] = set()
    for index, change in enumerate(schema.links):
        at = ("links", index, "below")
        if change.below >= len(boards) - 1:
            expected = f"a board with one above it (at most {len(boards) - 2})" if len(boards) > 1 else "no link"
            yield document.problem(at, expected, f"`{change.below}`", f"the cluster has {len(boards)} boards")
        elif change.below in seen:
            yield document.problem(at, "each link once", f"`{change.below}` again")
        seen.add(change.below)


def _links(schema: ClusterSchema, count: int) -> tuple[Link, ...]:
    changes = {change.below: change for change in schema.links}
    return tuple(_link(schema.link, changes.get(below)) for below in range(count) if schema.link is not None)


def _link(default: LinkSchema, change: LinkChangeSchema | None) -> Link:
    fields = default.model_dump()
    if change is not None:
        fields.update(change.model_dump(exclude={"below"}, exclude_none=True))
    return Link(**fields)


def _lane_problems(
    document: Document, boards: list[Board], owners: list[int], links: tuple[Link, ...]
) -> Iterator[Problem]:
    """Links that ask for more or faster lanes than a board has: one between two others needs lanes for both links."""
    told: set[tuple[int, str]] = set()
    for position, (board, owner) in enumerate(zip(boards, owners, strict=True)):
        own = links[max(0, position - 1) : position + 1]
        needed = sum(link.lanes for link in own)
        at = ("boards", owner, "board")
        if needed > board.lanes and (owner, "lanes") not in told:
            told.add((owner, "lanes"))
            expected = f"a board with at least {needed} lanes ({' + '.join(str(link.lanes) for link in own)})"
            found = f"`{board.name}`, which has {board.lanes}"
            yield document.problem(at, expected, found, _lane_hint(board, len(own)))
        fastest = max((link.gbps_per_lane for link in own), default=0.0)
        if fastest > board.lane_gbps and (owner, "rate") not in told:
            told.add((owner, "rate"))
            expected = f"a board whose lanes reach {fastest:g} Gb/s"
            yield document.problem(at, expected, f"`{board.name}`, whose lanes reach {board.lane_gbps:g} Gb/s")


def _lane_hint(board: Board, links: int) -> str:
    most = board.lanes // links
    return f"at most {most} lanes for each of its {links} links" if most else "it has no lanes for a link"
