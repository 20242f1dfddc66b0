/* SPDX-License-Identifier: MIT */
/*
 * vital_layout: how the state of a session is laid out in the session's memory (vital.h has the rules).
 */
#ifndef HOLDFAST_VITAL_LAYOUT_H
#define HOLDFAST_VITAL_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "fd.h"
#include "frame_types.h"
#include "ring.h"
#include "streams.h"

#define VITAL_MAGIC 0x48464d31u
#define VITAL_VERSION 1u
#define VITAL_PARTS 16
#define VITAL_SIZES 32      /* of the terminal, since the saved rendering */
#define VITAL_SETTINGS 320  /* bytes of struct settings */
#define VITAL_LIVE_AT 1024  /* in the head's part of the memory */
#define VITAL_FACTS_AT 4096
#define VITAL_FACTS_STRIDE 2048
#define VITAL_STATE_MAX 3
#define VITAL_ATTACHED_MAX 64
#define VITAL_MOVED_MAX (1u << 20)   /* more than any one call asks for */
#define VITAL_PICTURE_MAX (2u << 20) /* bytes of a saved rendering */
#define VITAL_OFFSET_MAX (UINT64_C(1) << 62) /* no session gets so far, and what follows an offset can be added to it */
#define VITAL_REASON_MAX 15          /* of a stream: put_out */

enum vital_type {
	VITAL_LIVE = 1,     /* struct vital_live */
	VITAL_FACTS = 2,    /* struct vital_facts, twice */
	VITAL_AWAITED = 3,  /* struct awaited, PEERS_MAX times (attach/awaited.h) */
	VITAL_QUEUES = 4,   /* input of framed clients, STREAMS_MAX queues of equal length */
	VITAL_PICTURES = 5, /* the painter's saved rendering, two places */
	VITAL_HANDOVER = 6, /* a keeper becomes another program (handover/) */
	VITAL_RINGS = 7,
	VITAL_FRAMES = 9,   /* struct kept, STREAMS_MAX times (framed/kept.h) */
	VITAL_KEYS = 8,     /* struct vital_keys, VITAL_KEYS_PLACES times (keys.h) */
	VITAL_TIMES = 10,   /* struct times (times.h); a memory that an older version has laid out lacks it at first */
};

struct vital_part {
	uint32_t type;
	uint32_t length; /* bytes; of one, where there are several of equal length */
	uint64_t at;     /* in the memory */
};

struct vital_head {
	uint32_t magic, version;
	uint32_t parts, facts_counts; /* FACTS_COUNTS: which of the two facts counts */
	struct vital_part part[VITAL_PARTS];
};

enum vital_call {
	VITAL_NOTHING = 0,
	VITAL_OUTPUT = 1,
	VITAL_INPUT = 2,
	VITAL_FRAMES_IN = 3, /* from the pipe of a framed client, into its place of VITAL_FRAMES … */
	VITAL_FRAMES_OUT = 4, /* … and from there */
	VITAL_KEYS_READ = 5, /* from a terminal, into its place of VITAL_KEYS … */
	VITAL_KEYS_TYPED = 6, /* … and from there */
	VITAL_SHOWN = 7,      /* from the ring to a terminal (awaited.h) */
};

/* What a terminal has sent and the program has not got: the bytes from AT to LEN.  One store changes both. */
#define VITAL_KEYS_PLACES 64
#define VITAL_KEYS_MAX 8184
#define VITAL_KEYS_SPAN(at, len) ((uint64_t)(at) << 32 | (uint64_t)(len))
#define VITAL_KEYS_AT(span) ((size_t)((span) >> 32))
#define VITAL_KEYS_LEN(span) ((size_t)((span) & UINT32_MAX))

struct vital_keys {
	uint64_t span; /* 0: nothing */
	unsigned char bytes[VITAL_KEYS_MAX];
};

/* A call that is on its way, or whose result has not been stored yet. */
struct vital_intent {
	uint32_t call;  /* enum vital_call; stored last, and cleared first */
	uint32_t index; /* OUTPUT: the channel; KEYS_*, SHOWN: the place; else the stream */
	uint64_t at;    /* OUTPUT: the ring's head; INPUT, KEYS_TYPED: the first byte that waits; FRAMES_*: kept.h;
	                   SHOWN: the ring's byte that comes next */
	uint64_t sum;   /* of bytes read (OUTPUT, FRAMES_IN, KEYS_READ) or written (the others) before it */
};

struct vital_live {
	struct fd_sums sums;
	struct vital_intent intent;
	struct ring_live ring[2];
	struct stream_live stream[STREAMS_MAX];
};

/* Numbers are of this machine; text ends in NUL.  Where a field has the name of one of struct keeper, it is that one. */
struct vital_facts {
	uint32_t state;   /* enum keeper_state */
	uint32_t serial, stream_clock, login_changes;
	uint32_t commanded, killed, why_ended, input_closed;
	uint64_t created_ms, changed_ms, activity_ms, heard_ms, lost_ms, lost_heard_ms, lost_used_ms;
	uint64_t dropped_at, drop_offset, idle_after_ms, kill_at, linger_until, answered, home_born;
	uint32_t attached; /* how many were */
	uint16_t rows, cols, xpixel, ypixel;
	unsigned char session_key[FRAME_KEY];
	char name[NAME_CAP], command[NAME_CAP];
	char term[TERM_CAP], address[ADDRESS_CAP];
	/* front.h */
	int32_t front_group, front_back;
	uint64_t front_starttime, front_since, front_epoch;
	/* picture.h */
	uint64_t picture_base, picture_past;
	uint32_t picture_len, picture_place; /* of the saved rendering: 0 bytes: blank */
	uint32_t picture_lost, picture_adrift;
	uint16_t base_rows, base_cols;
	uint32_t size_count;
	struct vital_size {
		uint64_t offset;
		uint16_t rows, cols;
		uint32_t unused;
	} sizes[VITAL_SIZES];
	uint32_t settings_len; /* of SETTINGS: 0: there are none */
	unsigned char settings[VITAL_SETTINGS];
	uint32_t colours[4]; /* those that a terminal has said (themereports.h); the last one is unused */
	uint32_t eight_bit;
	uint32_t apart;
};

#endif
