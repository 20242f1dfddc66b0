/* SPDX-License-Identifier: MIT */
/*
 * record: pam_holdfast's record of a login, in /run/holdfast/logins/<ticket> (root, 0600 in 0700).
 *
 * Text, one "key value" per line, each key but "auth" once, at most RECORD_MAX bytes:
 *   holdfast-login 1
 *   uid 1000                      or "uid -": not in /etc/passwd, holdfastd asks the name service
 *   user alice
 *   pid 4711                      the sshd process that opened the PAM session
 *   start 123456                  its start time, field 22 of proc(5)'s stat, in clock ticks
 *   service sshd
 *   address 192.0.2.7             the four-tuple of sshd's connection (common/base/connection.h); each "-" when unknown
 *   port 50022
 *   local-address 192.0.2.1
 *   local-port 22
 *   xdg-session -                 always "-"; running leaders of older versions require the line
 *   auth publickey ssh-ed25519 AAAA…    one line per completed method, in sshd's order; none: unknown
 *   end
 * The file's times are RECORD_ASKED, a time long ago, once a process of the login has asked holdfastd for a session, or
 * has said why it does not.
 *
 * Values are printable ASCII; anything else in one is refused by both writer and reader.
 */
#ifndef HOLDFAST_RECORD_H
#define HOLDFAST_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "bounds.h"

#define RECORD_MAX 32768
#define RECORD_ASKED 1 /* a second after 1970 began */
#define RECORD_SERVICE_CAP 64
#define RECORD_AUTH_MAX 8 /* methods in one login */

struct record {
	bool uid_known;
	uid_t uid;
	char user[USER_CAP];
	pid_t pid;
	uint64_t start;
	char service[RECORD_SERVICE_CAP];
	char address[ADDRESS_CAP];
	char local_address[ADDRESS_CAP];
	uint16_t port, local_port;      /* 0: unknown */
	unsigned auth_count;
	const char *auth[RECORD_AUTH_MAX]; /* NUL-terminated, point into the buffer the record was parsed from (or the
	                                      writer's own strings) */
};

/*
 * Writes R as text to OUT: its length, or -EMSGSIZE, or -EINVAL: a value has a byte that is not printable ASCII, or
 * there are too many methods.
 */
int record_format(const struct record *r, char *out, size_t cap);
/*
 * Parses LEN bytes at TEXT, which is changed (lines become strings; it must have room for LEN+1 bytes) and must
 * outlive *r.  0, or -EBADMSG: unknown, missing or repeated key, a value out of range, no "end", bytes behind it.
 */
int record_parse(struct record *r, char *text, size_t len);

#endif
