/* SPDX-License-Identifier: MIT */
#include "saved.h"

#include <string.h>
#include <unistd.h>

#include "awaited.h"
#include "clock.h"
#include "command.h"
#include "keys.h"
#include "peers.h"
#include "picture_base.h"
#include "session.h"
#include "sessionmem.h"

_Static_assert(VITAL_STATE_MAX == KEEPER_OVER && VITAL_ATTACHED_MAX == PEERS_MAX, "vital_check() knows the limits");
_Static_assert(sizeof(struct settings) <= VITAL_SETTINGS, "the settings fit");
_Static_assert(VITAL_MOVED_MAX >= KEEPER_READ_MAX, "a read is not taken for a lie");

/* A state that a keeper has left: 0, or -EPROTO. */
static int
open_again(struct keeper *k, bool command, uint64_t ring)
{
	int rc = vital_open(&k->vital, k->memory, command, ring, false);

	if (rc)
		return rc;
	k->again_lossy = !vital_settle(&k->vital, k->init.rchar, k->init.wchar);
	return vital_check(&k->vital);
}

int
saved_open(struct keeper *k, int io)
{
	bool command = !k->init.tty[0];
	uint64_t ring = sessionmem_ring_bytes(k->init.ring_bytes, command);
	int fd = k->memory, rc;

	if (fd < 0)
		fd = k->memory = sessionmem_make(ring, command);
	fd = fd < 0 ? -1 : fd;
	k->again_blank = k->again && (fd < 0 || (k->init.again == LEADERMSG_AGAIN_BLANK && !k->handed) ||
	                              open_again(k, command, ring) < 0);
	if (!k->again || k->again_blank) {
		k->vital.fd = -1;
		vital_close(&k->vital);
		rc = vital_open(&k->vital, fd, command, ring, true);
		if (rc)
			return rc;
	}
	if (io >= 0)
		vital_calibrate(&k->vital, io);
	vital_streams(&k->vital, &k->streams);
	return 0;
}

static void
save_front(const struct front *front, struct vital_facts *f)
{
	f->front_group = (int32_t)front->group;
	f->front_back = front->back;
	f->front_starttime = front->starttime;
	f->front_since = front->since;
	f->front_epoch = front->epoch;
}

static void
restore_front(struct front *front, const struct vital_facts *f)
{
	*front = (struct front){ .group = (pid_t)f->front_group, .back = f->front_back,
		                 .starttime = f->front_starttime, .since = f->front_since,
		                 .epoch = (uint32_t)f->front_epoch };
}

static void
save_times(const struct keeper *k, struct vital_facts *f)
{
	f->created_ms = k->created_ms;
	f->changed_ms = k->changed_ms;
	f->activity_ms = k->activity_ms;
	f->heard_ms = k->heard_ms;
	f->lost_ms = k->lost_ms;
	f->lost_heard_ms = k->lost_heard_ms;
	f->lost_used_ms = k->lost_used_ms;
	f->dropped_at = k->dropped_at;
	f->idle_after_ms = k->idle_after_ms;
	f->kill_at = k->kill_at;
	f->linger_until = k->linger_until;
	f->home_born = k->home_born;
}

static void
restore_times(struct keeper *k, const struct vital_facts *f)
{
	k->created_ms = f->created_ms;
	k->changed_ms = f->changed_ms;
	k->activity_ms = f->activity_ms;
	k->heard_ms = f->heard_ms;
	k->lost_ms = f->lost_ms;
	k->lost_heard_ms = f->lost_heard_ms;
	k->lost_used_ms = f->lost_used_ms;
	k->dropped_at = f->dropped_at;
	k->idle_after_ms = f->idle_after_ms;
	/* Of a shell that nobody has asked to end there is none, whatever stands there. */
	k->kill_at = f->killed ? f->kill_at : CLOCK_NEVER;
	k->linger_until = f->linger_until;
	k->home_born = f->home_born;
}

