/* SPDX-License-Identifier: MIT */
#include "run_redirect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clock.h"
#include "knownhosts.h"
#include "list.h"
#include "link_open.h"
#include "run_output.h"
#include "target_state.h"
#include "transport_command.h"

#define TRY_MS 3000u    /* to go there, before the first node relays */
#define IDLE_MS LINK_IDLE_MS

/*
 * The host says where to go, and may be hostile: nothing is asked, no other key is believed than one that the person
 * has accepted for the host itself (HostKeyAlias, below), also over no connection that was made without that, and
 * nothing of what the configuration opens or runs for that name is opened or run.
 */
static const char *const quietly[] = {
	"-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "-o", "VerifyHostKeyDNS=no",
	"-o", "NoHostAuthenticationForLocalhost=no", "-o", "UpdateHostKeys=no", "-o", "ControlMaster=no",
	"-o", "ControlPath=none", "-o", "ClearAllForwardings=yes", "-o", "Tunnel=no", "-o", "PermitLocalCommand=no",
	"-o", "ConnectTimeout=3", "-o", "LogLevel=QUIET",
};

/* What listens on this machine, or on the first node, stays there; and a command of --transport goes where it goes. */
static bool
may_go(const struct run *r)
{
	const struct sshconfig *c = r->config;

	return r->target->style == STYLE_SSH && !r->target->asked_command && !c->local_forward[0] &&
	       !c->remote_forward[0] && !c->dynamic_forward[0];
}

/* The name for which the first host's key is known. */
static char *
known_name(const struct sshconfig *c)
{
	return c->host_key_alias ? strdup(c->host_key_alias) : knownhosts_name(c->hostname, c->port);
}

/* "NAME=VALUE" as an option; a value that ssh would read in parts is refused. */
static int
add_option(char ***words, const char *name, const char *value)
{
	char text[512];
	int n = snprintf(text, sizeof text, "%s=%s", name, value);

	if (n < 0 || (size_t)n >= sizeof text || !*value || value[strcspn(value, " \t\"'\\#%,")])
		return -1;
	return list_add(words, "-o") ? -1 : list_add(words, text);
}

/* Whether the person's words say which address the host has: that is the first host's, and not the other one's. */
static bool
names_address(char *const *words)
{
	for (; words && *words; words++)
		if (strncasecmp(*words, "HostName", 8) == 0 && strchr("= \t", (*words)[8]) && (*words)[8])
			return true;
	return false;
}

static int
add_words(const struct run *r, char ***words)
{
	const struct target_request *q = &r->o->request;
	char *known = known_name(r->config);
	int rc = known ? add_option(words, "HostKeyAlias", known) : -1;

	free(known);
	for (size_t i = 0; rc == 0 && i < sizeof quietly / sizeof *quietly; i++)
		rc = list_add(words, quietly[i]);
	if (rc == 0 && (names_address(q->words) || names_address(q->words_after)))
		rc = add_option(words, "HostName", r->go.to.address);
	if (rc == 0)
		rc = list_add(words, "-l");
	if (rc == 0)
		rc = list_add(words, r->config->user);
	return rc == 0 && q->words ? list_add_all(words, q->words) : rc;
}

/*
 * The target of the other node: as the person's options and configuration have it for that name, but for the above;
 * NULL: there is none.
 */
static struct transport_target *
target_of(const struct run *r)
{
	struct target_request q = r->o->request;
	char **words = list_new(), why[512];
	struct transport_target *t = NULL;
	int rc = words ? add_words(r, &words) : -1;

	q.destination = r->go.to.address;
	q.words = words;
	if (rc == 0)
		t = target_new(&q, why, sizeof why);
	list_free(words);
	/* The person's -S holds over all else. */
	if (t && target_config(t)->control_path) {
		target_free(t);
		t = NULL;
	}
	return t;
}

static void
use(struct run *r, struct transport_target *t)
{
	r->target = t;
	r->config = target_config(t);
}

/* The loop sends ATTACH over L, the new link, once more. */
static void
have_it_relayed(struct run *r, struct link *l)
{
	r->go.relay = true;
	l->asked_attach = false;
	r->more = true;
}

