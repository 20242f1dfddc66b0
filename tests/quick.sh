# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What ./check quick needs, looked for in place: it installs nothing, and is not for Debian alone.  Sourced by ./check.

missing=0

is_missing() {
	printf 'missing: %s (Debian: %s)\n' "$1" "$2"
	missing=$((missing + 1))
}

need_program() {
	command -v "$1" >/dev/null || is_missing "the program $1" "$2"
}

need_header() {
	command -v cc >/dev/null || return 0
	printf '#include <sys/types.h>\n#include <%s>\n' "$1" | cc -E - >/dev/null 2>&1 || is_missing "the header $1" "$2"
}

# The library $1 of the package $2, in the version $3 or newer where that is given, as pkg-config knows it.
need_library() {
	command -v pkg-config >/dev/null || return 0
	pkg-config --atleast-version="${3-0}" "$1" || is_missing "the library $1${3:+, version $3 or newer}" "$2"
}

# Names everything that is missing; false when that is something.
look_for_all() {
	need_program cc build-essential
	need_program make build-essential
	need_program autoreconf autoconf
	need_program automake automake
	need_program libtoolize libtool
	need_program pkg-config pkg-config
	need_program python3 python3
	need_program ssh openssh-client
	need_program mandoc mandoc
	need_header security/pam_modules.h libpam0g-dev
	need_header security/pam_ext.h libpam0g-dev
	need_library libmd libmd-dev
	need_library libssh libssh-dev 0.10
	need_library cmocka libcmocka-dev 1.1.5
	[ "$missing" = 0 ]
}

say_what_is_left_out() {
	cat <<-'EOF'
	quick leaves out:
	  ./check unit       a person who types slowly
	  ./check cuts       cuts the client's connection at every byte (the others: at every 29th)
	  ./check asan       the same under the sanitizers
	  ./check distcheck  the release tarball
	  ./check packaging  packages of other distributions, policies, the release script
	  ./check screen     the terminal model beside xterm.js, ghostty, kitty and tmux
	  ./check sshd       everything with a real sshd: logins, resuming, the PAM module
	  ./check systemd    the Debian package, in a booted Debian
	EOF
	[ "$(id -u)" = 0 ] || echo "  as root            the tests that are named as skipped above"
}
