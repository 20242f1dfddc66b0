/* SPDX-License-Identifier: MIT */
/* metrics: what `holdfastctl metrics` knows of this host, and how it says that (openmetrics.h). */
#ifndef HOLDFAST_METRICS_H
#define HOLDFAST_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attach.h"
#include "bounds.h"
#include "counters.h"
#include "openmetrics.h"
#include "ownprocs.h"

/*
 * A keeper is its user's process and says its version itself.  So that nobody can make more and more series, more
 * versions than these, and those that look like none, are "other".
 */
#define METRICS_VERSIONS 16

/* The states that are told: those of a STATUS, and the ones behind. */
#define METRICS_STATES 8

struct metrics {
	bool up, enabled, draining;
	bool counted;             /* COUNTERS is known */
	struct counters counters;
	uint64_t sessions[METRICS_STATES][2]; /* by state, and terminal or command */
	struct {
		char version[VERSION_CAP];
		uint64_t keepers;
	} versions[METRICS_VERSIONS];
	size_t version_count;
	uint64_t other_versions;
	struct ownprocs procs;
	uint64_t cgroups_bytes;   /* memory of the sessions' cgroups, with the users' programs */
};

/* Adds the session S, which its keeper describes. */
void metrics_add(struct metrics *m, const struct attach_status *s);
/* Adds COUNT sessions of which only the register knows. */
void metrics_add_hidden(struct metrics *m, uint64_t count);
void metrics_print(const struct metrics *m, FILE *f, enum openmetrics_format format);

#endif
