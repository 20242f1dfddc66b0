/* SPDX-License-Identifier: MIT */
/*
 * krb5_library: what MIT's libraries of Kerberos have, as krb5.h and gssapi/gssapi_krb5.h declare it, with pointers to
 * their types as pointers to void.  Declared anew, so that the client neither needs those libraries nor their headers:
 * libssh brings them along, or does not.
 */
#ifndef HOLDFAST_KRB5_LIBRARY_H
#define HOLDFAST_KRB5_LIBRARY_H

#include <stdbool.h>
#include <stdint.h>

#define KRB5_LIBRARY "libkrb5.so.3"
#define KRB5_GSSAPI_LIBRARY "libgssapi_krb5.so.2"
#define KRB5_NT_SRV_HST 3 /* the kind of a host's name */

struct krb5_library_data {
	int32_t magic;
	unsigned length;
	char *data;
};

/* One ticket: krb5_creds. */
struct krb5_library_ticket {
	int32_t magic;
	void *client, *server;
	struct { int32_t magic, enctype; unsigned length; unsigned char *contents; } key;
	int32_t authtime, starttime, endtime, renew_till; /* seconds since 1970, in 32 bits without a sign */
	unsigned is_skey;
	int32_t flags;
	void **addresses;
	struct krb5_library_data ticket, second_ticket;
	void **authdata;
};

/* Functions with a result return 0 or an error. */
struct krb5_library {
	int32_t (*init_context)(void **context);
	void (*free_context)(void *context);
	int32_t (*cc_default)(void *context, void **cache);
	int32_t (*cc_select)(void *context, void *server, void **cache, void **client);
	int32_t (*cc_get_full_name)(void *context, void *cache, char **name);
	int32_t (*cc_close)(void *context, void *cache);
	int32_t (*cc_start_seq_get)(void *context, void *cache, void **cursor);
	int32_t (*cc_next_cred)(void *context, void *cache, void **cursor, struct krb5_library_ticket *ticket);
	int32_t (*cc_end_seq_get)(void *context, void *cache, void **cursor);
	int32_t (*cccol_cursor_new)(void *context, void **cursor);
	int32_t (*cccol_cursor_next)(void *context, void *cursor, void **cache); /* NULL: that was all */
	int32_t (*cccol_cursor_free)(void *context, void **cursor);
	int32_t (*sname_to_principal)(void *context, const char *host, const char *service, int32_t kind, void **principal);
	void (*free_principal)(void *context, void *principal);
	void (*free_string)(void *context, char *text);
	void (*free_cred_contents)(void *context, struct krb5_library_ticket *ticket);
	int32_t (*kt_client_default)(void *context, void **keytab);
	int32_t (*kt_have_content)(void *context, void *keytab);
	int32_t (*kt_close)(void *context, void *keytab);
	/* For the thread that calls it. */
	uint32_t (*gss_ccache_name)(uint32_t *minor, const char *name, const char **old);
};

/* Whether libssh has brought the libraries along.  They stay, as libssh does. */
bool krb5_library_load(struct krb5_library *l);

#endif
