"""Charts of schedules as text."""

from collections.abc import Sequence

from fpdeep_gen.hls.drawing.chart import Chart, Row

NAME_WIDTH = 44


def draw_text(top: str, clock_mhz: float, charts: Sequence[Chart]) -> str:
    """All loops of a top."""
    head = [
        f"{top}: schedules of its pipelined loops at {clock_mhz:g} MHz",
        "One column a cycle of an iteration: # works in it, | a new iteration starts, : a stage ends.",
        "ns: where in its stage the result is there, by the delay model. * limits the interval.",
    ]
    parts = [line for chart in charts for line in ("", *_chart_lines(chart))]
    return "\n".join([*head, *(parts or ["", "no pipelined loop"])]) + "\n"


def _chart_lines(chart: Chart) -> list[str]:
    title = f"{chart.process}, {chart.loop} ({chart.source}): {chart.verdict}; {chart.length}"
    head = f"  {'operation':{NAME_WIDTH}} {'kind':9} {'bits':>5} {'ns':>5} {'line':20} "
    cells = [f"{stage:^3}" for stage in range(chart.stages)]
    return [
        title,
        f"{head}{_columns(chart, cells)}",
        *(_row_line(chart, row) for row in chart.rows),
    ]


def _row_line(chart: Chart, row: Row) -> str:
    name = row.text if len(row.text) <= NAME_WIDTH else f"{row.text[: NAME_WIDTH - 3]}..."
    time = "" if row.ends_ns is None else f"{row.ends_ns:.2f}"
    cells = ["###" if row.first <= stage <= row.last else "   " for stage in range(chart.stages)]
    mark = "*" if row.limits else " "
    head = f"{mark} {name:{NAME_WIDTH}} {row.kind:9} {row.width or '':>5} {time:>5} {row.source:20} "
    return f"{head}{_columns(chart, cells)}"


def _columns(chart: Chart, cells: Sequence[str]) -> str:
    """Cells between the boundaries of their stages."""
    return "".join(f"{'|' if stage % chart.ii == 0 else ':'}{cell}" for stage, cell in enumerate(cells)) + "|"
