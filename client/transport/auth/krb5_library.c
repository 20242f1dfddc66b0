/* SPDX-License-Identifier: MIT */
#include "krb5_library.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#define AT(field) offsetof(struct krb5_library, field)

static const struct { const char *name; size_t at; } functions[] = {
	{ "krb5_init_context", AT(init_context) },
	{ "krb5_free_context", AT(free_context) },
	{ "krb5_cc_default", AT(cc_default) },
	{ "krb5_cc_select", AT(cc_select) },
	{ "krb5_cc_get_full_name", AT(cc_get_full_name) },
	{ "krb5_cc_close", AT(cc_close) },
	{ "krb5_cc_start_seq_get", AT(cc_start_seq_get) },
	{ "krb5_cc_next_cred", AT(cc_next_cred) },
	{ "krb5_cc_end_seq_get", AT(cc_end_seq_get) },
	{ "krb5_cccol_cursor_new", AT(cccol_cursor_new) },
	{ "krb5_cccol_cursor_next", AT(cccol_cursor_next) },
	{ "krb5_cccol_cursor_free", AT(cccol_cursor_free) },
	{ "krb5_sname_to_principal", AT(sname_to_principal) },
	{ "krb5_free_principal", AT(free_principal) },
	{ "krb5_free_string", AT(free_string) },
	{ "krb5_free_cred_contents", AT(free_cred_contents) },
	{ "krb5_kt_client_default", AT(kt_client_default) },
	{ "krb5_kt_have_content", AT(kt_have_content) },
	{ "krb5_kt_close", AT(kt_close) },
	{ "gss_krb5_ccache_name", AT(gss_ccache_name) },
};

bool
krb5_library_load(struct krb5_library *l)
{
	void *library = dlopen(KRB5_LIBRARY, RTLD_NOW | RTLD_NOLOAD);
	void *gssapi = dlopen(KRB5_GSSAPI_LIBRARY, RTLD_NOW | RTLD_NOLOAD), *at;

	if (!library || !gssapi)
		return false;
	for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
		at = dlsym(strncmp(functions[i].name, "gss_", 4) == 0 ? gssapi : library, functions[i].name);
		if (!at)
			return false;
		/* copied, because ISO C knows no conversion from an object's pointer to a function's */
		memcpy((char *)l + functions[i].at, &at, sizeof at);
	}
	return true;
}
