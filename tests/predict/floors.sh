#!/bin/sh
# SPDX-License-Identifier: MIT
# Plays each recorded trace to the guesser, and holds what a person would see of the keys: at a round trip of RTT ms at
# least SHOWN percent of the keys that have a place are shown within 50 ms, at most WRONG characters are wrong, none for
# longer than LONGEST ms, and no character of a password is shown.  Of 1000 packets LOSS are lost, each way; an answer of
# the host is up to BUSY ms late.
here=${srcdir:-.}/tests/predict
status=0

play() { # TRACE RTT SHOWN WRONG LONGEST LOSS BUSY
	line=$(gzip -dc "$here/traces/$1.jsonl.gz" | ./tests/predict/simulate -l "$6" -b "$7" "$2") || {
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

while read -r trace rtt shown wrong longest loss busy; do
	case $trace in '' | '#'*) continue ;; esac
	play "$trace" "$rtt" "$shown" "$wrong" "$longest" "${loss:-0}" "${busy:-0}"
done <<FLOORS
# trace     rtt  shown wrong longest loss busy
ahead       200   92.0     0       0
bash-read   200   96.5     0       0
bash        200   97.0     0       0
cjk-bash    200   95.0     0       0
cjk-fish    200   76.5     0       0
cjk-vim     200   74.0     0       0
dash        200   97.0     1     110
emacs       200   93.5     0       0
fish-read   200   99.0     0       0
fish        200   96.0     2     190
getpass     200   97.0     0       0
htop        200   80.5     0       0
less        200   77.0     0       0
mc          200   92.0     0       0
nano        200   96.0     0       0
node        200   97.0     0       0
nvim        200   94.5     0       0
passwd      200   96.5     0       0
paste       200   88.5     0       0
psql        200   99.0     0       0
python      200   98.0     0       0
screen      200   88.5     0       0
sqlite3     200   99.0     0       0
ssh         200   88.5     1      70
sudo        200   96.5     0       0
tmux        200   91.5     0       0
vim         200   95.5     0       0
zsh-read    200   95.5     0       0
zsh         200   96.0     1     160
cjk-vim     600   62.0     0       0
less        600   50.0     0       0
tmux        600   81.0     0       0
bash-read   600   91.5     0       0
bash        600   89.0     0       0
dash        600   93.5     2     500
fish-read   600   97.5     0       0
fish        600   89.0     0       0
getpass     600   91.0     0       0
nano        600   87.0     1     360
passwd      600   89.0     0       0
sudo        600   89.0     0       0
vim         600   85.0     0       0
zsh-read    600   90.5     0       0
zsh         600   90.0     0       0
ahead       200   89.5     0       0    50
bash        200   94.5     2     210    50
cjk-bash    200   95.0     0       0    50
dash        200   96.5     1     110    50
fish        200   94.0     2     210    50
fish-read   200   98.5     0       0    50
nano        200   93.0     0       0    50
node        200   91.0     0       0    50
ssh         200   86.0     1     370    50
tmux        200   87.0     0       0    50
vim         200   91.5     0       0    50
zsh         200   94.5     1     260    50
zsh-read    200   94.5     0       0    50
bash        200   92.5     0       0     0   60
dash        200   95.0     1     160     0   60
fish        200   90.5     2     240     0   60
nano        200   93.0     0       0     0   60
psql        200   98.0     0       0     0   60
python      200   91.5     0       0     0   60
screen      200   79.0     0       0     0   60
sudo        200   89.0     0       0     0   60
tmux        200   80.5     0       0     0   60
vim         200   93.5     0       0     0   60
zsh         200   91.5     1     210     0   60
FLOORS
exit $status
