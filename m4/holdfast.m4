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
