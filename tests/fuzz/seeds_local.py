#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes seeds for fuzz_local into the directory that is named: the recordings of messages in tests/unit/wire."""
import os
import re
import shlex
import sys

WIRE = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../unit/wire')
# In the order of fuzz_local.c: the file, and the recordings that the decoder takes.
DECODERS = [
    ('attach', 'status-is.*'), ('attach', 'claim(-.*)?'), ('attach', 'claimed|kill|expire|detach'),
    ('attach', 'refused|error'), ('attach', 'verdict'), ('attach', 'exit'), ('attach', 'detached|switch'),
    ('attach', 'message|last-is'), ('attach', 'rename'), ('attach', 'env-is(-min)?'),
    ('lead', 'init(-min)?'), ('lead', 'vouched'), ('lead', 'sockets'), ('lead', 'peer-is'),
    ('lead', 'ready|ticket|named|report-.*'), ('leadctl', 'who|kill'), ('leadctl', 'reply.*'), ('vouch', 'request.*'),
    ('vouch', '(facts|refused|ready)(-min)?|progress'), ('lead', 'shell-ended.*'), ('lead', 'start.*'),
]


def word(text):
    """The bytes of one word of a recording, as recordings.h says."""
    bytes_, _, times = re.fullmatch(r'("[^"]*"|[0-9a-f]+)(\*(\d+))?', text).groups()
    data = bytes_[1:-1].encode() if bytes_[0] == '"' else bytes.fromhex(bytes_)
    return data * int(times or 1)


def recordings(name):
    found, data = {}, None
    with open(os.path.join(WIRE, name), encoding='utf-8') as f:
        for line in f:
            if line.startswith('#'):
                continue
            if not line.startswith('\t'):
                data = found[line.strip().rstrip(':')] = bytearray()
                continue
            times = re.match(r'\t(\d+)x ', line)
            lexer = shlex.shlex(line[times.end():] if times else line.strip(), posix=False)
            lexer.whitespace_split, lexer.commenters, lexer.quotes = True, '', '"'
            data += b''.join(word(w) for w in lexer) * int(times.group(1) if times else 1)
    return found


def main():
    os.makedirs(sys.argv[1], exist_ok=True)
    for number, (name, pattern) in enumerate(DECODERS):
        for title, data in recordings(name).items():
            if re.fullmatch(pattern, title) and len(data) < 4096:
                with open(os.path.join(sys.argv[1], f'{name}-{title}'), 'wb') as f:
                    f.write(bytes([number]) + data)


main()
