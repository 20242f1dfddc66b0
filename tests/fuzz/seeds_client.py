#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes seeds for fuzz_client into the directory that is named: sessions as a host tells them, and lies."""
import os
import struct
import sys

MAGIC = b"\0HLDFST\1"
KEY = bytes(16)


def string(s):
    return struct.pack(">I", len(s)) + s


def frame(kind, body=b""):
    return struct.pack(">IB", len(body) + 1, kind) + body


def attached(kind=1, new=1, known=1, read=0, window=65536, output=0, errors=0):
    return frame(67, struct.pack(">I", 1) + string(b"") + struct.pack(">I", 3) + string(b"name") + KEY +
                 struct.pack(">IBBQIQQII", kind, new, known, read, window, output, errors, 24, 80))


def out(offset, data, channel=0):
    return frame(68, struct.pack(">BQ", channel, offset) + data)


def painted(offset, data, flags=1):
    return frame(71, struct.pack(">BQ", flags, offset) + data)


HELLO = frame(65, struct.pack(">I", 1) + string(b"test 1") + string(b"") + KEY)
EXIT = frame(73, struct.pack(">BI", 0, 3) + string(b""))
# a connection ends with a frame that is wrong, and the next begins
CUT = frame(99)
SEEDS = {
    "shell": attached() + out(0, b"prompt$ ") + frame(69, struct.pack(">QI", 16, 65536)) + out(8, b"\033[1mls") + EXIT,
    "command": attached(2) + out(0, b"out\n") + out(0, b"err\n", 1) + out(4, b"more\n") + EXIT,
    "resumed": attached(1, 0, 1, 0, 65536, 500) + painted(500, b"\033[2J\033[H", 0) + painted(520, b"$ ") + out(520, b"x"),
    "twice": attached() + out(0, b"prompt$ ") + CUT + attached(1, 0, 1, 0, 65536, 4) + out(4, b"pt$ \033[3") + out(12, b"2m"),
    "gap": attached() + out(0, b"abc") + CUT + attached(1, 0, 1, 16, 65536, 3) +
           frame(70, struct.pack(">BQQ", 0, 3, 900)) + painted(950, b"\033[H") + out(950, b"z"),
    "forgotten": attached() + CUT + attached(1, 0, 0, 0, 512, 0) + frame(69, struct.pack(">QI", 16, 0)),
    "pings": attached() + frame(76, bytes(8)) * 20 + frame(77, struct.pack(">Q", 1)),
    "line": attached() + frame(143) * 3 + out(0, b"x") + frame(143, b"y"),
    "texts": attached() + frame(78, string(b"a line \xc2\x9b")) + frame(72, struct.pack(">II", 24, 80)) +
             frame(200, b"extension") + frame(74, struct.pack(">I", 2) + string(b"taken")),
    "error": frame(75, struct.pack(">I", 3) + string(b"none")),
    "hole": attached() + out(5, b"x"),
    "wraps": attached(1, 0, 1, 0, 65536, 2**64 - 2) + out(2**64 - 2, b"xyz"),
    "ack-too-much": attached() + frame(69, struct.pack(">QI", 2**40, 1)),
    "gap-backwards": attached() + frame(70, struct.pack(">BQQ", 0, 9, 3)),
    "painted-command": attached(2) + painted(0, b"x"),
    "picture": attached() + out(0, b"\033_G" + b"A" * 700 + b"\033\\$ "),
    "utf-8": attached() + out(0, b"\xe2\x94") + out(2, b"\x80\xf0\x9f"),
}


def main():
    os.makedirs(sys.argv[1], exist_ok=True)
    seeds = {name: b"\0\0" + data for name, data in SEEDS.items()}
    seeds["byte-by-byte"] = b"\1\0" + b"".join(SEEDS.values())
    seeds["stalled"] = b"\0\x08" + SEEDS["pings"] + SEEDS["shell"]
    seeds["list"] = b"\0\6" + frame(66, struct.pack(">I", 0))
    seeds["preamble"] = b"\7\1Welcome\r\n\0HLDFST\1 to\n" + MAGIC + bytes(16) + HELLO + SEEDS["shell"]
    seeds["no-holdfast"] = b"\0\1" + b"This account is currently not available.\n" * 10
    for name, data in seeds.items():
        with open(os.path.join(sys.argv[1], name), "wb") as f:
            f.write(data)


main()
