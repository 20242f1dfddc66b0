#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes seeds for fuzz_frame into the directory that is named: one of each frame, and what is at the limits."""
import os
import struct
import sys


def string(s):
    return struct.pack(">I", len(s)) + s


def frame(kind, body=b""):
    return struct.pack(">IB", len(body) + 1, kind) + body


KEY = bytes(range(16))
ATTACH = (struct.pack(">II", 5, 4) + string(b"3") + string(b"name") + string(b"make all") + string(b"xterm") +
          struct.pack(">IIIII", 24, 80, 0, 0, 2) + string(b"LANG=C.UTF-8") + string(b"A=") + KEY + KEY +
          struct.pack(">QQQ", 1, 2, 3))
ATTACHED = (struct.pack(">I", 1) + string(b"") + struct.pack(">I", 3) + string(b"name") + KEY +
            struct.pack(">IBBQIQQII", 1, 0, 1, 5, 65536, 7, 0, 24, 80))
SESSION = (struct.pack(">I", 3) + string(b"name") + struct.pack(">IIIIIQQQQB", 4, 1, 0, 24, 80, 1, 2, 3, 4, 1) +
           string(b"vim") + string(b"192.0.2.1"))
FRAMES = {
    "hello": frame(1, struct.pack(">II", 1, 2) + string(b"test 1") + string(b"a,b@example.org")),
    "list": frame(2),
    "attach": frame(3, ATTACH),
    "input": frame(4, struct.pack(">Q", 0) + b"ls\r") + frame(4, struct.pack(">Q", 1) + b"s\rpwd\r"),
    "input-hole": frame(4, struct.pack(">Q", 9) + b"ls\r"),
    "input-end": frame(5, struct.pack(">Q", 3)),
    "ack": frame(6, struct.pack(">BQ", 0, 77)),
    "size": frame(7, struct.pack(">IIII", 24, 80, 640, 480)),
    "signal": frame(8, string(b"INT")),
    "redraw": frame(9, b"\1"),
    "output_closed": frame(15, b"\1"),
    "name": frame(10, string(b"build")),
    "ping": frame(13, struct.pack(">Q", 2**64 - 1)) + frame(14, struct.pack(">Q", 1)),
    "server-hello": frame(65, struct.pack(">I", 1) + string(b"test 1") + string(b"") + KEY),
    "list-is": frame(66, struct.pack(">I", 2) + SESSION + SESSION),
    "list-too-many": frame(66, struct.pack(">I", 2**32 - 1) + SESSION),
    "attached": frame(67, ATTACHED),
    "output": frame(68, struct.pack(">BQ", 0, 5) + b"hello\r\n"),
    "output-wraps": frame(68, struct.pack(">BQ", 0, 2**64 - 2) + b"hello\r\n"),
    "input-ack": frame(69, struct.pack(">QI", 5, 65536)),
    "gap": frame(70, struct.pack(">BQQ", 0, 5, 9)),
    "rendering": frame(71, struct.pack(">BQ", 3, 5) + b"\033[H\033[J$ "),
    "size-is": frame(72, struct.pack(">II", 24, 80)),
    "exit": frame(73, struct.pack(">BI", 1, 9) + string(b"KILL")),
    "detached": frame(74, struct.pack(">I", 2) + string(b"taken over")),
    "error": frame(75, struct.pack(">I", 1) + string(b"\033]0;x\7evil \xc2\x9b \xc2\1\x9b")),
    "notice": frame(78, string(b"a line")),
    "watch": frame(129, b"\1") + frame(129, b"\0") + frame(129, b"\2"),
    "tty": frame(130, struct.pack(">QI", 7, 0xfffff) + string(b"\3\x1c\x7f\x15\4" + bytes(8)) +
                 struct.pack(">I", 99) + string(b"vim \xc3\xa9")),
    "taken": frame(131, struct.pack(">QQB", 5, 9, 1)) + frame(131, struct.pack(">QQB", 5, 9, 2)),
    "script": frame(133, struct.pack(">I", 4) + string(b"send") + string(b"--") + string(b"work") + string(b"ls\n")),
    "script-wrong": frame(133, struct.pack(">I", 65) + string(b"x")) + frame(133, struct.pack(">I", 1) + string(b"a\0")),
    "script-data": frame(134, b"ls\r") + frame(134) + frame(135, b"\1oops") + frame(135, b"\2x"),
    "hop": frame(138, string(b"cluster") + string(b"login1") + struct.pack(">I", 1) + string(b"0123456789abcdef")) +
           frame(139, KEY + KEY + string(b"login2") + KEY) + frame(141, b"\1" + string(b"")),
    "hop-voucher": frame(140, string(b"k1") + string(b"claim") + string(KEY + KEY)) + frame(140, string(b"") * 3) +
                   frame(140, string(b"munge") + string(b"c" * 1024) + string(b"m" * 4096)),
    "line": frame(143) + frame(144, struct.pack(">BI", 2, 30000)) + frame(144, struct.pack(">BI", 4, 0)),
    "script-end": frame(136, struct.pack(">I", 3) + string(b"a\33line")) + frame(136, struct.pack(">I", 256) + string(b"")),
    "extension": frame(200, b"whatever"),
    "length-0": bytes(4),
    "too-long": struct.pack(">IB", 65537, 4),
}


def main():
    os.makedirs(sys.argv[1], exist_ok=True)
    seeds = {name: b"\0\0" + data for name, data in FRAMES.items()}
    seeds["all-byte-by-byte"] = b"\1\0" + b"".join(FRAMES[n] for n in FRAMES if n not in ("length-0", "too-long"))
    seeds["preamble"] = b"\7\1Welcome\r\n\0HLDFST\1 to\n" + b"\0HLDFST\1" + bytes(16) + FRAMES["server-hello"]
    for name, data in seeds.items():
        with open(os.path.join(sys.argv[1], name), "wb") as f:
            f.write(data)


main()
