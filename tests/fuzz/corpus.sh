#!/bin/sh
# SPDX-License-Identifier: MIT
# make check: every input of the corpus through the harness.
exec ./tests/fuzz/replay_screen "${srcdir:-.}/tests/fuzz/corpus"
