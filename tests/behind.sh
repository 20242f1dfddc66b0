# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# ./check without an argument: what only computes goes on behind the parts that mostly wait.  Sourced by ./check.
#
# It is one piece of work after another, at the lowest priority: the tests in front have the processors when they want
# them, so no test waits longer for what it is timed by.  Tests that time something are never behind.

BEHIND=build-check/behind
behind= # the process in which they run, which leads a session of its own

# What part asan will run; it says what fails.
behind_asan() {
	asan_build && make_unit build-asan
}

behind_packages() {
	run_cases systemd --only-build
}

behind_packaging() {
	part_packaging
}

# In that process: does the works $*, each with a file of what it printed, and one of what it has counted.
do_behind() {
	local work
	times=$BEHIND/times
	for work in "$@"; do
		passed=0 failed=0 skipped=0
		"behind_$work" >"$BEHIND/$work.out" 2>&1 </dev/null
		echo "$passed $failed $skipped" >"$BEHIND/counts" && mv "$BEHIND/counts" "$BEHIND/$work.counts"
	done
}

# Nice values count within a session alone where the kernel groups processes by session (sched(7), autogroup).
start_behind() {
	rm -rf "$BEHIND" && mkdir -p "$BEHIND" || return
	# shellcheck disable=SC2016
	setsid nice -n 19 bash -c 'echo 19 >/proc/self/autogroup 2>/dev/null; exec "$0" --behind "$@"' "$0" "$@" \
		</dev/null >"$BEHIND/out" 2>&1 &
	behind=$!
}

end_behind() {
	[ -z "$behind" ] || kill -- "-$behind" 2>/dev/null
	behind=
}

# Waits for the end of the work $1.
wait_behind() {
	while [ ! -e "$BEHIND/$1.counts" ] && kill -0 "$behind" 2>/dev/null; do
		sleep 0.2
	done
	[ ! -e "$BEHIND/$1.counts" ] || return 0
	cat "$BEHIND/$1.out" "$BEHIND/out" 2>/dev/null
	one_failure "what goes on behind ended before $1"
	return 1
}

# Waits for the work $1, shows what it printed, and counts it.
take_behind() {
	local p f s
	wait_behind "$1" || return
	cat "$BEHIND/$1.out"
	read -r p f s <"$BEHIND/$1.counts"
	count "$p" "$f" "$s"
}

# Whether this run has the part of turn $1 of 2 (tests/sshd/turns.py); where all is taken, it has.
has_turn() {
	[ -z "${HOLDFAST_TESTS_TURN-}" ] && return
	[ $((HOLDFAST_TESTS_TURN % 2)) = "$1" ] && return
	echo "turn $HOLDFAST_TESTS_TURN: $2 is left to other turns"
	false
}

# All parts, in an order in which those in front seldom wait for what is behind.
do_all() {
	local asan=asan
	plain_build || return
	has_turn 0 asan || asan=
	# shellcheck disable=SC2086
	start_behind $asan packages packaging
	part_unit
	say_slowest unit
	part_sshd
	say_slowest sshd
	part_screen
	say_slowest screen
	has_turn 1 distcheck && part_distcheck
	if [ "$asan" ]; then
		# A failure to build is what part_asan says.
		wait_behind asan && part_asan
		say_slowest asan
	fi
	say "the Debian packages, built and checked behind"
	take_behind packages
	part_systemd --built
	say "packages of other distributions, policies, the release, behind"
	take_behind packaging
	cat "$BEHIND/times" >>"$times" 2>/dev/null
	say_slowest systemd
	say_slowest packaging
	say_slowest
}
