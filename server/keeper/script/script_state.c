/* SPDX-License-Identifier: MIT */
#include "script_state.h"

#include <stdlib.h>

#include "peers.h"

struct script *
script_of(struct peer *peer)
{
	if (peer->script)
		return peer->script;
	peer->script = calloc(1, sizeof *peer->script);
	if (peer->script)
		peer->keeper->scripts++;
	else
		peer_refuse(peer, ATTACH_MSG_ERROR, ATTACH_REFUSAL_TROUBLE, "out of memory");
	return peer->script;
}
