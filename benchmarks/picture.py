"""The picture of a plan in the README, drawn anew: python -m benchmarks.picture

Plans VGG-16 on 83 VC709 boards and writes docs/vgg16-83.svg.
"""

from pathlib import Path

from fpdeep_gen.board.load import load_cluster
from fpdeep_gen.network.load import load_network
from fpdeep_gen.partition.planner import make_balanced_plan
from fpdeep_gen.report.chain_svg import chain_svg

FILE = Path(__file__).parent.parent / "docs" / "vgg16-83.svg"


def main() -> None:
    """Entry of `python -m benchmarks.picture`."""
    plan = make_balanced_plan(load_network(Path("vgg16")), load_cluster(Path("vc709-chain"), 83))
    FILE.write_text(chain_svg(plan, "Training of VGG-16 on 83 VC709 boards, as planned"), encoding="utf-8")


if __name__ == "__main__":
    main()
