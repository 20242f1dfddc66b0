#!/bin/sh
# SPDX-License-Identifier: MIT
# The sources have no circles, keep to the order of layers, and are all on the map (layout.py).
for tool in python3 nm; do
	if ! command -v "$tool" >/dev/null; then
		echo "$tool is not installed"
		exit 77
	fi
done
exec python3 -B "${srcdir:-.}/tests/layout.py" -v "${srcdir:-.}" .
