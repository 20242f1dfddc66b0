/* SPDX-License-Identifier: MIT */
#include "metrics.h"

#include <ctype.h>
#include <string.h>

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "unknown"
#endif

#define COUNT(array) (sizeof (array) / sizeof (array)[0])

static const struct {
	uint32_t state; /* enum attach_state; 0: not a keeper's word */
	const char *word;
} states[METRICS_STATES] = {
	{ ATTACH_STATE_NEW, "new" },
	{ ATTACH_STATE_CLAIMING, "claiming" },
	{ ATTACH_STATE_ATTACHED, "attached" },
	{ ATTACH_STATE_DROPPED, "dropped" },
	{ ATTACH_STATE_ENDING, "ending" },
	{ ATTACH_STATE_SILENT, "silent" },
	{ ATTACH_STATE_PARKED, "parked" },
	{ 0, "hidden" },
};

#define HIDDEN (METRICS_STATES - 1)

static const char *const kinds[] = { "terminal", "command" };

static bool
is_version(const char *text)
{
	const char *p = text;

	while (isalnum((unsigned char)*p) || (*p && strchr(".+~-", *p)))
		p++;
	return *text && !*p;
}

static void
add_version(struct metrics *m, const char *version)
{
	size_t i = 0;

	while (i < m->version_count && strcmp(m->versions[i].version, version) != 0)
		i++;
	if (i == METRICS_VERSIONS || !is_version(version)) {
		m->other_versions++;
		return;
	}
	if (i == m->version_count)
		memcpy(m->versions[m->version_count++].version, version, VERSION_CAP);
	m->versions[i].keepers++;
}

void
metrics_add(struct metrics *m, const struct attach_status *s)
{
	size_t i = 0;

	while (i < HIDDEN && states[i].state != s->state)
		i++;
	m->sessions[i][s->kind == ATTACH_KIND_COMMAND]++;
	if (!attach_state_silent(s->state))
		add_version(m, s->version);
}

void
metrics_add_hidden(struct metrics *m, uint64_t count)
{
	m->sessions[HIDDEN][0] += count;
}

static void
gauge(struct openmetrics *o, const char *name, const char *help, uint64_t value)
{
	const struct openmetrics_family f = { METRIC_GAUGE, name, NULL, help };

	openmetrics_begin(o, &f);
	openmetrics_sample(o, NULL, NULL, value);
}

static void
print_host(const struct metrics *m, struct openmetrics *o)
{
	static const struct openmetrics_family build = { METRIC_GAUGE, "holdfast_build_info", NULL,
		                                         "The installed version; always 1" };
	const struct openmetrics_label version = { "version", PACKAGE_VERSION };

	openmetrics_begin(o, &build);
	openmetrics_sample(o, &version, NULL, 1);
	gauge(o, "holdfast_up", "Whether holdfastd runs and answers", m->up);
	gauge(o, "holdfast_enabled", "Whether logins are held: the file disabled does not exist", m->enabled);
	gauge(o, "holdfast_draining", "Whether no new sessions are started (holdfastctl drain)", m->draining);
}

static void
print_sessions(const struct metrics *m, struct openmetrics *o)
{
	static const struct openmetrics_family family = { METRIC_GAUGE, "holdfast_sessions", NULL,
		                                          "Sessions by state and kind" };

	openmetrics_begin(o, &family);
	for (size_t i = 0; i < METRICS_STATES; i++)
		for (size_t kind = 0; kind < COUNT(kinds); kind++) {
			const struct openmetrics_label a = { "state", states[i].word }, b = { "kind", kinds[kind] };

			openmetrics_sample(o, &a, &b, m->sessions[i][kind]);
		}
}

static void
print_keepers(const struct metrics *m, struct openmetrics *o)
{
	static const struct openmetrics_family family = { METRIC_GAUGE, "holdfast_keepers", NULL,
		                                          "Keepers that answer, by the version that they say they run" };
	struct openmetrics_label l = { "version", "other" };

	openmetrics_begin(o, &family);
	for (size_t i = 0; i < m->version_count; i++) {
		l.value = m->versions[i].version;
		openmetrics_sample(o, &l, NULL, m->versions[i].keepers);
	}
	l.value = "other";
	openmetrics_sample(o, &l, NULL, m->other_versions);
}

static void
print_memory(const struct metrics *m, struct openmetrics *o)
{
	static const struct openmetrics_family held = { METRIC_GAUGE, "holdfast_held_bytes", "bytes",
		"Memory of sessions that outlives their keepers: output that is kept, input that waits, the screen" };
	static const struct openmetrics_family processes = { METRIC_GAUGE, "holdfast_processes", NULL,
		                                             "Processes of holdfast, by part" };
	static const struct openmetrics_family memory = { METRIC_GAUGE, "holdfast_process_memory_bytes", "bytes",
		"Resident memory of these processes that is no file's, so without the held bytes" };
	static const struct openmetrics_family cgroups = { METRIC_GAUGE, "holdfast_session_cgroup_memory_bytes", "bytes",
		"Memory of the sessions' own cgroups, with the users' programs" };
	struct openmetrics_label part = { "part", NULL };

	openmetrics_begin(o, &held);
	openmetrics_sample(o, NULL, NULL, m->procs.held_bytes);
	for (int pass = 0; pass < 2; pass++) {
		openmetrics_begin(o, pass ? &memory : &processes);
		for (size_t i = 0; i < OWNPROCS_PARTS; i++) {
			part.value = ownprocs_part(i);
			openmetrics_sample(o, &part, NULL, pass ? m->procs.parts[i].bytes : m->procs.parts[i].count);
		}
	}
	openmetrics_begin(o, &cgroups);
	openmetrics_sample(o, NULL, NULL, m->cgroups_bytes);
}

