#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a unit test, for make check, and says at the end of its log how long it took.
begin=$(date +%s%3N)
case $begin in *[!0-9]*) exec "$@" ;; esac
"$@"
status=$?
ms=$(($(date +%s%3N) - begin))
printf 'took %d.%d s\n' $((ms / 1000)) $((ms % 1000 / 100))
exit "$status"
