# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# ./check cross: other compilers, another libc, other machines, in build-cross/.  Sourced by ./check.
#
# A warning of any compiler is a failure.  Where Debian has no libraries for a machine or a libc, the functions of PAM,
# libssh and libmd are stand-ins that end the program, made from the names in this machine's libraries; and cmocka is
# tests/cross/cmocka.c.  What a test calls of holdfast is the real thing.  qemu runs the programs of other machines.

CROSS_TARGETS='clang nopainter posix musl i386 arm64 armhf riscv64 s390x'

# Tests that call one of the libraries.
NEED_LIBRARIES='test_client_connector test_client_connector_login test_client_demands test_client_libssh test_identity'
NEED_LIBRARIES_ONE='without_ssh hashed test_real_module test_directory'
# musl has no utmp.
NEED_GLIBC='test_utmprec'
# qemu has other signals, no seccomp, no netlink of connections, and tells nothing of memory and other processes.
NEED_KERNEL='test_painter test_painter_answers test_painter_brk test_painter_sandbox test_probe'
NEED_KERNEL+=' test_rootfork test_tcpinfo'
NEED_KERNEL_ONE='a_claim_brings_what_it_says a_small_limit_of_files memory_is_given_back of_a_connection released_memory
	tells_of_a_program_that_is_missing'
# Minutes under qemu, and nothing of the machine in it.
SLOW='test_screen_skip'

# The rest, in words.
without() {
	local word
	for word in $1; do
		case " $2 " in *" ${word##*/} "*) ;; *) printf '%s ' "$word" ;; esac
	done
}

# Makes lib$3.a in $1 with the compiler $2: each function of this machine's lib$3 ends the program.
stand_in() {
	nm -D --defined-only "/usr/lib/$(gcc -print-multiarch)/lib$3.so" |
		awk '$2 == "T" && $3 ~ /^([a-z]|SHA)/ { sub(/@.*/, "", $3); print $3 }' | sort -u |
		sed 's/.*/void &(void); void &(void) { __builtin_trap(); }/' >"$1/$3.c" &&
		$2 -fPIC -w -c "$1/$3.c" -o "$1/$3.o" && ar cr "$1/lib$3.a" "$1/$3.o"
}

# The stand-ins in $1 for the compiler $2, and the headers of the libraries; with $3, those of the kernel too.
stand_ins() {
	local name multi
	multi=$(gcc -print-multiarch)
	rm -rf "$1" && mkdir -p "$1/include" || return
	for name in security libssh sha1.h sha2.h ${3:+linux asm-generic "$multi/asm"}; do
		ln -s "/usr/include/$name" "$1/include/" || return
	done
	cp tests/cross/cmocka.h "$1/include/" || return
	for name in pam ssh md; do
		stand_in "$1" "$2" "$name" || return
	done
	$2 -I tests/cross -Wall -Wextra -O2 -c tests/cross/cmocka.c -o "$1/cmocka.o" && ar cr "$1/libcmocka.a" "$1/cmocka.o"
}

# Whether the file $1 of a build has no warning, which is a failure.
no_warnings() {
	grep -q 'warning:' "$1" || return 0
	grep -A3 'warning:' "$1" | head -n 60
	one_failure "$1 has warnings"
	return 1
}

# Builds all in build-cross/$1, configured with the rest, and the unit tests' programs.
cross_build() {
	local dir=build-cross/$1
	shift
	build "$dir" "$@" && no_warnings "$dir/build.out" || return
	if ! make -s -j"$(nproc)" -C "$dir" check TESTS= </dev/null >"$dir/check.out" 2>&1; then
		tail -n 60 "$dir/check.out"
		one_failure "building the unit tests in $dir"
		return 1
	fi
	no_warnings "$dir/check.out"
}

# Runs the unit tests in build-cross/$1 but those whose names are in $2, and the further tests $3.
cross_run() {
	local dir=build-cross/$1 tests before=$((passed + failed + skipped))
	tests=$(cd "$dir" && find tests/unit -name 'test_*' -type f -perm -100 | sort | xargs)
	find "$dir" -name '*.trs' -delete
	say "unit tests ($dir)"
	[ "$1" = posix ] || set -- "$1" "$2" tests/fuzz/corpus.sh
	HOLDFAST_QUICK=1 make -s -j$((2 * $(nproc))) -C "$dir" check \
		CPPFLAGS= TESTS="$(without "$tests" "$2") ${3-}" </dev/null >"$dir/check.out" 2>&1
	timed cross count_unit "$dir" "$1/"
	[ $((passed + failed + skipped)) != "$before" ] || one_failure "make check in $dir ran no test"
}

