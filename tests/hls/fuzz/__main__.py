"""`python -m tests.hls.fuzz 1000 --seed 7`: random kernels, natively against RTL; exit 1 where they differ."""

import argparse
import sys
import time
from pathlib import Path

from tests.hls.fuzz.batches import differences, drawn
from tests.hls.fuzz.kernels import Kind
from tests.hls.fuzz.reduce import reduced

BATCH = 100


def main() -> int:
    """Prints each difference with its kernel, reduced on request; the kernels are kept in build/fuzz."""
    parser = argparse.ArgumentParser(prog="fuzz", description="random kernels, natively against RTL")
    parser.add_argument("count", type=int, help="how many kernels")
    parser.add_argument("--seed", type=int, default=0, help="of the first kernel; the others follow")
    parser.add_argument("--reduce", action="store_true", help="make each kernel that differs as small as possible")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--regions", action="store_true", help="only kernels with a DATAFLOW region called in loops")
    only.add_argument("--lookups", action="store_true", help="only loops that look words up in memories")
    arguments = parser.parse_args()
    kind = Kind.REGIONS if arguments.regions else Kind.LOOKUPS if arguments.lookups else Kind.ANY
    folder = Path("build/fuzz")
    folder.mkdir(parents=True, exist_ok=True)
    started, bad = time.monotonic(), 0
    for at in range(0, arguments.count, BATCH):
        first = arguments.seed + at
        kernels = drawn(min(BATCH, arguments.count - at), first, kind)
        for place, text in enumerate(differences(kernels, stall_seed=first)):
            if not text:
                continue
            bad += 1
            kernel = kernels[place]
            if arguments.reduce:
                kernel, text = reduced(kernel)
            file = folder / f"seed_{first + place}.cpp"
            file.write_text(f"{kernel.source('top').text}\n// words of seed {kernel.seed}\n// {text.splitlines()[0]}\n")
            say(f"{file}: {text.splitlines()[0]}")
        done = at + len(kernels)
        minutes = (time.monotonic() - started) / 60
        say(f"{done} of {arguments.count} kernels, {bad} differ, {done / minutes:.0f} a minute")
    return 1 if bad else 0


def say(text: str) -> None:
    """At once, as a run may be long."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
