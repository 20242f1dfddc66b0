/* SPDX-License-Identifier: MIT */
#include "doctor.h"

#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "grouplist.h"
#include "hostfile.h"
#include "log.h"
#include "paths.h"
#include "sshdask.h"

void
doctor_add(struct doctor *d, const char *id, enum doctor_level level, const char *fix, const char *fmt, ...)
{
	struct doctor_finding *f = &d->v[d->count];
	char text[2 * TEXT_CAP];
	va_list ap;

	if (d->count == DOCTOR_FINDINGS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	*f = (struct doctor_finding){ .id = id, .level = level, .text = strdup(text) };
	f->fix = fix ? strdup(fix) : NULL;
	d->count++;
}

const char *
doctor_level_word(enum doctor_level level)
{
	static const char *const words[] = { "ok", "warn", "problem", "unknown" };

	return words[level];
}

size_t
doctor_count(const struct doctor *d, enum doctor_level level)
{
	size_t n = 0;

	for (size_t i = 0; i < d->count; i++)
		n += d->v[i].level == level;
	return n;
}

void
doctor_free(struct doctor *d)
{
	for (size_t i = 0; i < d->count; i++) {
		free(d->v[i].text);
		free(d->v[i].fix);
	}
	grouplist_free(d->groups);
	d->groups = NULL;
	sshdconf_free(&d->sshd);
	d->count = 0;
}

static const char *
text_of(const struct doctor_finding *f)
{
	return f->text ? f->text : "(out of memory)";
}

/* Texts have file names and values of others in them. */
static void
print_safe(FILE *f, const char *lead, const char *text)
{
	char safe[8 * TEXT_CAP];

	log_escape(safe, sizeof safe, text);
	fprintf(f, "%s%s\n", lead, safe);
}

static const char *
survives(enum survival_answer a)
{
	return a == SURVIVAL_YES ? "yes" : a == SURVIVAL_NO ? "no" : "unknown";
}

void
doctor_print(const struct doctor *d, FILE *f)
{
	for (size_t i = 0; i < d->count; i++) {
		char lead[80];

		snprintf(lead, sizeof lead, "%-8s %-18s ", doctor_level_word(d->v[i].level), d->v[i].id);
		print_safe(f, lead, text_of(&d->v[i]));
		if (d->v[i].fix)
			print_safe(f, "                            fix: ", d->v[i].fix);
	}
	fprintf(f, "%zu ok, %zu to know, %zu %s, %zu unknown\n", doctor_count(d, DOCTOR_OK),
	        doctor_count(d, DOCTOR_WARN), doctor_count(d, DOCTOR_PROBLEM),
	        doctor_count(d, DOCTOR_PROBLEM) == 1 ? "problem" : "problems", doctor_count(d, DOCTOR_UNKNOWN));
}

void
doctor_print_json(const struct doctor *d, FILE *f)
{
	struct json j;

	json_begin(&j, f);
	json_string(&j, "user", d->user);
	json_string(&j, "mode", d->has_system ? "system" : "own");
	json_bool(&j, "well", doctor_count(d, DOCTOR_PROBLEM) == 0);
	json_string(&j, "survives", survives(d->held));
	json_open(&j, "findings", '[');
	for (size_t i = 0; i < d->count; i++) {
		json_open(&j, NULL, '{');
		json_string(&j, "id", d->v[i].id);
		json_string(&j, "level", doctor_level_word(d->v[i].level));
		json_string(&j, "text", text_of(&d->v[i]));
		if (d->v[i].fix)
			json_string(&j, "fix", d->v[i].fix);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_end(&j);
}

static int
find_user(struct doctor *d, const char *name)
{
	const struct passwd *pw;

	errno = 0;
	pw = name ? getpwnam(name) : getpwuid(getuid());
	if (!pw && name)
		return -ENOENT;
	d->uid = pw ? pw->pw_uid : getuid();
	d->gid = pw ? pw->pw_gid : getgid();
	d->self = d->uid == getuid();
	if (!pw) {
		snprintf(d->user, sizeof d->user, "%lu", (unsigned long)d->uid);
		doctor_add(d, "user", DOCTOR_UNKNOWN, NULL, "the user database has no entry for uid %lu",
		           (unsigned long)d->uid);
		return 0;
	}
	snprintf(d->user, sizeof d->user, "%s", pw->pw_name);
	snprintf(d->home, sizeof d->home, "%s", pw->pw_dir);
	snprintf(d->shell, sizeof d->shell, "%s", pw->pw_shell[0] ? pw->pw_shell : "/bin/sh");
	return 0;
}

/* Whether root has put anything of holdfast's into place: then the rest of it is expected too. */
static bool
system_has_holdfast(void)
{
	static const char *const signs[] = {
		PATH_DAEMON_SOCK, "/etc/profile.d/00-holdfast.sh", "/etc/holdfast/holdfast.conf",
	};

	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (hostfile_exists(signs[i]) == 1)
			return true;
	return false;
}

int
doctor_begin(struct doctor *d, const char *user)
{
	int rc;

	*d = (struct doctor){ .held = SURVIVAL_UNKNOWN };
	rc = find_user(d, user);
	if (rc)
		return rc;
	d->groups = grouplist_names(d->user, d->gid);
	if (!d->groups)
		return -ENOMEM;
	d->has_system = system_has_holdfast();
	d->sshd_at_all = hostfile_exists(SSHDCONF_FILE) == 1 || hostfile_exists("/usr/sbin/sshd") == 1;
	/* Only root may read the host keys, which -T wants; newer ones have -G for everybody. */
	d->sshd_rc = sshdask_for(&d->sshd, d->user);
	if (d->sshd_rc)
		d->sshd_rc = sshdconf_read(&d->sshd);
	return 0;
}
