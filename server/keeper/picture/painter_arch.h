/* SPDX-License-Identifier: MIT */
/*
 * painter_arch: PAINTER_ARCH is how seccomp(2) names the system call table of this program (AUDIT_ARCH_*).  Not
 * defined: the painter has no filter for this architecture, and so there is no painter.  configure asks this file.
 */
#ifndef HOLDFAST_PAINTER_ARCH_H
#define HOLDFAST_PAINTER_ARCH_H

#include <linux/audit.h>

#if defined(__x86_64__) /* x32 as well: its calls have a bit of their own in their numbers */
#define PAINTER_ARCH AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define PAINTER_ARCH AUDIT_ARCH_I386
#elif defined(__aarch64__) && defined(__LP64__)
#define PAINTER_ARCH AUDIT_ARCH_AARCH64
#elif defined(__arm__) && defined(__ARM_EABI__)
#define PAINTER_ARCH AUDIT_ARCH_ARM
#elif defined(__riscv) && __riscv_xlen == 64
#define PAINTER_ARCH AUDIT_ARCH_RISCV64
#elif defined(__s390x__)
#define PAINTER_ARCH AUDIT_ARCH_S390X
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define PAINTER_ARCH AUDIT_ARCH_PPC64LE
#elif defined(__powerpc64__)
#define PAINTER_ARCH AUDIT_ARCH_PPC64
#elif defined(__powerpc__)
#define PAINTER_ARCH AUDIT_ARCH_PPC
#elif defined(__mips64) && defined(_ABI64) && _MIPS_SIM == _ABI64 && defined(__MIPSEL__)
#define PAINTER_ARCH AUDIT_ARCH_MIPSEL64
#elif defined(__mips64) && defined(_ABI64) && _MIPS_SIM == _ABI64
#define PAINTER_ARCH AUDIT_ARCH_MIPS64
#elif defined(__mips__) && defined(_ABIO32) && _MIPS_SIM == _ABIO32 && defined(__MIPSEL__)
#define PAINTER_ARCH AUDIT_ARCH_MIPSEL
#elif defined(__mips__) && defined(_ABIO32) && _MIPS_SIM == _ABIO32
#define PAINTER_ARCH AUDIT_ARCH_MIPS
#elif defined(__loongarch__) && __loongarch_grlen == 64 && defined(AUDIT_ARCH_LOONGARCH64)
#define PAINTER_ARCH AUDIT_ARCH_LOONGARCH64
#elif defined(__hppa__)
#define PAINTER_ARCH AUDIT_ARCH_PARISC
#elif defined(__m68k__)
#define PAINTER_ARCH AUDIT_ARCH_M68K
#elif defined(__sh__) && defined(__LITTLE_ENDIAN__)
#define PAINTER_ARCH AUDIT_ARCH_SHEL
#elif defined(__sparc__) && defined(__arch64__)
#define PAINTER_ARCH AUDIT_ARCH_SPARC64
#elif defined(__alpha__)
#define PAINTER_ARCH AUDIT_ARCH_ALPHA
#endif

#endif
