/* SPDX-License-Identifier: MIT */
#include "http.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEEPALIVE_S 10L /* until the kernel probes a silent connection, and between its probes */

struct http {
	CURLM *multi;
	struct http_call *calls;
	char *ca, *cert, *key; /* NULL: none */
};

struct http_call {
	struct http_call *next;
	CURL *easy;
	struct curl_slist *headers;
	char error[CURL_ERROR_SIZE];
	int (*data)(void *arg, const char *bytes, size_t len);
	void (*done)(void *arg, long status, const char *error);
	void *arg;
};

static char *
copy_path(const char *path)
{
	return path && *path ? strdup(path) : NULL;
}

struct http *
http_new(const struct http_files *files)
{
	struct http *h;

	if (curl_global_init(CURL_GLOBAL_DEFAULT)) {
		errno = EINVAL;
		return NULL;
	}
	h = calloc(1, sizeof *h);
	if (!h)
		return NULL;
	h->multi = curl_multi_init();
	if (!h->multi) {
		free(h);
		errno = ENOMEM;
		return NULL;
	}
	h->ca = copy_path(files->ca);
	h->cert = copy_path(files->cert);
	h->key = copy_path(files->key);
	curl_multi_setopt(h->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
	return h;
}

static void
free_call(struct http_call *c)
{
	curl_easy_cleanup(c->easy);
	curl_slist_free_all(c->headers);
	free(c);
}

/* Takes CALL out of the list and out of libcurl's hands. */
static void
take_out(struct http *h, struct http_call *call)
{
	struct http_call **at = &h->calls;

	while (*at != call)
		at = &(*at)->next;
	*at = call->next;
	curl_multi_remove_handle(h->multi, call->easy);
}

void
http_cancel(struct http *h, struct http_call *call)
{
	if (!call)
		return;
	take_out(h, call);
	free_call(call);
}

void
http_free(struct http *h)
{
	if (!h)
		return;
	while (h->calls)
		http_cancel(h, h->calls);
	curl_multi_cleanup(h->multi);
	free(h->ca);
	free(h->cert);
	free(h->key);
	free(h);
}

static size_t
on_data(char *bytes, size_t size, size_t count, void *arg)
{
	struct http_call *c = arg;

	return c->data(c->arg, bytes, size * count) ? 0 : size * count;
}

/* "Authorization: TOKEN"; with a body that is JSON. */
static int
set_headers(struct http_call *c, const char *token)
{
	/* No answer is waited for before the body is sent; a member without a leader ends its watches. */
	static const char *const fixed[] = { "Content-Type: application/json", "Expect:",
	                                     "Grpc-Metadata-hasleader: true" };
	struct curl_slist *grown;
	char line[1024];

	for (size_t i = 0; i <= sizeof fixed / sizeof *fixed; i++) {
		bool last = i == sizeof fixed / sizeof *fixed;

		if (last && (!token || !*token))
			break;
		if (last && snprintf(line, sizeof line, "Authorization: %s", token) >= (int)sizeof line)
			return -ENOMEM;
		grown = curl_slist_append(c->headers, last ? line : fixed[i]);
		if (!grown)
			return -ENOMEM;
		c->headers = grown;
	}
	return curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, c->headers) ? -ENOMEM : 0;
}

/* The protocols that may be spoken. */
static void
set_protocols(CURL *easy)
{
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
}

static int
set_tls(const struct http *h, CURL *easy)
{
	int rc = 0;

	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (h->ca)
		rc |= curl_easy_setopt(easy, CURLOPT_CAINFO, h->ca) != CURLE_OK;
	if (h->cert)
		rc |= curl_easy_setopt(easy, CURLOPT_SSLCERT, h->cert) != CURLE_OK;
	if (h->key)
		rc |= curl_easy_setopt(easy, CURLOPT_SSLKEY, h->key) != CURLE_OK;
	return rc ? -EINVAL : 0;
}

static void
set_times(CURL *easy, const struct http_request *r)
{
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)r->connect_timeout_ms);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)r->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, KEEPALIVE_S);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, KEEPALIVE_S);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
}

static int
set_up(const struct http *h, struct http_call *c, const struct http_request *r)
{
	int rc;

	set_protocols(c->easy);
	set_times(c->easy, r);
	rc = set_tls(h, c->easy);
	if (!rc)
		rc = set_headers(c, r->token);
	if (rc)
		return rc;
	curl_easy_setopt(c->easy, CURLOPT_POST, 1L);
	curl_easy_setopt(c->easy, CURLOPT_POSTFIELDSIZE, (long)strlen(r->body));
	curl_easy_setopt(c->easy, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(c->easy, CURLOPT_WRITEDATA, c);
	curl_easy_setopt(c->easy, CURLOPT_ERRORBUFFER, c->error);
	curl_easy_setopt(c->easy, CURLOPT_PRIVATE, c);
	if (curl_easy_setopt(c->easy, CURLOPT_URL, r->url) || curl_easy_setopt(c->easy, CURLOPT_COPYPOSTFIELDS, r->body))
		return -ENOMEM;
	return 0;
}

struct http_call *
http_start(struct http *h, const struct http_request *r)
{
	struct http_call *c = calloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->easy = curl_easy_init();
	c->data = r->data;
	c->done = r->done;
	c->arg = r->arg;
	if (!c->easy || set_up(h, c, r) || curl_multi_add_handle(h->multi, c->easy)) {
		free_call(c);
		return NULL;
	}
	c->next = h->calls;
	h->calls = c;
	return c;
}

int
http_wait(struct http *h, struct pollfd *extra, size_t count, unsigned timeout_ms)
{
	struct curl_waitfd v[HTTP_EXTRA_MAX];
	int ready;

	for (size_t i = 0; i < count; i++) {
		v[i] = (struct curl_waitfd){ .fd = extra[i].fd };
		v[i].events = (short)((extra[i].events & POLLIN ? CURL_WAIT_POLLIN : 0) |
		                      (extra[i].events & POLLOUT ? CURL_WAIT_POLLOUT : 0));
	}
	if (curl_multi_poll(h->multi, v, (unsigned)count, (int)timeout_ms, &ready))
		return -EIO;
	/* libcurl reports no POLLHUP of ours: look once more, without waiting. */
	return poll(extra, count, 0) < 0 && errno != EINTR ? -errno : 0;
}

/* Words for the end RESULT of C. */
static const char *
words(const struct http_call *c, CURLcode result)
{
	if (result == CURLE_OK)
		return "";
	return *c->error ? c->error : curl_easy_strerror(result);
}

void
http_turn(struct http *h)
{
	int running, left;
	CURLMsg *m;

	curl_multi_perform(h->multi, &running);
	while ((m = curl_multi_info_read(h->multi, &left))) {
		struct http_call *c = NULL;
		char error[HTTP_TEXT_CAP];
		CURLcode result;
		long status = 0;

		if (m->msg != CURLMSG_DONE)
			continue;
		result = m->data.result; /* M does not outlive its handle */
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&c);
		if (result == CURLE_OK)
			curl_easy_getinfo(m->easy_handle, CURLINFO_RESPONSE_CODE, &status);
		snprintf(error, sizeof error, "%s", words(c, result));
		take_out(h, c);
		c->done(c->arg, status, error);
		free_call(c);
	}
}
