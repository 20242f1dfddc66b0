/* SPDX-License-Identifier: MIT */
#include "pstitle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

static char *room;       /* the program's arguments; NULL: there is no room */
static size_t room_len;  /* with the NUL at the end */
static char whose[PSTITLE_CAP];

/* The end of the strings V that lie one behind the other from END on. */
static char *
end_of(char **v, char *end)
{
	for (; *v && *v == end; v++)
		end += strlen(end) + 1;
	return end;
}

/* Copies COUNT strings from V to TO, or none.  Whether there was memory. */
static bool
copy(char **v, size_t count, char **to)
{
	for (size_t i = 0; i < count; i++) {
		to[i] = strdup(v[i]);
		if (to[i])
			continue;
		while (i)
			free(to[--i]);
		return false;
	}
	return true;
}

/* The environment moves away.  Whether there was memory. */
static bool
move_environment(void)
{
	size_t count = 0;
	char **to;

	while (environ && environ[count])
		count++;
	to = calloc(count + 1, sizeof *to);
	if (!to || !copy(environ, count, to)) {
		free(to);
		return false;
	}
	environ = to;
	return true;
}

/* syslog(3) and others take the program's name from there, without the blanks of pstitle_room(). */
static void
keep_name(char *name)
{
	size_t len = strlen(name);

	while (len > 1 && name[len - 1] == ' ')
		name[--len] = '\0';
	program_invocation_name = name;
	program_invocation_short_name = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
}

void
pstitle_begin(int argc, char **argv, bool environment)
{
	char **copies = argc > 0 ? calloc((size_t)argc, sizeof *copies) : NULL, *start = argc > 0 ? argv[0] : NULL, *end;

	if (!copies || !copy(argv, (size_t)argc, copies)) {
		free(copies);
		return;
	}
	end = end_of(argv, start);
	if (environment && environ && end_of(environ, end) > end) {
		char *further = end_of(environ, end);

		end = move_environment() ? further : end;
	}
	memcpy(argv, copies, (size_t)argc * sizeof *argv);
	keep_name(argv[0]);
	free(copies);
	room = start;
	room_len = (size_t)(end - start);
}

/* The kernel shows what is up to the first NUL, or, if the last byte of the arguments is one, up to there. */
static void
show(const char *title)
{
	size_t len = strlen(title);

	if (!room || !room_len)
		return;
	len = len < room_len ? len : room_len - 1;
	memcpy(room, title, len);
	memset(room + len, 0, room_len - len);
}

void
pstitle_session(const char *user, uint32_t id)
{
	char safe[PSTITLE_CAP];

	log_escape(safe, sizeof safe, user);
	if (id)
		snprintf(whose, sizeof whose, "holdfast: %.64s %u", safe, (unsigned)id);
	else
		snprintf(whose, sizeof whose, "holdfast: %.64s", safe);
	show(whose);
}

static void
show_with(const char *open, const char *what, const char *close)
{
	char safe[PSTITLE_CAP], title[2 * PSTITLE_CAP];

	if (!*whose)
		return;
	log_escape(safe, sizeof safe, what);
	snprintf(title, sizeof title, "%s%s%s%s", whose, open, safe, close);
	title[PSTITLE_CAP - 1] = '\0';
	show(title);
}

void
pstitle_program(const char *program)
{
	show_with(*program ? " (" : "", program, *program ? ")" : "");
}

void
pstitle_role(const char *role)
{
	show_with(" [", role, "]");
}

void
pstitle_room(char name[PSTITLE_CAP], const char *program)
{
	snprintf(name, PSTITLE_CAP, "%-*s", PSTITLE_CAP - 1, program);
}
