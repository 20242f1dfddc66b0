# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What ./check and ./demo have in common.  Sourced at the top of the checkout.

say() {
	printf '== %s\n' "$*"
}

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# Ends with a message if namespaces cannot be made here, as in most containers.
need_namespaces() {
	local caps
	[ "$(id -u)" = 0 ] || die "needs root, to make namespaces; it changes nothing outside them"
	caps=$(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status)
	# CAP_NET_ADMIN and CAP_SYS_ADMIN, of capabilities(7)
	if (( (0x${caps:-0} & (1 << 12)) == 0 || (0x${caps:-0} & (1 << 21)) == 0 )); then
		die "root may not make namespaces here (CAP_SYS_ADMIN, CAP_NET_ADMIN): in a container, start the" \
			"container with --privileged, or use a virtual machine"
	fi
}

# Shows on a terminal how many files a make has compiled, whose output it reads, and keeps that output in the file $1.
show_progress() {
	if [ -t 1 ]; then
		tee "$1" | awk '/^  (CC|CCLD|GEN) / { printf "\r  %d files", ++n; fflush() } END { if (n) printf "\r%20s\r", "" }'
	else
		cat >"$1"
	fi
}

# The packages of tests/apt-packages that the part $1 needs; "all": those of all parts but cross and predict; quick
# needs what unit needs.  With $2, those alone that some releases of Debian do not have.
packages_of() {
	awk -v part="${1/#quick/unit}" -v some="${2:+?}" '/^#/ || NF == 0 { next }
		{ wanted = NF == 1 }
		{ for (i = 2; i <= NF; i++) if ($i == part || (part == "all" && $i !~ /^(cross|predict)$/)) wanted = 1 }
		sub(/[?]$/, "", $1) != (some != "") { next }
		wanted { print $1 }' tests/apt-packages
}

is_installed() {
	case $(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null) in
	ii*) ;;
	*) return 1 ;;
	esac
}

# Those of them that are not installed.  A node and an npm from elsewhere are as good as Debian's.
missing_packages() {
	local name
	for name in $(packages_of "$1"); do
		case $name in nodejs | npm) ! command -v npm >/dev/null || continue ;; esac
		is_installed "$name" || printf '%s\n' "$name"
	done
	for name in $(packages_of "$1" some); do
		! apt-cache show "$name" >/dev/null 2>&1 || is_installed "$name" || printf '%s\n' "$name"
	done
}

# Installs what the part $1 needs and is missing.  An sshd that comes in that way is not started: we use one of our own.
install_missing() {
	local missing policy=
	missing=$(missing_packages "$1")
	[ -n "$missing" ] || return 0
	command -v apt-get >/dev/null || die "missing, and there is no apt-get: $(echo $missing)"
	[ "$(id -u)" = 0 ] || die "not root; missing packages: $(echo $missing)"
	say "installing" $missing
	if [ ! -e /usr/sbin/policy-rc.d ]; then
		policy=/usr/sbin/policy-rc.d
		# shellcheck disable=SC2064
		trap "rm -f $policy" EXIT
		printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
	fi
	export DEBIAN_FRONTEND=noninteractive
	# shellcheck disable=SC2086
	if ! { apt-get -q update && missing=$(missing_packages "$1") &&
		apt-get -q install -y --no-install-recommends $missing; } </dev/null >apt.log 2>&1; then
		tail -n 30 apt.log
		die "apt-get could not install $(echo $missing); all of its output is in $PWD/apt.log"
	fi
	rm -f apt.log
	[ -z "$policy" ] || { rm -f "$policy"; trap - EXIT; }
}

# Configures the directory $1 with the rest.
configure_in() {
	local dir=$1 up
	up=$(sed 's|[^/][^/]*|..|g' <<<"$dir")
	shift
	if [ ! -x configure ] || [ configure.ac -nt configure ]; then
		autoreconf -fi >autoreconf.log 2>&1 || { cat autoreconf.log; return 1; }
		rm -f autoreconf.log
	fi
	mkdir -p "$dir"
	if [ ! -f "$dir/Makefile" ] || [ "$(cat "$dir/configured-with" 2>/dev/null)" != "$*" ]; then
		if ! (cd "$dir" && "$up/configure" -q "$@") >"$dir/configure.out" 2>&1; then
			cat "$dir/configure.out"
			return 1
		fi
		printf '%s\n' "$*" >"$dir/configured-with"
	fi
}

# Builds in the directory $1, configured with the rest.
build_in() {
	local dir=$1
	configure_in "$@" || return 1
	make -s -j"$(nproc)" -C "$dir" all </dev/null 2>&1 | show_progress "$dir/build.out"
	if [ "${PIPESTATUS[0]}" != 0 ]; then
		tail -n 60 "$dir/build.out"
		return 1
	fi
	grep -A3 'warning:' "$dir/build.out" || :
}
