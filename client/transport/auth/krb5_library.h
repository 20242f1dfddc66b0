/* SPDX-License-Identifier: MIT */
/*
 * krb5_library: what MIT's libkrb5.so.3 has, as its krb5.h declares it, with pointers to its types as pointers to void.
 * Declared anew, so that the client neither needs that library nor its header: libssh brings it along, or does not.
 */
#ifndef HOLDFAST_KRB5_LIBRARY_H
#define HOLDFAST_KRB5_LIBRARY_H

#include <stdint.h>

#define KRB5_LIBRARY "libkrb5.so.3"

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
	int32_t (*cc_close)(void *context, void *cache);
	int32_t (*cc_start_seq_get)(void *context, void *cache, void **cursor);
	int32_t (*cc_next_cred)(void *context, void *cache, void **cursor, struct krb5_library_ticket *ticket);
	int32_t (*cc_end_seq_get)(void *context, void *cache, void **cursor);
	void (*free_cred_contents)(void *context, struct krb5_library_ticket *ticket);
	int32_t (*kt_client_default)(void *context, void **keytab);
	int32_t (*kt_have_content)(void *context, void *keytab);
	int32_t (*kt_close)(void *context, void *keytab);
};

#endif
