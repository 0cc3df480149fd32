"""A region whose accesses wait for each other is refused with its place in the C++."""

from pathlib import Path

import pytest

from fpdeep_gen.errors import InputError
from fpdeep_gen.hls.ir import Location, Region
from fpdeep_gen.hls.schedule.delays import DelayModel
from fpdeep_gen.hls.schedule.exclusive import Exclusion
from fpdeep_gen.hls.schedule.region import Infeasible, Search, schedule_region


def test_no_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Search, "attempt", lambda *_: Infeasible("stream a, memory b"))
    region = Region("loop", location=Location(Path("kernel.cpp"), 7))
    with pytest.raises(InputError, match="stream a, memory b, which each wait for the other") as told:
        schedule_region(region, DelayModel(), {}, Exclusion())
    assert (told.value.problems[0].file, told.value.problems[0].line) == (Path("kernel.cpp"), 7)
