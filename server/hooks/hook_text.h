/* SPDX-License-Identifier: MIT */
/* hook_text: the texts of this directory as strings, made by the build. */
#ifndef HOLDFAST_HOOK_TEXT_H
#define HOLDFAST_HOOK_TEXT_H

extern const char *const hook_text_sh, *const hook_text_zsh, *const hook_text_fish;
extern const char *const refresh_text_bash, *const refresh_text_zsh, *const refresh_text_fish; /* the prompt */

#endif
