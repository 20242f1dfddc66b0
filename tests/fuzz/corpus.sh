#!/bin/sh
# SPDX-License-Identifier: MIT
# make check: every input of each corpus through its harness.
./tests/fuzz/replay_screen "${srcdir:-.}/tests/fuzz/corpus" || exit 1
./tests/fuzz/replay_client "${srcdir:-.}/tests/fuzz/corpus_client" || exit 1
./tests/fuzz/replay_local "${srcdir:-.}/tests/fuzz/corpus_local" || exit 1
exec ./tests/fuzz/replay_frame "${srcdir:-.}/tests/fuzz/corpus_frame"
