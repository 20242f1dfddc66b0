/* SPDX-License-Identifier: MIT */
#include "auth_gssapi.h"

#include <dlfcn.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "krb5_library.h"

#define AT(field) offsetof(struct krb5_library, field)

static const struct { const char *name; size_t at; } functions[] = {
	{ "krb5_init_context", AT(init_context) },
	{ "krb5_free_context", AT(free_context) },
	{ "krb5_cc_default", AT(cc_default) },
	{ "krb5_cc_close", AT(cc_close) },
	{ "krb5_cc_start_seq_get", AT(cc_start_seq_get) },
	{ "krb5_cc_next_cred", AT(cc_next_cred) },
	{ "krb5_cc_end_seq_get", AT(cc_end_seq_get) },
	{ "krb5_free_cred_contents", AT(free_cred_contents) },
	{ "krb5_kt_client_default", AT(kt_client_default) },
	{ "krb5_kt_have_content", AT(kt_have_content) },
	{ "krb5_kt_close", AT(kt_close) },
};

/* The library, if libssh has brought it along.  It stays, as libssh does. */
static bool
load(struct krb5_library *l)
{
	void *library = dlopen(KRB5_LIBRARY, RTLD_NOW | RTLD_NOLOAD), *at;

	for (size_t i = 0; library && i < sizeof functions / sizeof functions[0]; i++) {
		at = dlsym(library, functions[i].name);
		if (!at)
			return false;
		/* copied, because ISO C knows no conversion from an object's pointer to a function's */
		memcpy((char *)l + functions[i].at, &at, sizeof at);
	}
	return library;
}

/* Whether the cache that libssh will take from, which is the person's default one, has a ticket that is still good. */
static bool
cache_has_ticket(const struct krb5_library *l, void *context)
{
	struct krb5_library_ticket ticket;
	void *cache, *cursor;
	bool found = false;

	if (l->cc_default(context, &cache))
		return false;
	if (l->cc_start_seq_get(context, cache, &cursor) == 0) {
		while (!found && l->cc_next_cred(context, cache, &cursor, &ticket) == 0) {
			found = (uint32_t)ticket.endtime > (uint32_t)time(NULL);
			l->free_cred_contents(context, &ticket);
		}
		l->cc_end_seq_get(context, cache, &cursor);
	}
	l->cc_close(context, cache);
	return found;
}

/* Whether the library can get a ticket by itself. */
static bool
keytab_has_key(const struct krb5_library *l, void *context)
{
	void *keytab;
	bool found;

	if (l->kt_client_default(context, &keytab))
		return false;
	found = l->kt_have_content(context, keytab) == 0;
	l->kt_close(context, keytab);
	return found;
}

/*
 * This asks no host: with an expired ticket libssh would ask the KDC for another, in vain, and wait for it where a laptop
 * cannot reach it.  If the library is another than MIT's, libssh finds out itself.
 */
bool
auth_gssapi_without_ticket(void)
{
	struct krb5_library l;
	void *context;
	bool found;

	if (!load(&l) || l.init_context(&context))
		return false;
	found = cache_has_ticket(&l, context) || keytab_has_key(&l, context);
	l.free_context(context);
	return !found;
}

static bool
canceled(const struct auth *a)
{
	struct pollfd p = { .fd = a->cancel, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

int
auth_gssapi(struct auth *a)
{
	int r;

	if (auth_gssapi_without_ticket())
		return SSH_AUTH_DENIED;
	r = AUTH_DECIDED(a, ssh_userauth_gssapi(a->session));
	/*
	 * libssh calls it an error if Kerberos gives it no ticket for this host, as for one of another realm.  As with ssh
	 * the next method has its turn: sshd waits for a token, and takes another request in its place.
	 */
	return r == SSH_AUTH_ERROR && ssh_is_connected(a->session) && !canceled(a) ? SSH_AUTH_DENIED : r;
}
