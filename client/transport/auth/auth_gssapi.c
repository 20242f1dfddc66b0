/* SPDX-License-Identifier: MIT */
#include "auth_gssapi.h"

#include <poll.h>
#include <time.h>

#include "krb5_library.h"

/* Whether CACHE has a ticket that is still good. */
static bool
has_ticket(const struct krb5_library *l, void *context, void *cache)
{
	struct krb5_library_ticket ticket;
	void *cursor;
	bool found = false;

	if (l->cc_start_seq_get(context, cache, &cursor))
		return false;
	while (!found && l->cc_next_cred(context, cache, &cursor, &ticket) == 0) {
		found = (uint32_t)ticket.endtime > (uint32_t)time(NULL);
		l->free_cred_contents(context, &ticket);
	}
	l->cc_end_seq_get(context, cache, &cursor);
	return found;
}

/* Whether the person's default cache has a ticket, and how many caches there are; *SOME: one of them has one. */
static bool
default_has_ticket(const struct krb5_library *l, void *context, unsigned *count, bool *some)
{
	void *cursor, *cache;
	bool found = false;

	*count = 0;
	*some = false;
	if (l->cccol_cursor_new(context, &cursor) == 0) {
		while (l->cccol_cursor_next(context, cursor, &cache) == 0 && cache) {
			(*count)++;
			*some = *some || has_ticket(l, context, cache);
			l->cc_close(context, cache);
		}
		l->cccol_cursor_free(context, &cursor);
	}
	if (l->cc_default(context, &cache) == 0) {
		found = has_ticket(l, context, cache);
		l->cc_close(context, cache);
	}
	return found;
}

/*
 * Of several caches the one that ssh would take for HOST, as ~/.k5identity or the host's realm says: 1, this thread's
 * GSSAPI takes it from now on; 0: it has no ticket; -1: none is meant for HOST, so the default one counts.  libssh by
 * itself takes the default one always.
 */
static int
choose(const struct krb5_library *l, void *context, const char *host)
{
	void *server = NULL, *cache = NULL, *client = NULL;
	char *name = NULL;
	uint32_t minor;
	int found = -1;

	if (l->sname_to_principal(context, host, "host", KRB5_NT_SRV_HST, &server))
		return -1;
	if (l->cc_select(context, server, &cache, &client) == 0 && cache) {
		found = has_ticket(l, context, cache);
		if (found && (l->cc_get_full_name(context, cache, &name) || l->gss_ccache_name(&minor, name, NULL)))
			found = -1;
		if (name)
			l->free_string(context, name);
		l->cc_close(context, cache);
	}
	if (client) {
		found = cache ? found : 0; /* somebody of whom there is no ticket */
		l->free_principal(context, client);
	}
	l->free_principal(context, server);
	return found;
}

static bool
caches_have_ticket(const struct krb5_library *l, void *context, const char *host)
{
	unsigned count;
	bool some, found = default_has_ticket(l, context, &count, &some);
	int chosen;

	if (!some || (found && count == 1))
		return found;
	chosen = choose(l, context, host);
	return chosen < 0 ? found : chosen;
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
auth_gssapi_without_ticket(const struct auth *a)
{
	struct krb5_library l;
	void *context;
	bool found;

	if (!krb5_library_load(&l) || l.init_context(&context))
		return false;
	found = caches_have_ticket(&l, context, a->target->config->hostname) || keytab_has_key(&l, context);
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

	if (auth_gssapi_without_ticket(a))
		return SSH_AUTH_DENIED;
	r = AUTH_DECIDED(a, ssh_userauth_gssapi(a->session));
	/*
	 * libssh calls it an error if Kerberos gives it no ticket for this host, as for one of another realm.  As with ssh
	 * the next method has its turn: sshd waits for a token, and takes another request in its place.
	 */
	return r == SSH_AUTH_ERROR && ssh_is_connected(a->session) && !canceled(a) ? SSH_AUTH_DENIED : r;
}
