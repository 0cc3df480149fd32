"""Sources as they come from elsewhere: C, headers shared with a bench that prints into files, `using namespace`."""

from pathlib import Path

import pytest

from fpdeep_gen.errors import InputError
from fpdeep_gen.hls.cosim import cosimulate
from fpdeep_gen.hls.frontend import front_end
from fpdeep_gen.hls.layout import Array

C_HEADER = """
#ifndef RUNNING_H
#define RUNNING_H
#include <stdbool.h>
#include <stdio.h>
typedef short item;
void running(bool restart, item value, const item *weights, int *sum);
int twice(int value);
#endif
"""
C_KERNEL = """
#include "running.h"
int twice(int value) { return 2 * value; }
void running(bool restart, item value, const item *restrict weights, int *sum) {
    static int total = 3;
    const item *weight = weights;
    total = restart ? 0 : total;
    for (int i = 0; i < 5; i++) total += value * *weight++;
    *sum = twice(total);
}
"""
C_BENCH = """
#include "running.h"
int main() {
    int expected = 3, sum, i;
    FILE *log = fopen("result.txt", "w");
    const item weights[] = {1, -3, 7, -2, 5};
    int *kept = malloc(sizeof(int) * 20);
    for (i = 0; i < 20; i++) {
        bool new = i % 7 == 6;
        expected = (new ? 0 : expected) + 8 * (50 - 9 * i);
        running(new, 50 - 9 * i, weights, &sum);
        kept[i] = sum - twice(expected);
        fprintf(log, "%d\\n", kept[i] == 0);
    }
    fclose(log);
    return system("test $(sort -u result.txt) = 1") != 0;
}
"""


def test_kernel_and_bench_in_c(tmp_path: Path) -> None:
    """The bench names a variable `new`, calls functions without a declaration, and another one of the kernel's file."""
    for name, text in {"running.h": C_HEADER, "running.c": C_KERNEL, "bench.c": C_BENCH}.items():
        (tmp_path / name).write_text(text)
    done = cosimulate(tmp_path / "running.c", "running", tmp_path / "out", testbench=tmp_path / "bench.c")
    assert done.equal, (done.printed, done.differences)
    assert done.calls == 20
    sums, total = [], 3
    for i in range(20):
        total = (0 if i % 7 == 6 else total) + 8 * (50 - 9 * i)
        sums.append(2 * total)
    assert done.outputs["sum"] == sums


SHARED = """
#include <fstream>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>
#include "hls_stream.h"
using namespace std;
using namespace hls;
struct Point { short x, y; };
ostream &operator<<(ostream &out, const Point &p) { return out << "(" << p.x << ", " << p.y << ")"; }
void read_points(const string &name, Point *points) {
    ifstream file(name);
    ostringstream text;
    for (int i = 0; i < 8 && file; i++) file >> points[i].x >> points[i].y;
    text << fixed << setprecision(3) << points[0];
    cout << text.str() << endl;
}
"""
TOP = """
void mirror(stream<Point> &in, stream<Point> (&out)[2]) {
#pragma HLS INTERFACE axis port=&in
    Point p = in.read();
    cout << right << setw(8) << p << endl;
%s    out[p.x & 1].write({p.y, p.x});
}
"""


def test_unused_code_of_the_test_bench(tmp_path: Path) -> None:
    source = tmp_path / "mirror.cpp"
    source.write_text(SHARED + TOP % "")
    module = front_end(source, "mirror", [])
    assert [port.name for port in module.top.ports] == ["in", "out_0", "out_1"]


def test_reading_a_file_in_the_top(tmp_path: Path) -> None:
    source = tmp_path / "mirror.cpp"
    source.write_text(SHARED + TOP % '    fscanf(fopen("name", "r"), "%%hd", &p.x);\n    cin >> p.y;\n')
    with pytest.raises(InputError) as caught:
        front_end(source, "mirror", [])
    found = [(one.line, one.found) for one in caught.value.problems]
    first = SHARED.count("\n") + 6
    assert [line for line, _ in found] == [first, first, first + 1]
    assert {text for _, text in found[:2]} == {"fopen", "fscanf"}
    assert all("#ifndef __SYNTHESIS__" in one.hint for one in caught.value.problems)


WALKS = """
void walks(volatile int *far, short *near, const ap_uint<12> *both, long long *last, int &value) {
    for (int i = 2; i < 9; i++) {
        far[3 * i - 1] = *(both + (i & 6)) + value;
    }
    for (short *p = near + 3; p != near + 9; p += 2) *p = far[0];
    *last = 1;
}
"""


def test_pointers_without_a_size(tmp_path: Path) -> None:
    """As many elements as are used: 3 * 8 - 1 is the last index of `far`, 8 of `both`."""
    source = tmp_path / "walks.cpp"
    source.write_text('#include "ap_int.h"' + WALKS)
    interface = front_end(source, "walks", []).interface
    assert interface is not None
    found = {one.name: one.layout.count if isinstance(one.layout, Array) else 1 for one in interface.arguments}
    assert found == {"far": 24, "near": 8, "both": 7, "last": 1, "value": 1}


@pytest.mark.parametrize(
    ("change", "line", "found"),
    [
        (("far[3 * i - 1]", "far[value]"), 4, "pointer far"),
        (("= far[0]", "= (&value)[1]"), 6, "reference value"),
        (("both + (i & 6)", "both - 1"), 4, "pointer both"),
    ],
)
def test_pointers_that_reach_further_than_is_known(
    tmp_path: Path, change: tuple[str, str], line: int, found: str
) -> None:
    source = tmp_path / "walks.cpp"
    source.write_text('#include "ap_int.h"' + WALKS.replace(*change))
    with pytest.raises(InputError) as caught:
        front_end(source, "walks", [])
    (problem,) = caught.value.problems
    assert (problem.field, problem.line) == (found, line)
