"""Board and cluster YAML to `Board` and `Cluster`."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from fpdeep_gen.board.known import known_boards, known_clusters
from fpdeep_gen.board.model import Board, Cluster, Ddr, Link
from fpdeep_gen.board.schema import MOST_BOARDS, BoardSchema, ClusterSchema, LinkChangeSchema, LinkSchema
from fpdeep_gen.document import Document, Location, field_path, read_model
from fpdeep_gen.document_problems import did_you_mean, known_file, listed
from fpdeep_gen.errors import InputError, Problem


@dataclass(frozen=True)
class _Entry:
    """`count` boards of one kind in a row, and where the cluster file says so."""

    at: Location
    board: str
    count: int
    lane_gbps: float | None


def load_board(path: Path) -> Board:
    """Reads a board file. Raises `InputError` with every problem."""
    _, schema = read_model(path, BoardSchema)
    fields = schema.model_dump(exclude={"ddr"})
    return Board(**fields, ddr=Ddr(**schema.ddr.model_dump()) if schema.ddr is not None else None)


def load_cluster(path: Path, count: int | None = None) -> Cluster:
    """Reads a cluster file (or the known cluster of that name) and the files of its boards; `count` boards instead of
    the file's own number, where the chain has one kind of boards. Raises `InputError` with every problem.

    A board that is not one of the known names is a path, taken from the cluster file's folder.
    """
    document, schema = read_model(_cluster_file(path), ClusterSchema)
    problems: list[Problem] = []
    boards: list[Board] = []
    owners: list[Location] = []
    for entry in _entries(document, schema, count):
        try:
            board = _board(document, entry)
        except InputError as error:
            problems.extend(error.problems)
            continue
        boards.extend([board] * entry.count)
        owners.extend([entry.at] * entry.count)
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


def _cluster_file(path: Path) -> Path:
    """The path, or that of the known cluster with this name."""
    return known_file(path, known_clusters(), "a cluster file")


def _entries(document: Document, schema: ClusterSchema, count: int | None) -> list[_Entry]:
    """The rows of equal boards in chain order."""
    if schema.board is not None:
        others = [name for name in ("boards",) if schema.boards is not None]
        entries = [_Entry((), schema.board, schema.count or 1, schema.lane_gbps)]
    else:
        others = [name for name in ("count", "lane_gbps") if getattr(schema, name) is not None]
        rows = schema.boards or []
        entries = [_Entry(("boards", i), row.board, row.count, row.lane_gbps) for i, row in enumerate(rows)]
    if others:
        expected = "either `boards`, or `board` with `count` and `lane_gbps`"
        raise InputError([document.problem((name,), expected, "this beside the other") for name in others])
    if not entries:
        raise InputError([document.problem(("boards",), "this field", "nothing")])
    if count is None:
        return entries
    if count < 1:
        raise InputError([Problem(document.file, None, "number of boards", "at least 1", f"`{count}`")])
    if len(entries) > 1:
        expected = "one kind of boards where their number is given from outside"
        raise InputError([document.problem(("boards",), expected, f"{len(entries)} rows")])
    return [replace(entries[0], count=count)]


def _board(document: Document, entry: _Entry) -> Board:
    known = known_boards()
    path = known.get(entry.board)
    if path is None and entry.board.endswith((".yaml", ".yml")):
        path = document.file.parent / entry.board
    if path is None:
        expected, hint = f"{listed(known)}, or the path of a board's .yaml file", did_you_mean(entry.board, known)
        raise InputError([document.problem((*entry.at, "board"), expected, f"`{entry.board}`", hint)])
    board = load_board(path)
    return board if entry.lane_gbps is None else replace(board, lane_gbps=entry.lane_gbps)


def _shape_problems(
    document: Document, schema: ClusterSchema, boards: list[Board], owners: list[Location]
) -> Iterator[Problem]:
    """Number of boards, the clock, and links that there are none of or that nobody describes."""
    if len(boards) > MOST_BOARDS:
        yield document.problem(("boards",), f"at most {MOST_BOARDS} boards", f"{len(boards)}")
    if len(boards) > 1 and schema.link is None:
        yield document.problem(("link",), "the link that joins the boards", "nothing", "a board alone needs none")
    slowest = min(boards, key=lambda board: board.clock_mhz)
    if schema.clock_mhz > slowest.clock_mhz:
        where = owners[boards.index(slowest)]
        place = f"`{slowest.name}` ({field_path(where)})" if where else f"`{slowest.name}`"
        hint = f"all boards run at one clock; {place} reaches {slowest.clock_mhz:g} MHz"
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
    document: Document, boards: list[Board], owners: list[Location], links: tuple[Link, ...]
) -> Iterator[Problem]:
    """Links that ask for more or faster lanes than a board has: one between two others needs lanes for both links."""
    told: set[tuple[Location, str]] = set()
    for position, (board, owner) in enumerate(zip(boards, owners, strict=True)):
        own = links[max(0, position - 1) : position + 1]
        needed = sum(link.lanes for link in own)
        at = (*owner, "board")
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
