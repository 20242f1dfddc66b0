#!/bin/sh
# SPDX-License-Identifier: MIT
# The client against a host that the test plays; run by make check in the build directory.
command -v python3 >/dev/null || exit 77
exec python3 -B "${srcdir:-.}/tests/client/run.py" -b .
