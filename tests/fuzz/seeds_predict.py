#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes seeds for fuzz_predict into the directory that is named: pieces of captures, and of traces of typing."""
import glob
import gzip
import json
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "screen"))
sys.dont_write_bytecode = True
import streams  # noqa: E402

PIECE = 500
SCRIBBLE, RAW, GUESS = range(3)
OUTPUT, TAKE_BACK, KEYS, TTY, TAKEN = 0, 2, 4, 5, 6
NAMES = ["bash", "vim", "ssh", "cat", "fish", "", "zsh", "sudo"]


def in_pieces(step, data, more=b"\x20\x21"):
    """DATA in steps of at most 255 bytes, each followed by what step and draw read."""
    return b"".join(bytes([step, len(data[i:i + 255])]) + data[i:i + 255] + more for i in range(0, len(data), 255))


def of_event(event):
    if "out" in event:
        return in_pieces(OUTPUT, bytes.fromhex(event["out"]))
    if "key" in event:
        return in_pieces(KEYS, bytes.fromhex(event["key"]), bytes([0xff if event.get("paste") else 0]) + b"\x20\x41")
    if "tty" in event:
        name = event["tty"]["program"]
        front = NAMES.index(name) if name in NAMES else 5
        return bytes([TTY, 0]) + event["tty"]["modes"].to_bytes(4, "little")[:3] + bytes([front]) + b"\x20\x41"
    return bytes([TAKEN, 0x80 if event.get("taken", {}).get("certain") else 0]) + b"\x20\x41"


def main():
    r = random.Random(4)
    os.makedirs(sys.argv[1], exist_ok=True)
    seeds = []
    for s in streams.captures():
        data = b""
        at = r.randrange(len(s.data))
        while len(data) < PIECE:
            n = r.choice((1, 3, 20, 100))
            data += in_pieces(OUTPUT, s.data[at:at + n], b"\x00\x51") + bytes([TAKE_BACK]) * r.randrange(2)
            at = at + n if at + n < len(s.data) else 0
        seeds.append(bytes([r.choice((23, 9, 4)), r.choice((79, 39, 11)), r.choice((SCRIBBLE, SCRIBBLE, RAW)),
                            r.randrange(256), 0]) + data)
    for path in sorted(glob.glob(os.path.join(os.path.dirname(HERE), "predict", "traces", "*.jsonl.gz"))):
        with gzip.open(path, "rt", encoding="utf-8") as f:
            events = [json.loads(line) for line in f][1:]
        for begin in (0, len(events) // 3, 2 * len(events) // 3):
            data = b""
            while events[begin:] and len(data) < 2 * PIECE:
                data += of_event(events[begin])
                begin += 1
            seeds.append(bytes([23, 79, GUESS, 0, 0]) + data[:2000])
    for n, seed in enumerate(seeds):
        with open(os.path.join(sys.argv[1], "seed-%04d" % n), "wb") as f:
            f.write(seed)


if __name__ == "__main__":
    main()
