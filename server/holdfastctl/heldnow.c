/* SPDX-License-Identifier: MIT */
#include "heldnow.h"

#include <stdio.h>
#include <string.h>

#include "log.h"
#include "lsjson.h"
#include "lsprint.h"

static void
put_user(const struct sessionlist_session *s, char out[4 * USER_CAP])
{
	char user[USER_CAP];

	sessionlist_user_of(s, user);
	log_escape(out, 4 * USER_CAP, user);
}

void
heldnow_print(const struct sessionlist *a, const struct lsdetails *d)
{
	char user[4 * USER_CAP], name[4 * NAME_CAP];
	size_t attached = 0;

	for (size_t i = 0; i < a->count; i++)
		attached += a->v[i].status.attachments > 0;
	printf("%zu %s held, %zu attached%s\n", a->count, a->count == 1 ? "session is" : "sessions are", attached,
	       attached ? ":" : "");
	for (size_t i = 0; d && i < a->count; i++)
		for (size_t n = 0; n < d[i].count; n++) {
			put_user(&a->v[i], user);
			log_escape(name, sizeof name, a->v[i].status.name);
			printf("  %s %u%s%s ", user, a->v[i].status.id, *name ? " " : "", name);
			lsprint_attached(&d[i].v[n]);
		}
}

void
heldnow_json(struct json *j, const struct sessionlist *a, const struct lsdetails *d)
{
	char user[USER_CAP];

	json_number(j, "sessions", a->count);
	json_open(j, "attached", '[');
	for (size_t i = 0; d && i < a->count; i++)
		for (size_t n = 0; n < d[i].count; n++) {
			sessionlist_user_of(&a->v[i], user);
			json_open(j, NULL, '{');
			json_string(j, "user", user);
			json_number(j, "uid", a->v[i].uid);
			json_number(j, "id", a->v[i].status.id);
			json_string(j, "name", a->v[i].status.name);
			lsjson_attached(j, &d[i].v[n]);
			json_close(j, '}');
		}
	json_close(j, ']');
}

/* The sessions of the user of session I, which is the first one of that user's: A is sorted by uid. */
static size_t
print_user(const struct sessionlist *a, size_t i)
{
	size_t count = 0, attached = 0, first = i;
	char user[4 * USER_CAP];

	for (; i < a->count && a->v[i].uid == a->v[first].uid; i++) {
		count++;
		attached += a->v[i].status.attachments > 0;
	}
	put_user(&a->v[first], user);
	printf("%s%s: %zu", first ? ", " : "", user, count);
	if (attached)
		printf(" (%zu attached)", attached);
	return i;
}

void
heldnow_before_removal(const struct sessionlist *a)
{
	if (!a->count)
		return;
	printf("holdfast: %zu %s held (", a->count, a->count == 1 ? "session is" : "sessions are");
	for (size_t i = 0; i < a->count;)
		i = print_user(a, i);
	puts(")\n"
	     "holdfast: The removal ends none of them: shells and attached terminals go on.  But a dropped session cannot be\n"
	     "holdfast: resumed before holdfast is installed again, and one whose keeper dies stands still until then.\n"
	     "holdfast: To end them all: holdfastctl kill --all, before the removal.");
}
