/* SPDX-License-Identifier: MIT */
/*
 * socks: what a program says to a dynamic forward first: SOCKS 4, 4a and 5 (RFC 1928) without authentication,
 * CONNECT only.
 */
#ifndef HOLDFAST_SOCKS_H
#define HOLDFAST_SOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SOCKS_HOST_CAP 256
#define SOCKS_REPLY_MAX 10
#define SOCKS_REQUEST_MAX 1024 /* a request that is longer is none */

enum socks_said { SOCKS_MORE, SOCKS_ANSWER, SOCKS_CONNECT, SOCKS_BAD };

struct socks {
	bool greeted; /* of SOCKS 5: the methods have been told */
	uint8_t version;
	char host[SOCKS_HOST_CAP];
	unsigned port;
};

/*
 * Looks at the LEN bytes that have come and not been used.  *USED says how many of them are done with.  ANSWER:
 * send *REPLY_LEN
 * bytes of REPLY and go on; CONNECT: host and port are known, what is behind *USED is data; BAD: close, after
 * sending the reply.
 */
enum socks_said socks_read(struct socks *s, const uint8_t *in, size_t len, size_t *used,
                           uint8_t reply[SOCKS_REPLY_MAX], size_t *reply_len);
/* The answer to CONNECT: its length. */
size_t socks_result(const struct socks *s, bool connected, uint8_t reply[SOCKS_REPLY_MAX]);

#endif
