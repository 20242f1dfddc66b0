#!/bin/sh
# SPDX-License-Identifier: MIT
# make check: every input of each corpus through its harness.  HOLDFAST_RUN: what runs programs of another machine.
$HOLDFAST_RUN ./tests/fuzz/replay_screen "${srcdir:-.}/tests/fuzz/corpus" || exit 1
$HOLDFAST_RUN ./tests/fuzz/replay_client "${srcdir:-.}/tests/fuzz/corpus_client" || exit 1
# Only where the client is built.
if [ -x ./tests/fuzz/replay_predict ]; then
	$HOLDFAST_RUN ./tests/fuzz/replay_predict "${srcdir:-.}/tests/fuzz/corpus_predict" || exit 1
fi
$HOLDFAST_RUN ./tests/fuzz/replay_local "${srcdir:-.}/tests/fuzz/corpus_local" || exit 1
exec $HOLDFAST_RUN ./tests/fuzz/replay_frame "${srcdir:-.}/tests/fuzz/corpus_frame"