static void
save_rest(const struct keeper *k, struct vital_facts *f)
{
	f->state = k->state;
	f->serial = k->peers.serial;
	f->login_changes = k->login_changes;
	f->commanded = k->commanded;
	f->apart = k->apart;
	f->killed = k->killed;
	f->why_ended = k->why_ended;
	f->drop_offset = k->drop_offset;
	f->answered = k->answered;
	f->attached = peers_attached(k);
	f->rows = k->size.ws_row;
	f->cols = k->size.ws_col;
	f->xpixel = k->size.ws_xpixel;
	f->ypixel = k->size.ws_ypixel;
	memcpy(f->colours, k->colours, sizeof k->colours);
	memcpy(f->session_key, k->session_key, sizeof f->session_key);
	memcpy(f->name, k->name, sizeof f->name);
	memcpy(f->term, k->term, sizeof f->term);
	f->eight_bit = k->eight_bit;
	memcpy(f->address, k->address, sizeof f->address);
	if (k->command) {
		memcpy(f->command, k->command->name, sizeof f->command);
		f->input_closed = k->command->in < 0;
	}
}

static void
restore_rest(struct keeper *k, const struct vital_facts *f)
{
	k->peers.serial = f->serial;
	k->login_changes = f->login_changes;
	k->commanded = f->commanded;
	k->apart = f->apart;
	k->killed = f->killed;
	k->why_ended = f->why_ended;
	k->drop_offset = f->drop_offset;
	k->answered = f->answered;
	k->size = (struct winsize){ f->rows, f->cols, f->xpixel, f->ypixel };
	for (unsigned i = 0; i < THEME_COLOURS; i++)
		k->colours[i] = f->colours[i] & THEME_KNOWN ? f->colours[i] & (THEME_KNOWN | 0xffffff) : 0;
	memcpy(k->session_key, f->session_key, sizeof k->session_key);
	memcpy(k->name, f->name, sizeof k->name);
	memcpy(k->term, f->term, sizeof k->term);
	k->eight_bit = f->eight_bit;
	memcpy(k->address, f->address, sizeof k->address);
	if (k->command)
		command_restore(k->command, f->command, f->input_closed);
}

void
saved_write(struct keeper *k)
{
	struct vital_facts *f;

	if (k->vital.fd < 0)
		return;
	f = vital_next(&k->vital);
	save_times(k, f);
	save_rest(k, f);
	save_front(&k->front, f);
	if (k->picture)
		picture_base_save(k, f);
	f->settings_len = sizeof k->settings;
	memcpy(f->settings, &k->settings, sizeof k->settings);
	vital_commit(&k->vital);
	if (k->picture)
		picture_base_saved(k);
	streams_commit(&k->streams);
	awaited_save(k);
}

/* Nothing of the state can be believed: the shell goes on, with a screen that begins here. */
static void
begin_blank(struct keeper *k)
{
	k->created_ms = k->changed_ms = k->activity_ms = clock_date_ms();
	k->dropped_at = clock_now_ms();
	k->idle_after_ms = k->init.idle_shell_s * UINT64_C(1000);
	ioctl(k->master, TIOCGWINSZ, &k->size);
}

void
saved_restore(struct keeper *k)
{
	const struct vital_facts *f;

	k->state = KEEPER_RUNNING;
	if (k->again_blank) {
		begin_blank(k);
		return;
	}
	f = vital_facts(&k->vital);
	restore_times(k, f);
	restore_rest(k, f);
	if (k->source->has_terminal && !k->handed)
		keys_type(&k->vital, k->master);
	else if (k->source->has_terminal)
		keys_forget(&k->vital);
	/* A keeper that has only become another program has its attachments themselves. */
	if (!k->handed)
		awaited_restore(k);
	restore_front(&k->front, f);
	if (k->picture)
		picture_base_restore(k, f);
	if (f->settings_len == sizeof k->settings)
		memcpy(&k->settings, f->settings, sizeof k->settings);
	/* A size that the keeper before may have shown for a moment only (session_nudge). */
	if (k->source->has_terminal && k->size.ws_row)
		session_set_rows(k, k->size.ws_row);
}