/* The families of one count each. */
static void
print_counts(const struct metrics *m, struct openmetrics *o)
{
	static const struct {
		enum counter_event event;
		struct openmetrics_family family;
	} counts[] = {
		{ COUNTER_CREATE, { METRIC_COUNTER, "holdfast_sessions_created", NULL, "Sessions that were started" } },
		{ COUNTER_RESUME, { METRIC_COUNTER, "holdfast_resumes", NULL, "Dropped sessions that a login resumed" } },
		{ COUNTER_TAKE, { METRIC_COUNTER, "holdfast_takeovers", NULL,
		                  "Attached sessions that another terminal took over" } },
		{ COUNTER_JOIN, { METRIC_COUNTER, "holdfast_joins", NULL, "Terminals that joined an attached session" } },
		{ COUNTER_ATTACH, { METRIC_COUNTER, "holdfast_attaches_without_login", NULL,
		                    "Attachments by processes without a login that holdfastd vouches for" } },
		{ COUNTER_LEAVE, { METRIC_COUNTER, "holdfast_leaves", NULL,
		                   "Terminals that have gone from a session that stayed attached" } },
		{ COUNTER_KEEPER_DIED, { METRIC_COUNTER, "holdfast_keeper_deaths", NULL,
		                         "Keepers that have ended before their session" } },
		{ COUNTER_PARKED, { METRIC_COUNTER, "holdfast_sessions_parked", NULL,
		                    "Sessions whose keepers have died too often to be replaced at once" } },
		{ COUNTER_KEEPER_UPGRADED, { METRIC_COUNTER, "holdfast_keeper_upgrades", NULL,
		                             "Keepers that have become the installed program" } },
	};

	for (size_t i = 0; i < COUNT(counts); i++) {
		openmetrics_begin(o, &counts[i].family);
		openmetrics_sample(o, NULL, NULL, m->counters.counts[COUNTER_EVENTS][counts[i].event]);
	}
}

/* Those of one count for each reason, also where that is 0: the first one of its kind is to be seen as an increase. */
static void
print_reasons(const struct metrics *m, struct openmetrics *o)
{
	static const struct {
		enum counter_list list;
		struct openmetrics_family family;
	} reasons[] = {
		{ COUNTER_REFUSALS, { METRIC_COUNTER, "holdfast_refusals", NULL,
		                      "Logins that got no session, or not the one that they asked for" } },
		{ COUNTER_ASIDES, { METRIC_COUNTER, "holdfast_asides", NULL,
		                    "Logins that were not held, and asked for nothing" } },
		{ COUNTER_DROPS, { METRIC_COUNTER, "holdfast_drops", NULL,
		                   "Sessions whose last terminal has gone while their shell ran on" } },
		{ COUNTER_ENDS, { METRIC_COUNTER, "holdfast_sessions_ended", NULL, "Sessions that have ended" } },
	};
	const char *word;

	for (size_t i = 0; i < COUNT(reasons); i++) {
		openmetrics_begin(o, &reasons[i].family);
		for (size_t place = 0; (word = counterwords_word(reasons[i].list, place)); place++) {
			const struct openmetrics_label l = { "reason", word };

			openmetrics_sample(o, &l, NULL, m->counters.counts[reasons[i].list][place]);
		}
	}
}

static void
print_resume_time(const struct metrics *m, struct openmetrics *o)
{
	static const struct openmetrics_family family = { METRIC_HISTOGRAM, "holdfast_resume_seconds", "seconds",
		"From a login's connection to holdfastd until its session's keeper says that it is attached, right before the "
		"screen is painted; logins that resume by themselves" };
	uint64_t sum = 0, limit;

	openmetrics_begin(o, &family);
	for (size_t i = 0; (limit = counters_limit_ms(i)); i++) {
		sum += m->counters.resumes[i];
		openmetrics_bucket(o, limit, sum);
	}
	openmetrics_sum(o, m->counters.resumes_ms, sum);
}

static void
print_counters(const struct metrics *m, struct openmetrics *o)
{
	static const struct openmetrics_family since = { METRIC_GAUGE, "holdfast_counters_start_time_seconds", "seconds",
		                                         "When counting began, in seconds since 1970" };

	openmetrics_begin(o, &since);
	openmetrics_seconds(o, m->counters.since_ms);
	gauge(o, "holdfast_logins_waiting", "Logins that wait for their turn at holdfastd", m->up ? m->counters.waiting : 0);
	gauge(o, "holdfast_logins_served", "Logins that a helper of holdfastd serves", m->up ? m->counters.serving : 0);
	print_counts(m, o);
	print_reasons(m, o);
	print_resume_time(m, o);
}

void
metrics_print(const struct metrics *m, FILE *f, enum openmetrics_format format)
{
	struct openmetrics o;

	openmetrics_init(&o, f, format);
	print_host(m, &o);
	print_sessions(m, &o);
	print_keepers(m, &o);
	print_memory(m, &o);
	gauge(&o, "holdfast_counters_readable", "Whether the file of counters could be read; without it they are missing here",
	      m->counted);
	if (m->counted)
		print_counters(m, &o);
	openmetrics_end(&o);
}
