dnl SPDX-License-Identifier: MIT

dnl HOLDFAST_CC_FLAG(VARIABLE, FLAG): adds FLAG to VARIABLE if the compiler takes it without a warning.
AC_DEFUN([HOLDFAST_CC_FLAG], [
	AS_VAR_PUSHDEF([cached], [holdfast_cv_cc_flag_$2])
	AC_CACHE_CHECK([whether $CC takes $2], [cached], [
		holdfast_save_CFLAGS=$CFLAGS
		CFLAGS="$CFLAGS -Werror $2"
		AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <string.h>]], [[char b[4]; memset(b, 0, sizeof b); return b[1];]])],
			[AS_VAR_SET([cached], [yes])], [AS_VAR_SET([cached], [no])])
		CFLAGS=$holdfast_save_CFLAGS])
	AS_VAR_IF([cached], [yes], [AS_VAR_APPEND([$1], [" $2"])])
	AS_VAR_POPDEF([cached])])

dnl HOLDFAST_LD_FLAG(VARIABLE, FLAG, [COMPILER-FLAG]): the same for linking a program.
AC_DEFUN([HOLDFAST_LD_FLAG], [
	AS_VAR_PUSHDEF([cached], [holdfast_cv_ld_flag_$2])
	AC_CACHE_CHECK([whether $CC links with $2], [cached], [
		holdfast_save_CFLAGS=$CFLAGS
		holdfast_save_LDFLAGS=$LDFLAGS
		CFLAGS="$CFLAGS -Werror $3"
		LDFLAGS="$LDFLAGS $2"
		AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])], [AS_VAR_SET([cached], [yes])], [AS_VAR_SET([cached], [no])])
		CFLAGS=$holdfast_save_CFLAGS
		LDFLAGS=$holdfast_save_LDFLAGS])
	AS_VAR_IF([cached], [yes], [AS_VAR_APPEND([$1], [" $2"])])
	AS_VAR_POPDEF([cached])])

dnl HOLDFAST_FORTIFY(VARIABLE): adds the highest level of _FORTIFY_SOURCE that compiler and C library have to VARIABLE, in
dnl the place of a lower one that the builder's flags (dpkg-buildflags) or the compiler itself bring.
AC_DEFUN([HOLDFAST_FORTIFY], [
	AC_CACHE_CHECK([for the level of _FORTIFY_SOURCE], [holdfast_cv_fortify], [
		holdfast_cv_fortify=none
		holdfast_save_CFLAGS=$CFLAGS
		holdfast_save_CPPFLAGS=$CPPFLAGS
		CFLAGS="$CFLAGS -Werror"
		for level in 3 2; do
			test "$holdfast_cv_fortify" = none || continue
			dnl glibc warns of a level that it or the compiler does not have, and of any without optimization.
			CPPFLAGS="$holdfast_save_CPPFLAGS -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$level"
			AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <string.h>]],
				[[char b[4]; memset(b, 0, sizeof b); return b[1];]])],
				[holdfast_cv_fortify=$level])
		done
		CFLAGS=$holdfast_save_CFLAGS
		CPPFLAGS=$holdfast_save_CPPFLAGS])
	AS_IF([test "$holdfast_cv_fortify" != none],
		[AS_VAR_APPEND([$1], [" -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$holdfast_cv_fortify"])])])

dnl HOLDFAST_PAM_DIR: sets holdfast_pam_dir to the directory that holds pam_unix.so, or to nothing.
AC_DEFUN([HOLDFAST_PAM_DIR], [
	AC_MSG_CHECKING([where PAM has its modules])
	holdfast_pam_dir=
	holdfast_multiarch=`$CC -print-multiarch 2>/dev/null`
	for dir in /usr/lib/$holdfast_multiarch /lib/$holdfast_multiarch /usr/lib64 /lib64 /usr/lib /lib; do
		if test -z "$holdfast_pam_dir" && test -f "$dir/security/pam_unix.so"; then
			holdfast_pam_dir=$dir/security
		fi
	done
	AC_MSG_RESULT([${holdfast_pam_dir:-not found}])])
