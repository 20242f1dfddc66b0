/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sha1.h>

#include "base64.h"
#include "knownhosts.h"
#include "list.h"
#include "pattern.h"
#include "secretmem.h"

#define DIGEST SHA1_DIGEST_LENGTH
#define DIGEST_TEXT BASE64_LEN(DIGEST)
#define FIELD_MAX 4096

struct entry {
	bool revoked, authority;
	char *field, *type, *key;
	const char *file;
	unsigned line;
};

/* RFC 2104 with SHA-1: what HashKnownHosts means. */
static void
hmac(const unsigned char *key, size_t len, const char *text, unsigned char out[DIGEST])
{
	unsigned char pad[SHA1_BLOCK_LENGTH];
	SHA1_CTX ctx;

	for (int pass = 0; pass < 2; pass++) {
		memset(pad, 0, sizeof(pad));
		memcpy(pad, key, len);
		for (size_t i = 0; i < sizeof(pad); i++)
			pad[i] ^= pass ? 0x5c : 0x36;
		SHA1Init(&ctx);
		SHA1Update(&ctx, pad, sizeof(pad));
		if (pass)
			SHA1Update(&ctx, out, DIGEST);
		else
			SHA1Update(&ctx, (const uint8_t *)text, strlen(text));
		SHA1Final(out, &ctx);
	}
}

static bool
match_hashed(const char *field, const char *name)
{
	unsigned char salt[DIGEST], want[DIGEST], have[DIGEST];

	if (strlen(field) != 3 + DIGEST_TEXT + 1 + DIGEST_TEXT || field[3 + DIGEST_TEXT] != '|')
		return false;
	if (base64_decode(field + 3, DIGEST_TEXT, salt, DIGEST) != DIGEST ||
	    base64_decode(field + 4 + DIGEST_TEXT, DIGEST_TEXT, want, DIGEST) != DIGEST)
		return false;
	hmac(salt, sizeof(salt), name, have);
	return memcmp(have, want, DIGEST) == 0;
}

bool
knownhosts_match(const char *field, const char *name)
{
	return strncmp(field, "|1|", 3) == 0 ? match_hashed(field, name) : pattern_list(field, name, true) > 0;
}

/* Cuts LINE into its fields: false for a comment or nonsense. */
static bool
parse(char *line, struct entry *e)
{
	char *save = NULL, *word = strtok_r(line, " \t\r\n", &save);

	e->revoked = e->authority = false;
	if (!word || *word == '#')
		return false;
	if (*word == '@') {
		e->revoked = strcmp(word, "@revoked") == 0;
		e->authority = strcmp(word, "@cert-authority") == 0;
		if (!e->revoked && !e->authority)
			return false;
		word = strtok_r(NULL, " \t\r\n", &save);
	}
	e->field = word;
	e->type = word ? strtok_r(NULL, " \t\r\n", &save) : NULL;
	e->key = e->type ? strtok_r(NULL, " \t\r\n", &save) : NULL;
	return e->key && strlen(e->field) < FIELD_MAX;
}

/* Calls SEE for each line that means NAME, until it returns something else than 0; that. */
static int
each(char *const *files, const char *name, int (*see)(void *object, const struct entry *e), void *object)
{
	struct entry e;
	char *line = NULL;
	size_t cap = 0;
	int r = 0;

	for (; *files && r == 0; files++) {
		FILE *f = fopen(*files, "re");

		e.file = *files;
		for (e.line = 1; f && r == 0 && getline(&line, &cap, f) >= 0; e.line++)
			if (parse(line, &e) && knownhosts_match(e.field, name))
				r = see(object, &e);
		if (f)
			fclose(f);
	}
	free(line);
	return r;
}

struct search {
	const char *type, *key;
	enum known found;
	struct known_where *where;
};

