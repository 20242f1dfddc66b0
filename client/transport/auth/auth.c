/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "auth.h"
#include "secrets.h"

int
auth_secret(struct auth *a, const char *name, const char *prompt, bool echo, bool *from_store, char *value, size_t cap)
{
	int r;

	if (from_store)
		*from_store = false;
	if (name && secrets_get(a->target->secrets, name, value, cap) == 0) {
		if (from_store)
			*from_store = true;
		return 0;
	}
	if (a->target->config->batch_mode)
		return -ENOTTY;
	r = a->asking->secret(a->asking->object, prompt, echo, value, cap);
	a->nobody = a->nobody || r == -ENOTTY;
	return r;
}
