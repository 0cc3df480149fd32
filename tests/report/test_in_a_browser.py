"""The pages in headless Chromium: no text leaves its drawing, and none lies on another, in either colour scheme."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from functools import cache
from html import unescape
from pathlib import Path

import pytest

from fpdeep_gen.energy.estimate import plan_energy
from fpdeep_gen.energy.model import load_energy
from fpdeep_gen.partition.model import BalancedPlan
from fpdeep_gen.partition.planner import make_balanced_plan
from fpdeep_gen.report.comparison import comparison_rows
from fpdeep_gen.report.comparison_page import comparison_html
from fpdeep_gen.report.plan_page import plan_html
from fpdeep_gen.report.points import Figures, Point
from fpdeep_gen.report.sweep_page import sweep_html
from tests.partition.networks import chain, conv, flat, network, output

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER = next((found for name in NAMES if (found := shutil.which(name)) is not None), None)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1400,1000",
)
CHECKS = """<script>
const faults = [];
const inside = (a, b) => a.left >= b.left - 1 && a.right <= b.right + 1
    && a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3;
for (const svg of document.querySelectorAll('svg')) {
  const texts = [...svg.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]);
  const frame = svg.getBoundingClientRect();
  texts.forEach(([name, box], index) => {
    if (!inside(box, frame)) faults.push('outside: ' + name);
    for (const [other, where] of texts.slice(index + 1)) if (meet(box, where)) faults.push(name + ' on ' + other);
  });
}
const wide = document.documentElement.scrollWidth > window.innerWidth;
const scrolls = [...document.querySelectorAll('svg')].some(svg => {
  const style = getComputedStyle(svg.parentElement);
  const room = svg.parentElement.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  return svg.getBoundingClientRect().width > room + 1;
});
const shapes = document.querySelectorAll('svg rect, svg circle, .meter u').length;
const result = {faults, wide, scrolls, shapes, page: getComputedStyle(document.body).backgroundColor};
document.body.insertAdjacentHTML('beforeend', '<pre id="result">' + JSON.stringify(result) + '</pre>');
</script>"""

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium (Debian: apt-get install chromium)")


def seen(text: str, folder: Path, *flags: str) -> dict[str, object]:
    """What the browser says of a page; the last of flags that name the same counts."""
    assert BROWSER is not None
    path = folder / "page.html"
    path.write_text(text.replace("</body>", CHECKS + "</body>"), encoding="utf-8")
    command = [BROWSER, *FLAGS, *flags, f"--user-data-dir={folder / 'profile'}", "--dump-dom", path.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    found = re.search(r'<pre id="result">(\{.*?)</pre>', done.stdout, re.DOTALL)
    assert found is not None, done.stderr
    document = json.loads(unescape(found.group(1)))
    assert isinstance(document, dict)
    return document


@cache
def plan_of(boards: int) -> BalancedPlan:
    first = conv("conv0", (3, 32, 32), 16, 3, pool=2)
    second = conv("conv1", output(first), 32, 3, pool=2)
    return make_balanced_plan(network((first, second, flat("fc2", output(second), 10))), chain(boards, lanes=8))


def page_of(plan: BalancedPlan) -> str:
    return plan_html(plan, plan_energy(plan, load_energy()), "trace.json")


def long_chain() -> str:
    """The page of a chain of 128 boards, made from a plan of four that is repeated."""
    plan = plan_of(4)
    boards = [(copy * 4 + board, board) for copy in range(32) for board in range(4)]
    cluster = chain(128, lanes=8)
    links = tuple(replace(plan.links[board % 3], index=board) for board in range(127))
    uses = tuple(replace(plan.uses[old], board=new) for new, old in boards)
    shares = tuple(replace(share, board=share.board + 4 * copy) for copy in range(32) for share in plan.shares)
    slow = replace(plan.prediction, batch=400, latency=60 * plan.prediction.interval)
    return page_of(replace(plan, cluster=cluster, links=links, uses=uses, shares=shares, prediction=slow))


def test_a_plan_is_drawn_cleanly_light_and_dark(tmp_path: Path) -> None:
    text = page_of(plan_of(3))
    light = seen(text, tmp_path)
    assert (light["faults"], light["wide"]) == ([], False)
    assert isinstance(light["shapes"], int)
    assert light["shapes"] > 40
    dark = seen(text, tmp_path, "--blink-settings=preferredColorScheme=0")
    assert dark["faults"] == []
    assert (light["page"], dark["page"]) == ("rgb(246, 247, 249)", "rgb(18, 22, 28)")


def test_a_plan_of_128_boards_is_drawn_cleanly(tmp_path: Path) -> None:
    found = seen(long_chain(), tmp_path)
    assert (found["faults"], found["wide"]) == ([], False)


def test_a_comparison_and_a_sweep_are_drawn_cleanly(tmp_path: Path) -> None:
    plan = plan_of(3)
    assert seen(comparison_html(plan, comparison_rows(plan, load_energy()), 1.0), tmp_path)["wide"] is False
    figures = Figures(1.0, 1.0, 0.96, 1.01, 0.9, 2, 4.2, 0.5, 1, "multipliers", 900.0, 41.5)
    curve = [
        Point(boards, 15.0 * boards, min(15.0 * boards, 1400.0), replace(figures, steady=14.4 * boards, of_bound=part))
        for boards, part in ((8, 0.96), (40, 0.96), (83, 0.9), (128, 0.8))
    ]
    found = seen(sweep_html("net", "chain", curve), tmp_path)
    assert (found["faults"], found["scrolls"]) == ([], False)
    narrow = seen(sweep_html("net", "chain", curve), tmp_path, "--window-size=700,1000")
    assert (narrow["faults"], narrow["wide"], narrow["scrolls"]) == ([], False, False)


def test_a_label_that_lies_on_another_is_seen(tmp_path: Path) -> None:
    text = page_of(plan_of(3))
    label = re.search(r'<text class="title" x="0" y="([\d.]+)"[^>]*>Memory</text>', text)
    assert label is not None
    broken = text.replace(label.group(0), label.group(0) + label.group(0).replace("Memory", "Memo"))
    assert seen(broken, tmp_path)["faults"] == ["Memory on Memo"]
