/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "age.h"
#include "ctl.h"
#include "json.h"
#include "log.h"
#include "poolask.h"
#include "ticket.h"

static const char *
store_word(uint32_t store)
{
	static const char *const words[] = {
		[POOL_STORE_NONE] = "none", [POOL_STORE_OK] = "ok", [POOL_STORE_AWAY] = "away",
	};

	return store < sizeof words / sizeof *words ? words[store] : "unknown";
}

static void
say_store(const struct pool_health *h)
{
	char since[AGE_CAP] = "", text[4 * TEXT_CAP];

	if (h->since_ms)
		age_since(since, h->since_ms);
	log_escape(text, sizeof text, h->text);
	if (h->store == POOL_STORE_OK)
		printf("directory: answers (for %s), revision %llu", since[0] ? since : "a while",
		       (unsigned long long)h->revision);
	else if (h->store == POOL_STORE_AWAY)
		printf("directory: has not answered for %s", since[0] ? since : "a while");
	else
		printf("directory: has not answered yet");
	printf(text[0] ? ": %s\n" : "\n", text);
	printf("known: %u sessions", h->entries);
	printf(h->skipped ? ", and %u entries that are not valid\n" : "\n", h->skipped);
}

/* The width of the column with the texts of all members, and HEADING. */
static int
width_of(const struct pool_answer *a, const char *heading, const char *(*text)(const struct pool_member *m))
{
	size_t width = strlen(heading);

	for (size_t i = 0; i < a->member_count; i++)
		if (strlen(text(&a->members[i])) > width)
			width = strlen(text(&a->members[i]));
	return (int)width;
}

static const char *
node_of(const struct pool_member *m)
{
	return m->node;
}

static const char *
address_of(const struct pool_member *m)
{
	return m->address;
}

static void
print_members(const struct pool_answer *a)
{
	int node = width_of(a, "NODE", node_of), address = width_of(a, "ADDRESS", address_of);

	printf("  %-*s  %-*s  %-8s  %8s  %-8s  %s\n", node, "NODE", address, "ADDRESS", "STATE", "SESSIONS", "SEEN",
	       "VERSION");
	for (size_t i = 0; i < a->member_count; i++) {
		const struct pool_member *m = &a->members[i];
		char seen[AGE_CAP] = "-", version[4 * VERSION_CAP];

		if (m->seen_ms)
			age_since(seen, m->seen_ms);
		log_escape(version, sizeof version, m->version[0] ? m->version : "-");
		printf("%c %-*s  %-*s  %-8s  %8u  %-8s  %s\n", strcmp(m->node, a->health.node) == 0 ? '*' : ' ', node,
		       m->node, address, m->address, m->drained ? "drained" : "ok", m->sessions, seen, version);
	}
}

static void
print_people(const struct pool_answer *a)
{
	printf("pool %s, this node is %s\n", a->health.pool, a->health.node);
	say_store(&a->health);
	print_members(a);
}

static void
json_member(struct json *j, const struct pool_answer *a, const struct pool_member *m)
{
	char boot[2 * POOL_BOOT + 1];

	for (size_t i = 0; i < POOL_BOOT; i++)
		snprintf(boot + 2 * i, 3, "%02x", m->boot[i]);
	json_open(j, NULL, '{');
	json_string(j, "node", m->node);
	json_string(j, "address", m->address);
	json_bool(j, "here", strcmp(m->node, a->health.node) == 0);
	json_bool(j, "drained", m->drained);
	json_number(j, "sessions", m->sessions);
	if (m->seen_ms)
		json_number(j, "seen_ms", m->seen_ms);
	json_string(j, "version", m->version);
	json_string(j, "boot", boot);
	json_close(j, '}');
}

static void
print_json(const struct pool_answer *a)
{
	const struct pool_health *h = &a->health;
	struct json j;

	json_begin(&j, stdout);
	json_string(&j, "pool", h->pool);
	json_string(&j, "node", h->node);
	json_string(&j, "directory", store_word(h->store));
	if (h->since_ms)
		json_number(&j, "since_ms", h->since_ms);
	json_number(&j, "revision", h->revision);
	json_string(&j, "trouble", h->text);
	json_number(&j, "known", h->entries);
	json_number(&j, "skipped", h->skipped);
	json_open(&j, "members", '[');
	for (size_t i = 0; i < a->member_count; i++)
		json_member(&j, a, &a->members[i]);
	json_close(&j, ']');
	json_end(&j);
}

/* Why there is no answer. */
static int
say_why(int rc)
{
	if (rc == -ENOENT)
		ctl_error("this host belongs to no pool, or its holdfast-pool does not run: see Pool in holdfast.conf(5)");
	else if (rc == -ETIMEDOUT)
		ctl_error("holdfast-pool does not answer");
	else
		ctl_error("cannot ask holdfast-pool: %s", strerror(-rc));
	return CTL_FAILED;
}

static int
show(bool json)
{
	struct ticket none = { { 0 } };
	struct pool_answer a;
	int rc = geteuid() == 0 ? poolask_as_root(POOL_WHAT_MEMBERS, "", &a) : poolask(POOL_WHAT_MEMBERS, &none, &a);

	if (!rc)
		(json ? print_json : print_people)(&a);
	poolask_free(&a);
	return rc ? say_why(rc) : CTL_OK;
}

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	static const struct option options[] = { { "json", no_argument, NULL, 'j' }, { NULL, 0, NULL, 0 } };
	bool json = false;
	int opt, rc;

	while ((opt = ctl_getopt(argc, argv, ":", options)) != -1) {
		if (opt != 'j')
			return ctl_bad_option(self, opt, argv);
		json = true;
	}
	rc = ctl_words(self, argc, argv, 0);
	return rc ? rc : show(json);
}

const struct ctl_command cmd_pool = {
	.name = "pool",
	.args = "[--json]",
	.summary = "Show the pool of login nodes that this host belongs to",
	.help = "The nodes, with a star before this one, how many sessions each holds, and whether the pool's\n"
	        "directory answers.  holdfastctl ls shows your sessions on all of them.\n"
	        "  --json   print one JSON object\n",
	.run = run,
};
