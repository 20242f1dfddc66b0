#!/bin/sh
# SPDX-License-Identifier: MIT
# docs/performance.svg shows the table of docs/PERFORMANCE.md.
command -v python3 >/dev/null || exit 77
exec python3 -B "${srcdir:-.}/tests/bench/plot.py" --check "${srcdir:-.}/docs"