cross_clang() {
	cross_build clang CC=clang --prefix=/usr --sysconfdir=/etc && cross_run clang ''
}

# As on a machine without a seccomp filter.
cross_nopainter() {
	cross_build nopainter holdfast_cv_painter_filter=no --prefix=/usr --sysconfdir=/etc &&
		cross_run nopainter ''
}

# The client without Linux, and the cases of the client against a host that is made up.
cross_posix() {
	local dir=build-cross/posix
	CPPFLAGS="-include $PWD/tests/cross/posix-only.h" build "$dir" --disable-server --enable-posix-only \
		ac_cv_func_mallopt=no ac_cv_func_malloc_trim=no --prefix=/usr && no_warnings "$dir/build.out" || return
	if ! make -s -j"$(nproc)" -C "$dir" check TESTS= CPPFLAGS= </dev/null >"$dir/check.out" 2>&1; then
		tail -n 60 "$dir/check.out"
		one_failure "building the unit tests in $dir"
		return
	fi
	no_warnings "$dir/check.out"
	cross_run posix '' tests/client/check.sh
}

# Builds in build-cross/$1 for the triplet $2 with the compiler $3; $4 as the third of stand_ins.
cross_build_for() {
	local libs=$PWD/build-cross/$1/stand-ins
	mkdir -p "build-cross/$1"
	if ! stand_ins "$libs" "$3" "${4-}"; then
		one_failure "making stand-ins for the libraries of $1"
		return 1
	fi
	cross_build "$1" --prefix=/usr --sysconfdir=/etc --with-pam-dir=/usr/lib/security --with-systemdunitdir=no \
		--host="$2" CC="$3" CPPFLAGS="-isystem $libs/include" LDFLAGS="-L$libs" LIBMD_CFLAGS=' ' LIBMD_LIBS=-lmd \
		LIBSSH_CFLAGS=' ' LIBSSH_LIBS=-lssh CMOCKA_CFLAGS=' ' CMOCKA_LIBS=-lcmocka
}

cross_musl() {
	cross_build_for musl "$(uname -m)-linux-musl" musl-gcc kernel || return
	HOLDFAST_LEAVE_OUT="$NEED_LIBRARIES_ONE" cross_run musl "$NEED_LIBRARIES $NEED_GLIBC"
}

# $1: as Debian calls it; $2: the triplet; $3: as qemu calls it; $4: other tests that are left out.
cross_machine() {
	cross_build_for "$1" "$2" "$2-gcc" || return
	HOLDFAST_RUN="qemu-$3-static -L /usr/$2" HOLDFAST_LEAVE_OUT="$NEED_LIBRARIES_ONE ${NEED_KERNEL_ONE//[[:space:]]/ }" \
		cross_run "$1" "$NEED_LIBRARIES $NEED_KERNEL ${4-}"
}

cross_arm64() { cross_machine arm64 aarch64-linux-gnu aarch64 $SLOW; }
cross_armhf() { cross_machine armhf arm-linux-gnueabihf arm $SLOW; }
cross_riscv64() { cross_machine riscv64 riscv64-linux-gnu riscv64 $SLOW; }
cross_s390x() { cross_machine s390x s390x-linux-gnu s390x; }

# In the root of an i386 Debian of this release, as any other (tests/suite.py).
cross_i386() {
	local release last
	release=$(. /etc/os-release && echo "$VERSION_CODENAME")
	say "unit tests on i386"
	mkdir -p build-cross
	./check --suite "$release:i386" unit </dev/null 2>&1 | tee build-cross/i386.out |
		sed -un 's/^\(ok\|FAILED\|skipped\) /&i386\//p' | take_times cross
	last=$(tail -n 1 build-cross/i386.out)
	if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
		count "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "${BASH_REMATCH[4]:-0}"
	else
		tail -n 20 build-cross/i386.out
		one_failure "./check --suite $release:i386 unit did not come to its end: build-cross/i386.out"
	fi
}
