/* SPDX-License-Identifier: MIT */
/*
 * http: HTTP requests, any number at a time, in one loop without threads of ours (libcurl's multi interface; its
 * resolver may start threads of its own).
 *
 * Only http and https, no redirections, no proxies, no cookies, no user's files.  A server's certificate must be signed
 * by the given authority and have the server's name.  The functions of a request are called from http_turn alone.
 */
#ifndef HOLDFAST_POOL_HTTP_H
#define HOLDFAST_POOL_HTTP_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_TEXT_CAP 256
#define HTTP_EXTRA_MAX 128 /* descriptors of the caller's that http_wait looks at */

struct http;
struct http_call;

struct http_files { /* paths, borrowed until http_new returns; NULL or "": none */
	const char *ca;   /* of certificate authorities; none: the system's */
	const char *cert; /* the client's, in PEM */
	const char *key;
};

struct http_request { /* all borrowed: texts until http_start returns, ARG until DONE has been called */
	const char *url;
	const char *token;           /* of the Authorization header; NULL or "": none */
	const char *body;            /* JSON, for a POST */
	unsigned connect_timeout_ms; /* of the connection */
	unsigned timeout_ms;         /* of the whole; 0: none, for an answer without end */
	/* The next bytes of the answer; not 0: the request is given up.  Must not call functions of http. */
	int (*data)(void *arg, const char *bytes, size_t len);
	/*
	 * The end.  STATUS is HTTP's, 0: there was no answer, or not all of it, or DATA gave it up; ERROR says why in
	 * words, "" if the answer is complete.  The call is gone by then.
	 */
	void (*done)(void *arg, long status, const char *error);
	void *arg;
};

/* NULL with errno ENOMEM, or EINVAL: libcurl can't do what is needed. */
struct http *http_new(const struct http_files *files);
void http_free(struct http *h); /* no DONE is called */
/* A POST: the call, which is http's, or NULL: no memory. */
struct http_call *http_start(struct http *h, const struct http_request *r);
/* Ends CALL (NULL: nothing) without DONE. */
void http_cancel(struct http *h, struct http_call *call);
/*
 * Waits for up to TIMEOUT_MS milliseconds until there is something to do, or one of the COUNT (up to HTTP_EXTRA_MAX)
 * descriptors in EXTRA is ready; sets their revents.  0 or a negative errno.
 */
int http_wait(struct http *h, struct pollfd *extra, size_t count, unsigned timeout_ms);
/* Does what there is to do. */
void http_turn(struct http *h);

#endif
