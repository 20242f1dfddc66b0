/* SPDX-License-Identifier: MIT */
/* nospace: which file system "No space left on device" means, and of what it has none left. */
#ifndef HOLDFAST_NOSPACE_H
#define HOLDFAST_NOSPACE_H

#define NOSPACE_CAP 128

/* "no free inodes on /run", for a file that could not be made at PATH, which exists. */
void nospace_words(const char *path, char out[NOSPACE_CAP]);

#endif
