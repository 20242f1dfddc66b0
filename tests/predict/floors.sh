#!/bin/sh
# SPDX-License-Identifier: MIT
# Plays each recorded trace to the guesser, and holds what a person would see of the keys: at a round trip of RTT ms at
# least SHOWN percent of the keys that have a place are shown within 50 ms, at most WRONG characters are wrong, none for
# longer than LONGEST ms, and no character of a password is shown.
here=${srcdir:-.}/tests/predict
status=0

play() { # TRACE RTT SHOWN WRONG LONGEST
	line=$(gzip -dc "$here/traces/$1.jsonl.gz" | ./tests/predict/simulate "$2") || {
		echo "$1 at $2 ms: the simulation failed" >&2
		status=1
		return
	}
	echo "$line"
	echo "$line" | awk -v shown="$3" -v wrong="$4" -v longest="$5" '
		{ for (i = 3; i < NF; i += 2) v[$i] = $(i + 1) }
		END { exit !(v["keys"] > 20 && v["shown"] >= shown && v["wrong"] <= wrong && v["longest"] <= longest &&
			v["leaked"] == 0) }' || {
		echo "$1 at $2 ms: below its floor: shown $3, wrong $4, longest $5, leaked 0" >&2
		status=1
	}
}

while read -r trace rtt shown wrong longest; do
	case $trace in '' | '#'*) continue ;; esac
	play "$trace" "$rtt" "$shown" "$wrong" "$longest"
done <<FLOORS
# trace     rtt shown wrong longest
bash        200  95.0     0     0
python      200  97.0     1   100
sqlite3     200  98.0     0     0
psql        200  97.0     0     0
node        200  96.0     0     0
bash-read   200  92.0     0     0
zsh-read    200  85.0     0     0
fish-read   200  98.0     0     0
getpass     200  93.0     0     0
sudo        200  90.0     0     0
passwd      200  85.0     0     0
ssh         200  88.0     1   100
FLOORS
exit $status
