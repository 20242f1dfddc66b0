#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a unit test, for make check, and says at the end of its log how long it took.  No test takes forever: after
# HOLDFAST_TEST_LIMIT seconds (15 minutes) it is ended.  It is in a session of its own, so that a test which stops its
# own process group does not stop make as well.  HOLDFAST_RUN is the command that runs programs of another machine.
# With HOLDFAST_TEST_AGAIN=1 a program that fails beside others is run once more, and that counts; its log has both.
# Scripts are not: they look at the tree, or run failed cases again themselves.
case $1 in
*.sh) again= ;;
*) again=$HOLDFAST_TEST_AGAIN; set -- $HOLDFAST_RUN "$@" ;;
esac
if command -v timeout >/dev/null && command -v setsid >/dev/null; then
	set -- timeout -k 5 "${HOLDFAST_TEST_LIMIT:-900}" setsid "$@"
fi
begin=$(date +%s%3N)
case $begin in *[!0-9]*) exec "$@" ;; esac
"$@"
status=$?
if [ "$again" = 1 ] && [ "$status" != 0 ] && [ "$status" != 77 ]; then
	echo "== once more: exit status $status beside others"
	"$@"
	status=$?
fi
ms=$(($(date +%s%3N) - begin))
printf 'took %d.%d s\n' $((ms / 1000)) $((ms % 1000 / 100))
exit "$status"
