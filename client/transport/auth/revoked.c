/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "revoked.h"

#define KRL_MAGIC "SSHKRL\n" /* and a NUL */
#define BLOB_MAX 16384

static bool
is_list(FILE *f)
{
	char head[8];
	bool yes = fread(head, 1, sizeof(head), f) == sizeof(head) && memcmp(head, KRL_MAGIC, sizeof(head)) == 0;

	rewind(f);
	return yes;
}

/* The key of a line in binary, which begins with its type: its length, or -1. */
static long
key_of(const char *type, const char *text, unsigned char *blob)
{
	size_t name = strlen(type);
	long len = strlen(text) < BLOB_MAX ? base64_decode(text, strlen(text), blob, BLOB_MAX) : -1;

	if (len < 4 || ((size_t)blob[0] << 24 | (size_t)blob[1] << 16 | (size_t)blob[2] << 8 | blob[3]) != name ||
	    (size_t)len < 4 + name || memcmp(blob + 4, type, name) != 0)
		return -1;
	return len;
}

/* One line: NO also for a comment. */
static enum revoked
look_at(char *line, const unsigned char *key, long key_len)
{
	char *save = NULL, *type = strtok_r(line, " \t\r\n", &save), *text;
	unsigned char blob[BLOB_MAX];
	long len;

	if (!type || *type == '#')
		return REVOKED_NO;
	text = strtok_r(NULL, " \t\r\n", &save);
	if (strstr(type, "-cert-v"))
		return REVOKED_FOR_SSH;
	if (!text || (len = key_of(type, text, blob)) < 0)
		return REVOKED_BAD;
	return len == key_len && memcmp(blob, key, (size_t)len) == 0 ? REVOKED_YES : REVOKED_NO;
}

enum revoked
revoked_check(const char *file, const char *key, char *why, size_t cap)
{
	unsigned char blob[BLOB_MAX];
	long len = strlen(key) < BLOB_MAX ? base64_decode(key, strlen(key), blob, sizeof(blob)) : -1;
	enum revoked found = REVOKED_NO;
	FILE *f = fopen(file, "re");
	unsigned number = 0;
	char *line = NULL;
	size_t line_cap = 0;

	if (!f || len < 0) {
		snprintf(why, cap, "%s: %s", file, f ? "the host's key is no base64" : strerror(errno));
		if (f)
			fclose(f);
		return REVOKED_BAD;
	}
	if (is_list(f))
		found = REVOKED_FOR_SSH;
	for (errno = 0; found == REVOKED_NO && getline(&line, &line_cap, f) >= 0; number++)
		found = look_at(line, blob, len);
	if (found == REVOKED_BAD)
		snprintf(why, cap, "%s line %u: not a public key", file, number);
	if (found == REVOKED_NO && !feof(f)) {
		snprintf(why, cap, "%s: %s", file, strerror(errno ? errno : EIO));
		found = REVOKED_BAD;
	}
	free(line);
	fclose(f);
	return found;
}

/* Looks for no key: all lines are seen. */
bool
revoked_for_ssh(const char *file)
{
	char why[256];

	return revoked_check(file, "", why, sizeof(why)) == REVOKED_FOR_SSH;
}
