# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# ./check versions: the last version beside this one, in build-last/.  Sourced by ./check.
#
# tests/last-version names the last version: a commit, or after a release its tag, and what --version says of it.  It is
# built once from git's history; in a tarball, or in a clone without that commit, its cases are skipped.

# Builds it: build-last/stage is what `make install` puts into a root.  2: there is no such commit here.
build_last() {
	local commit _
	read -r commit _ <tests/last-version
	if [ "$(cat build-last/of 2>/dev/null)" = "$commit" ]; then
		return 0
	fi
	git cat-file -e "$commit^{commit}" 2>/dev/null || return 2
	rm -rf build-last
	mkdir -p build-last/src
	git archive "$commit" | tar -x -C build-last/src || return 1
	(cd build-last/src && autoreconf -fi && ./configure -q --prefix=/usr --sysconfdir=/etc &&
		make -s -j"$(nproc)" && make -s install DESTDIR="$PWD/../stage") >build-last/out 2>&1 </dev/null || return 1
	printf '%s\n' "$commit" >build-last/of
}
