#!/bin/sh
# SPDX-License-Identifier: MIT
# The manual pages have nothing that mandoc would warn of, and read root's entries of the journal alone.
unsafe=$(grep -nE 'journalctl.*(HOLDFAST_|-t holdfastd)' "${srcdir:-.}"/docs/*.[1-8] | grep -v '_UID=0')
if [ -n "$unsafe" ]; then
	printf 'any local user can write what these recipes show; they lack _UID=0:\n%s\n' "$unsafe"
	exit 1
fi
if [ -z "$MANDOC" ]; then
	echo "mandoc is not installed"
	exit 77
fi
cd "${srcdir:-.}/docs" || exit 99
found=$(ls ./*.[1-8] 2>/dev/null) || exit 77
# A reference to a page that is not installed here is no mistake of the page.
out=$("$MANDOC" -Tlint -W warning $found 2>&1)
status=$?
[ -z "$out" ] || printf '%s\n' "$out"
[ "$status" -eq 0 ]
