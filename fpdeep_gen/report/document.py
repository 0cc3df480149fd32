"""A plan and its evidence as one JSON document (what --json prints)."""

from dataclasses import asdict

from fpdeep_gen.plan.ceiling import ceilings
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.report.evidence import Evidence
from fpdeep_gen.report.figures import BoardRow, LinkRow, Used, board_rows, limit_text, link_rows


def plan_document(plan: Plan) -> dict[str, object]:
    """Boards, links and predicted times of a plan."""
    return {
        "network": plan.network.name,
        "cluster": plan.cluster.name,
        "clock_mhz": plan.cluster.clock_mhz,
        "boards": [_board(row) for row in board_rows(plan)],
        "links": [_link(row) for row in link_rows(plan)],
        "prediction": {**asdict(plan.prediction), "limit": limit_text(plan), "shorter_with_more": ceilings(plan)},
    }


def evidence_document(evidence: Evidence) -> dict[str, object]:
    """The same of what was measured."""
    return asdict(evidence)


def _board(row: BoardRow) -> dict[str, object]:
    return {
        "board": row.board,
        "type": row.name,
        "slices": list(row.slices),
        "dsp": _used(row.dsp),
        "bram36": _used(row.bram36),
        "lut": _used(row.lut),
        "ff": _used(row.ff),
        "slowest_engine_cycles": row.slowest_cycles,
    }


def _used(used: Used) -> dict[str, float]:
    return {"used": used.amount, "available": used.available, "share": used.share}


def _link(row: LinkRow) -> dict[str, object]:
    return {
        "link": row.link,
        "direction": row.direction,
        "words_per_image": row.words_per_image,
        "flits_per_image": row.flits_per_image,
        "load": row.load,
        "streams": [asdict(stream) for stream in row.streams],
    }
