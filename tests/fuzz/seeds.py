#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes first inputs for the fuzzer: seeds.py DIR.  Pieces of the captures, and the conformance cases."""
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "screen"))
sys.dont_write_bytecode = True
import conformance  # noqa: E402
import streams  # noqa: E402

PIECE = 2000


def main():
    r = random.Random(4)
    os.makedirs(sys.argv[1], exist_ok=True)
    pieces = [(b"\x03\x09\x08\x00\x80" + data[:PIECE]) for _, (data, _, _) in conformance.CASES]
    for s in streams.captures():
        for i in range(0, len(s.data), PIECE * 8):
            header = bytes([s.rows - 1 & 31, s.cols - 1 & 127, 16, r.randrange(64), r.randrange(256)])
            pieces.append(header + s.data[i:i + PIECE])
    for n, p in enumerate(pieces):
        with open(os.path.join(sys.argv[1], "seed-%04d" % n), "wb") as f:
            f.write(p)


if __name__ == "__main__":
    main()
