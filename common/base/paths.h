/* SPDX-License-Identifier: MIT */
/*
 * paths: where everything is (docs/ARCHITECTURE.md, "On disk and at run time").
 *
 * HOLDFAST_RUNDIR (/run/holdfast), HOLDFAST_STATEDIR (/var/lib/holdfast), HOLDFAST_CONFDIR (/etc/holdfast) and
 * HOLDFAST_LIBEXECDIR (…/libexec/holdfast) come from configure on the compiler's command line.
 */
#ifndef HOLDFAST_PATHS_H
#define HOLDFAST_PATHS_H

#define PATH_DAEMON_SOCK HOLDFAST_RUNDIR "/holdfastd.sock" /* 0666 */
#define PATH_LOGINS HOLDFAST_RUNDIR "/logins"              /* 0700 root; one record per login */
#define PATH_LEADERS HOLDFAST_RUNDIR "/leaders"            /* 0700 root; one file per leader: leaderreg.h */
#define PATH_SESSIONS HOLDFAST_RUNDIR "/sessions"          /* 0755 root; <uid>/<id>/ root's too: sessiondir.h */
/* What holdfastd makes of these, with the mode of each: initializers of an array of { const char *path; mode_t mode; }. */
#define PATH_DIRECTORIES { HOLDFAST_RUNDIR, 0755 }, { PATH_LOGINS, 0700 }, { PATH_LEADERS, 0700 }, { PATH_SESSIONS, 0755 }
#define PATH_USERS HOLDFAST_RUNDIR "/users"                /* directories of keepers up to 0.1; <uid>/ is the user's */
#define PATH_PAM HOLDFAST_RUNDIR "/pam"                    /* 0700 root; PAM configuration of held shells */
#define PATH_DRAIN HOLDFAST_RUNDIR "/drain"                /* root's; if it exists, no new sessions start */
#define PATH_COUNTERS HOLDFAST_RUNDIR "/" NAME_COUNTERS    /* 0600 root; what has happened, in numbers: counters.h */
#define NAME_COUNTERS "counters"
#define PATH_STATE HOLDFAST_STATEDIR                     /* 0755; the next two 0700, root's: endstore.h */
#define PATH_ENDS PATH_STATE "/ends"
#define PATH_ENDS_RUNNING PATH_STATE "/running"
#define PATH_EVENTS PATH_STATE "/events"                 /* 0700 root: eventstore.h */
#define PATH_SAID PATH_STATE "/said"                     /* 0700 root: saidstore.h */
/*
 * Made by systemd for holdfast-pool: the directory belongs to that daemon's user, and so do the two sockets in it
 * (common/messages/poolmsg.h).  A host without a pool has no such directory.
 */
#define PATH_POOL HOLDFAST_RUNDIR "-pool"
#define PATH_POOL_TOLD PATH_POOL "/" NAME_POOL_TOLD
#define PATH_POOL_ASK PATH_POOL "/" NAME_POOL_ASK
#define NAME_POOL_TOLD "told"
#define NAME_POOL_ASK "ask"
#define PATH_DISABLED HOLDFAST_CONFDIR "/disabled"         /* the kill switch */
#define PATH_RESUME_D HOLDFAST_CONFDIR "/resume.d"         /* root's; run as the user at each resume */
#define PATH_CONFIG HOLDFAST_CONFDIR "/holdfast.conf"
#define PATH_KEEPER HOLDFAST_LIBEXECDIR "/holdfast-keeper"
#define PATH_KEEPER_OLD PATH_KEEPER ".old" /* the one before, which packages keep while sessions run */
#define PATH_CLIENT HOLDFAST_BINDIR "/holdfast" /* of a package of its own: it may be missing */
#define PATH_LOGIN HOLDFAST_LIBEXECDIR "/holdfast-login"

#define NAME_SOCK "sock"     /* in a session's directory */
#define NAME_LEADER "leader" /* the leader's: leaderctl.h */
#define NAME_AGENT "agent"
#define NAME_LOGIN "login"   /* a number that changes with each attached login */

/*
 * Sessions that a user has made without holdfastd count from here (server/session/rootless/rootless.h), above any
 * MaxSessions.
 */
#define OWN_FIRST_ID 10001

#endif
