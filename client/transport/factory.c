/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <libssh/libssh.h>

#include "demands.h"
#include "factory.h"
#include "remembered.h"
#include "target.h"
#include "target_state.h"
#include "transport_command.h"
#include "transport_libssh.h"

/* The account, and a hash (FNV-1a) of COUNT texts, of which some may be NULL; "" if there is no room for it. */
static void
with_hash(const struct transport_target *t, const char *const *texts, size_t count, char *out, size_t cap)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	size_t len;

	for (size_t i = 0; i < count; i++)
		for (const char *s = texts[i] ? texts[i] : ""; *s; s++)
			hash = (hash ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	target_account(t, out, cap);
	len = strlen(out);
	if (len)
		snprintf(out + len, cap - len, " %016" PRIx64, hash);
}

/* With other algorithms, or another version of the library, the answer of a host may be another. */
static void
name_of(const struct transport_target *t, char *out, size_t cap)
{
	const struct sshconfig *c = t->config;
	const char *const texts[] = { c->kex, c->host_key_algorithms, c->ciphers, c->macs, ssh_version(0) };

	with_hash(t, texts, sizeof(texts) / sizeof(texts[0]), out, cap);
}

static bool
needed_ssh(const struct transport_target *t)
{
	char name[REMEMBERED_HOST_CAP];

	name_of(t, name, sizeof(name));
	return t->have_ssh && name[0] && remembered_for(REMEMBERED_SSH, name) >= 0;
}

static void
say_why(const struct transport_target *target, const struct transport_asking *asking, const char *what, const char *why)
{
	char text[2200];

	if (target->config->log_level < LOG_LEVEL_INFO)
		return;
	snprintf(text, sizeof(text), "%s (%s).", what, why);
	asking->say(asking->object, text);
}

/*
 * That ssh carries the bytes changes nothing for a program that runs us, so that it is said to a person, once a day;
 * and at LogLevel VERBOSE to all.
 */
static bool
is_news(const struct transport_target *t, const char *why)
{
	char name[REMEMBERED_HOST_CAP];

	if (t->config->log_level >= LOG_LEVEL_VERBOSE)
		return true;
	if (t->config->log_level < LOG_LEVEL_INFO || !isatty(2))
		return false;
	with_hash(t, (const char *const[]){ why }, 1, name, sizeof(name));
	if (name[0] && remembered_for(REMEMBERED_TOLD, name) >= 0)
		return false;
	if (name[0])
		remembered_set(REMEMBERED_TOLD, name, true);
	return true;
}

/* Once for all connections of the target: what libssh can't do is ssh's, and the person is told why. */
static void
choose(struct transport_target *target, const struct transport_asking *asking)
{
	char why[2048];
	bool more = false;

	if (target->carrier != CARRIER_OPEN)
		return;
	if (!target->asked_command && needed_ssh(target)) {
		target->carrier = CARRIER_COMMAND;
		return;
	}
	if (!target->asked_command)
		more = target->have_ssh ? demands_more(target->config, why, sizeof(why))
		                        : demands_ignored(target->config, why, sizeof(why));
	target->carrier = target->asked_command || (more && target->have_ssh) ? CARRIER_COMMAND : CARRIER_LIBSSH;
	if (target->carrier == CARRIER_LIBSSH && target->warnings)
		asking->say(asking->object, target->warnings);
	if (more && !target->have_ssh)
		say_why(target, asking, "Ignored, since no ssh program was found", why);
	else if (more && is_news(target, why))
		say_why(target, asking, "Using the ssh command", why);
}

bool
transport_turns_to_ssh(struct transport *t)
{
	struct transport_target *target = t->target;
	char name[REMEMBERED_HOST_CAP];

	if (t->state != TRANSPORT_CLOSED || (t->end != TRANSPORT_END_NEEDS_SSH && t->end != TRANSPORT_END_TAKES_SSH) ||
	    target->carrier != CARRIER_LIBSSH)
		return false;
	target->carrier = CARRIER_COMMAND;
	say_why(target, t->asking, "Using the ssh command", t->reason);
	name_of(target, name, sizeof(name));
	/* that it was not seen is no quality of the host's */
	if (name[0] && t->end == TRANSPORT_END_NEEDS_SSH)
		remembered_set(REMEMBERED_SSH, name, true);
	return true;
}

struct transport *
transport_new(struct transport_target *target, const struct transport_asking *asking)
{
	struct transport *t;

	choose(target, asking);
	t = target->carrier == CARRIER_COMMAND ? transport_command_new() : transport_libssh_new();
	if (!t)
		return NULL;
	t->target = target;
	t->asking = asking;
	t->state = TRANSPORT_CONNECTING;
	t->exit_status = -1;
	return t;
}
