"""Charts of schedules as one HTML document without anything from outside."""

from collections.abc import Sequence
from html import escape

from fpdeep_gen.hls.drawing.chart import Chart, Row

_STYLE = """
body { font: 14px/1.5 system-ui, sans-serif; margin: 2rem; color: #1c2330; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 2rem 0 0; }
p { margin: .2rem 0 .6rem; }
div.chart { overflow-x: auto; }
table { border-collapse: collapse; font-size: 12px; }
th { text-align: left; font-weight: 600; border-bottom: 1px solid #8a94a6; }
th, td { padding: 1px 8px; white-space: nowrap; }
td.text { font-family: ui-monospace, monospace; max-width: 42em; overflow: hidden; text-overflow: ellipsis; }
td.number { text-align: right; }
th.stage, td.stage { min-width: 2.6em; text-align: center; border-left: 1px dotted #b5bdca; padding: 1px; }
th.start, td.start { border-left: 2px solid #4a5568; }
th.end, td.end { border-right: 2px solid #4a5568; }
tbody tr:hover { background: #eef2f8; }
span.bar { display: block; height: 1em; margin: 0 1px; border-radius: 2px; background: #7a8aa5; }
.mul span.bar { background: #3b6fd4; } .variable span.bar { background: #2f9e6e; }
.load span.bar, .store span.bar { background: #8b5cc4; }
.read span.bar, .write span.bar, .read_nb span.bar, .write_nb span.bar { background: #1b98a8; }
tr.limits td.text { color: #b3261e; font-weight: 600; } tr.limits span.bar { background: #d93a2f; }
p.limit { color: #b3261e; font-weight: 600; }
"""


def draw_html(top: str, clock_mhz: float, charts: Sequence[Chart]) -> str:
    """All loops of a top."""
    title = f"{escape(top)}: schedule at {clock_mhz:g} MHz"
    body = "\n".join(_chart_part(chart) for chart in charts) or "<p>No pipelined loop.</p>"
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
        "<p>One column a cycle of an iteration; a new iteration starts at each solid line, a stage ends at each dotted "
        "one. ns: where in its stage the result is there, by the delay model. Red: what limits the interval.</p>\n"
        f"{body}\n</body>\n</html>\n"
    )


def _chart_part(chart: Chart) -> str:
    limited = chart.ii != (chart.requested_ii or 1)
    columns = "".join(f'<th class="{_edges(chart, stage)}">{stage}</th>' for stage in range(chart.stages))
    head = "".join(f"<th>{name}</th>" for name in ("operation", "kind", "bits", "ns", "line"))
    return "\n".join(
        [
            f"<h2>{escape(chart.process)}, {escape(chart.loop)} ({escape(chart.source)})</h2>",
            f'<p class="{"limit" if limited else "reached"}">{escape(chart.verdict)}</p>',
            f"<p>{chart.length} by the delay model.</p>",
            f'<div class="chart"><table>\n<thead><tr>{head}{columns}</tr></thead>\n<tbody>',
            *(_row(chart, row) for row in chart.rows),
            "</tbody>\n</table></div>",
        ]
    )


def _row(chart: Chart, row: Row) -> str:
    time = "" if row.ends_ns is None else f"{row.ends_ns:.2f}"
    text = escape(row.text)
    parts = [
        f'<td class="text" title="{text}">{text}</td>',
        f"<td>{row.kind}</td>",
        f'<td class="number">{row.width or ""}</td>',
        f'<td class="number">{time}</td>',
        f"<td>{escape(row.source)}</td>",
    ]
    for stage in range(chart.stages):
        bar = '<span class="bar"></span>' if row.first <= stage <= row.last else ""
        parts.append(f'<td class="{_edges(chart, stage)}">{bar}</td>')
    return f'<tr class="{row.kind}{" limits" if row.limits else ""}">{"".join(parts)}</tr>'


def _edges(chart: Chart, stage: int) -> str:
    """Classes of a cell: where an iteration starts, and where the last stage ends."""
    start = " start" if stage % chart.ii == 0 else ""
    return f"stage{start}{' end' if stage == chart.stages - 1 else ''}"
