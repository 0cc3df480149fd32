"""Sources as they come from elsewhere: C, headers shared with a bench that prints into files, `using namespace`."""

from pathlib import Path

import pytest

from fpdeep_gen.errors import InputError
from fpdeep_gen.hls.cosim import cosimulate
from fpdeep_gen.hls.frontend import front_end

C_HEADER = """
#ifndef RUNNING_H
#define RUNNING_H
#include <stdbool.h>
#include <stdio.h>
typedef short item;
void running(bool restart, item value, int *sum);
int twice(int value);
#endif
"""
C_KERNEL = """
#include "running.h"
int twice(int value) { return 2 * value; }
void running(bool restart, item value, int *sum) {
    static int total = 3;
    total = restart ? 0 : total;
    total += value;
    *sum = twice(total);
}
"""
C_BENCH = """
#include "running.h"
int main() {
    int expected = 3, sum, i;
    FILE *log = fopen("result.txt", "w");
    int *kept = malloc(sizeof(int) * 20);
    for (i = 0; i < 20; i++) {
        bool new = i % 7 == 6;
        expected = (new ? 0 : expected) + 50 - 9 * i;
        running(new, 50 - 9 * i, &sum);
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
        total = (0 if i % 7 == 6 else total) + 50 - 9 * i
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