/* The worst that is found counts, in the order of REVOKED, SAME, CHANGED, OTHER. */
static int
see_key(void *object, const struct entry *e)
{
	static const int rank[] = { [KNOWN_NEW] = 0, [KNOWN_OTHER] = 1, [KNOWN_CHANGED] = 2, [KNOWN_SAME] = 3,
	                            [KNOWN_REVOKED] = 4 };
	struct search *s = object;
	bool same = strcmp(e->key, s->key) == 0;
	enum known found;

	if (e->revoked)
		found = same ? KNOWN_REVOKED : KNOWN_NEW;
	else if (e->authority)
		found = KNOWN_NEW;
	else if (strcmp(e->type, s->type) == 0)
		found = same ? KNOWN_SAME : KNOWN_CHANGED;
	else
		found = KNOWN_OTHER;
	if (rank[found] > rank[s->found]) {
		s->found = found;
		if (s->where) {
			snprintf(s->where->file, sizeof(s->where->file), "%s", e->file);
			s->where->line = e->line;
		}
	}
	return 0;
}

enum known
knownhosts_check(char *const *files, const char *name, const char *type, const char *key, struct known_where *where)
{
	struct search s = { .type = type, .key = key, .found = KNOWN_NEW, .where = where };

	each(files, name, see_key, &s);
	return s.found;
}

static int
see_type(void *object, const struct entry *e)
{
	char ***types = object;

	if (e->revoked || e->authority)
		return 0;
	for (char **t = *types; t && *t; t++)
		if (strcmp(*t, e->type) == 0)
			return 0;
	return list_add(types, e->type);
}

int
knownhosts_types(char *const *files, const char *name, char ***types)
{
	return each(files, name, see_type, types);
}

static int
see_authority(void *object, const struct entry *e)
{
	(void)object;
	return e->authority;
}

bool
knownhosts_authority(char *const *files, const char *name)
{
	return each(files, name, see_authority, NULL) != 0;
}

char *
knownhosts_name(const char *host, unsigned port)
{
	char *name;
	int n = port == 22 ? asprintf(&name, "%s", host) : asprintf(&name, "[%s]:%u", host, port);

	if (n < 0)
		return NULL;
	for (char *s = name; *s; s++)
		*s = (char)tolower((unsigned char)*s);
	return name;
}

static void
make_directory(const char *file)
{
	char dir[512], *slash;

	if (strlen(file) >= sizeof(dir))
		return;
	strcpy(dir, file);
	if ((slash = strrchr(dir, '/')) && slash != dir) {
		*slash = '\0';
		mkdir(dir, 0700); /* there already, most times; the open tells */
	}
}

static int
hashed_name(const char *name, char *out, size_t cap)
{
	unsigned char salt[DIGEST], digest[DIGEST];
	char a[DIGEST_TEXT + 1], b[DIGEST_TEXT + 1];

	if (secretmem_random(salt, sizeof(salt)) < 0)
		return -EIO;
	hmac(salt, sizeof(salt), name, digest);
	base64_encode(salt, DIGEST, a);
	base64_encode(digest, DIGEST, b);
	snprintf(out, cap, "|1|%s|%s", a, b);
	return 0;
}

int
knownhosts_add(const char *file, const char *name, bool hashed, const char *type, const char *key)
{
	char field[512], last = '\n', *text;
	off_t size;
	int fd, n, r = 0;

	if (hashed)
		r = hashed_name(name, field, sizeof(field));
	else if ((size_t)snprintf(field, sizeof(field), "%s", name) >= sizeof(field))
		r = -ENAMETOOLONG;
	if (r < 0)
		return r;
	make_directory(file);
	fd = open(file, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
	if (fd < 0)
		return -errno;
	size = lseek(fd, 0, SEEK_END);
	if (size > 0 && pread(fd, &last, 1, size - 1) != 1)
		last = '\n';
	n = asprintf(&text, "%s%s %s %s\n", last == '\n' ? "" : "\n", field, type, key);
	if (n < 0)
		r = -ENOMEM;
	else if (write(fd, text, (size_t)n) != n)
		r = errno ? -errno : -EIO;
	if (n >= 0)
		free(text);
	close(fd);
	return r;
}
