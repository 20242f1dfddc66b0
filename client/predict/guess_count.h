/* SPDX-License-Identifier: MIT */
/* guess_count: how well a guess has guessed. */
#ifndef HOLDFAST_PREDICT_GUESS_COUNT_H
#define HOLDFAST_PREDICT_GUESS_COUNT_H

#include <stdint.h>

struct guess_count {
	uint64_t keys;      /* that were typed */
	uint64_t printable; /* of them: characters */
	uint64_t shown;     /* of those: shown before the host's answer */
	uint64_t right;     /* predictions, shown or not, that the base then had … */
	uint64_t wrong;     /* … and shown ones that it had not */
};

#endif
