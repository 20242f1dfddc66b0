/* SPDX-License-Identifier: MIT */
/*
 * knownhosts: the files of host keys, as sshd(8) describes them: patterns, hashed names, @revoked, @cert-authority.
 *
 * A host's NAME is what stands in the file: "host", "[host]:port" for another port than 22, or HostKeyAlias.  Keys
 * are
 * their type's name and their base64.
 */
#ifndef HOLDFAST_KNOWNHOSTS_H
#define HOLDFAST_KNOWNHOSTS_H

#include <stdbool.h>
#include <stddef.h>

enum known {
	KNOWN_NEW,     /* no line for this host */
	KNOWN_SAME,    /* a line with this key */
	KNOWN_OTHER,   /* lines for this host, but none of this type */
	KNOWN_CHANGED, /* a line of this type with another key */
	KNOWN_REVOKED,
};

struct known_where {
	char file[512];
	unsigned line;
};

/* FILES end with NULL; files that can't be read are passed over.  WHERE (may be NULL) is the line that decided. */
enum known knownhosts_check(char *const *files, const char *name, const char *type, const char *key,
                            struct known_where *where);
/* Adds the types of the keys that are known for NAME to *TYPES (list.h): 0 or -ENOMEM. */
int knownhosts_types(char *const *files, const char *name, char ***types);
/* Whether a certificate authority is named for NAME. */
bool knownhosts_authority(char *const *files, const char *name);
/* Adds a line to FILE, which is made if it is not there, as its directory is: 0 or a negative errno. */
int knownhosts_add(const char *file, const char *name, bool hashed, const char *type, const char *key);
/* Whether the first field of a line, a list of patterns or a hashed name, means NAME. */
bool knownhosts_match(const char *field, const char *name);
/* NAME for HOST and PORT, in lower case; NULL: out of memory. */
char *knownhosts_name(const char *host, unsigned port);

#endif