void
run_redirect_told(struct run *r, struct link *l, const struct frame *f)
{
	if (r->hop || l != r->fresh || r->stream.attached || r->go.told ||
	    frame_get_redirect(&r->go.to, f->body, f->len) != 0) {
		l->wrong = true;
		link_fail(l, "protocol error from host: REDIRECT");
		return;
	}
	r->go.told = true;
	r->go.first = r->target;
	r->go.direct = may_go(r) ? target_of(r) : NULL;
	if (!r->go.direct) {
		have_it_relayed(r, l);
		return;
	}
	r->go.parked = l;
	use(r, r->go.direct);
	r->fresh = link_open(r->target, &r->asking->ops, TRANSPORT_SUBSYSTEM, IDLE_MS, NULL);
	r->go.until = clock_now_ms() + TRY_MS;
	if (!r->fresh)
		(void)run_redirect_back(r);
}

static bool
is_there(const struct run *r, const struct link *l)
{
	static const unsigned char unknown[FRAME_KEY];

	return r->stream.attached || memcmp(r->go.to.boot, unknown, sizeof unknown) == 0 ||
	       memcmp(r->go.to.boot, l->hello.boot, sizeof unknown) == 0;
}

bool
run_redirect_may_attach(struct run *r, struct link *l)
{
	if (!r->go.told)
		return true;
	if (l->phase < LINK_READY)
		return false;
	if (r->go.relay && !frame_has_feature(l->hello.features, FRAME_REDIRECT_FEATURE))
		link_fail(l, "this node does not relay");
	else if (!r->go.relay && (!frame_has_feature(l->hello.features, FRAME_HOP_FEATURE) || !is_there(r, l)))
		link_fail(l, "this is not the node of the session");
	return l->phase == LINK_READY;
}

void
run_redirect_ask(const struct run *r, struct frame_attach *m)
{
	if (!r->go.told)
		return;
	if (r->go.relay)
		m->flags |= FRAME_RELAY;
	if (r->go.relay || m->mode == FRAME_STREAM)
		return;
	m->flags |= FRAME_MUST_EXIST | (m->mode == FRAME_AUTO ? FRAME_IF_DROPPED : 0u);
	m->mode = m->mode == FRAME_JOIN ? FRAME_JOIN : FRAME_TAKE;
	snprintf(m->want, sizeof m->want, "%u", r->go.to.id);
}

void
run_redirect_put(const struct run *r, struct link *l)
{
	unsigned char frame[1024];

	/* The node there compares the session's own id. */
	if (r->go.told)
		link_put(l, frame, frame_put_redirect(&r->go.to, frame, sizeof frame));
}

bool
run_redirect_back(struct run *r)
{
	struct link *l = r->go.parked;

	if (!l)
		return false;
	use(r, r->go.first);
	r->go.parked = NULL;
	r->fresh = l;
	have_it_relayed(r, l);
	return true;
}

void
run_redirect_turn(struct run *r)
{
	if (!r->go.told || !r->go.direct)
		return;
	r->go.relay = !r->go.relay;
	use(r, r->go.relay ? r->go.first : r->go.direct);
}

/* The host could not have it: the line that a terminal of its own would show. */
static void
say_missed(struct run *r)
{
	if (r->go.to.name[0])
		run_say(r, "your session %s (%u) on %s cannot be had; this is a new one", r->go.to.name, r->go.to.id,
		        r->go.to.node);
	else
		run_say(r, "your session %u on %s cannot be had; this is a new one", r->go.to.id, r->go.to.node);
}

void
run_redirect_attached(struct run *r, bool is_new)
{
	if (!r->go.told)
		return;
	link_free(r->go.parked);
	r->go.parked = NULL;
	if (!is_new)
		return;
	say_missed(r);
	r->go.told = r->go.relay = false;
}

uint64_t
run_redirect_due(const struct run *r)
{
	return r->go.parked ? r->go.until : CLOCK_NEVER;
}

void
run_redirect_again(struct run *r)
{
	unsigned long id = strtoul(r->want, NULL, 10);

	if (!r->go.told)
		return;
	/* A name is looked for on all nodes. */
	if (!r->go.relay || !*r->want || r->want[strspn(r->want, "0123456789")] || !id || id > UINT32_MAX) {
		r->go.told = r->go.relay = false;
		return;
	}
	r->go.to.id = (uint32_t)id;
	r->go.to.unique[0] = '\0';
}

void
run_redirect_over(struct run *r)
{
	link_free(r->go.parked);
	if (r->go.first)
		use(r, r->go.first);
	if (r->go.direct)
		transport_command_end(r->go.direct);
	target_free(r->go.direct);
	memset(&r->go, 0, sizeof r->go);
}
