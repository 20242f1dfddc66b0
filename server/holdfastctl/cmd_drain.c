/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl.h"
#include "heldnow.h"
#include "json.h"
#include "lsdetails.h"
#include "paths.h"
#include "poolmsg.h"
#include "poolsocket.h"
#include "sessionlist.h"
#include "telling.h"
#include "rootevent.h"

/* The other nodes of the pool learn that this one takes no new sessions, or does again; a host without a pool, nothing. */
static void
tell_pool(bool on)
{
	const struct pool_node m = { .drained = on };
	unsigned char buf[16];
	int len = pool_encode_node(&m, buf, sizeof buf);

	if (len > 0)
		poolsocket_tell(buf, (size_t)len);
}

static int
switch_it(bool on)
{
	struct event e;
	int fd, rc = 0;

	if (ctl_root_only("drain"))
		return CTL_FAILED;
	if (on) {
		fd = open(PATH_DRAIN, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
		if (fd < 0)
			rc = errno;
		else
			close(fd);
	} else if (unlink(PATH_DRAIN) && errno != ENOENT) {
		rc = errno;
	}
	if (rc) {
		ctl_error("%s: %s", PATH_DRAIN, strerror(rc));
		return CTL_FAILED;
	}
	tell_pool(on);
	rootevent_begin(&e, "drain", NULL);
	event_add(&e, "state", on ? "on" : "off");
	rootevent_write(&e);
	return CTL_OK;
}

struct options {
	bool json, off, status, removal;
	const char *text; /* to be told; NULL: nothing */
};

/* What is held, for root. */
struct held {
	struct sessionlist sessions;
	struct lsdetails *details;
	struct telling telling;
};

static int
take_held(struct held *h, const struct options *o)
{
	int rc = sessionlist_get(&h->sessions, true);

	if (rc)
		return rc;
	h->details = lsdetails_take(&h->sessions, false);
	h->telling = (struct telling){ .attached = true };
	if (o->text)
		telling_run(&h->telling, &h->sessions, o->text);
	return CTL_OK;
}

static void
show_json(const struct held *h, const struct options *o)
{
	struct json j;

	json_begin(&j, stdout);
	json_bool(&j, "draining", access(PATH_DRAIN, F_OK) == 0);
	if (h)
		heldnow_json(&j, &h->sessions, h->details);
	if (h && o->text) {
		json_number(&j, "told", h->telling.told);
		json_number(&j, "failed", h->telling.failed);
	}
	json_end(&j);
}

static void
show_people(const struct held *h, const struct options *o)
{
	bool on = access(PATH_DRAIN, F_OK) == 0;

	puts(on ? "draining: no new sessions" : "not draining");
	if (h && on)
		heldnow_print(&h->sessions, h->details);
	if (h && o->text)
		printf("written to %zu %s\n", h->telling.told, h->telling.told == 1 ? "session" : "sessions");
	if (h && h->telling.failed)
		ctl_error("not reached: %zu", h->telling.failed);
}

/* The state, and to root who is attached. */
static int
show(const struct options *o)
{
	struct held h;
	bool held = geteuid() == 0 && !o->off;
	int rc = held ? take_held(&h, o) : CTL_OK;

	if (rc)
		return rc;
	(o->json ? show_json : show_people)(held ? &h : NULL, o);
	if (!held)
		return CTL_OK;
	rc = h.telling.failed ? CTL_FAILED : CTL_OK;
	lsdetails_free(h.details, h.sessions.count);
	sessionlist_free(&h.sessions);
	return rc;
}

static int
say_before_removal(void)
{
	struct sessionlist a;
	int rc = sessionlist_get(&a, true);

	if (rc)
		return rc;
	heldnow_before_removal(&a);
	sessionlist_free(&a);
	return CTL_OK;
}

static int
take_option(const struct ctl_command *self, int opt, char **argv, struct options *o)
{
	switch (opt) {
	case 'o':
		o->off = true;
		return CTL_OK;
	case 's':
		o->status = true;
		return CTL_OK;
	case 'r':
		o->removal = true;
		return CTL_OK;
	case 'j':
		o->json = true;
		return CTL_OK;
	case 't':
		o->text = optarg;
		if (!*optarg || strlen(optarg) >= TEXT_CAP)
			return ctl_usage(self, "--tell: expected a text of 1 to %d bytes", TEXT_CAP - 1);
		return CTL_OK;
	default:
		return ctl_bad_option(self, opt, argv);
	}
}

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	static const struct option options[] = {
		{ "off", no_argument, NULL, 'o' }, { "status", no_argument, NULL, 's' },
		{ "tell", required_argument, NULL, 't' }, { "removal", no_argument, NULL, 'r' },
		{ "json", no_argument, NULL, 'j' }, { NULL, 0, NULL, 0 },
	};
	struct options o = { .json = false };
	int opt, rc;

	while ((opt = ctl_getopt(argc, argv, ":t:", options)) != -1)
		if ((rc = take_option(self, opt, argv, &o)))
			return rc;
	if ((rc = ctl_words(self, argc, argv, 0)))
		return rc;
	if (o.off && o.status)
		return ctl_usage(self, "--off and --status exclude each other");
	if (o.text && (o.off || o.status))
		return ctl_usage(self, "--tell is for the moment in which the host is drained");
	if (o.removal && (o.off || o.status || o.text || o.json))
		return ctl_usage(self, "--removal stands alone");
	if (o.removal)
		return say_before_removal();
	rc = o.status ? CTL_OK : switch_it(!o.off);
	return rc ? rc : show(&o);
}

const struct ctl_command cmd_drain = {
	.name = "drain",
	.args = "[--off|--status|-t TEXT|--removal] [--json]",
	.summary = "Start no new sessions on this host",
	.help = "For maintenance: new logins get their normal shell, with a line that says so.  Running sessions\n"
	        "stay, and logins resume them as always.  The state lasts until --off or a reboot.  Lists who is\n"
	        "attached.\n"
	        "  --off            start sessions again\n"
	        "  --status         show the state and change nothing\n"
	        "  -t, --tell TEXT  also write a line onto the screens of all who are attached\n"
	        "  --removal        say what becomes of the sessions when the package is removed, and change nothing\n"
	        "  --json           print one JSON object\n",
	.run = run,
};
