/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <strings.h>

#include "keywords.h"

#define RESOLVED(name) { name, KEYWORD_RESOLVED, false, false, NULL, NULL, WHEN_ALWAYS }
#define DONE(name) { name, KEYWORD_DONE, false, false, NULL, NULL, WHEN_ALWAYS }
#define DONE_BUT(name, why) { name, KEYWORD_DONE, false, false, why, NULL, WHEN_ALWAYS }
#define SSH(name, harmless, when, why) { name, KEYWORD_SSH, false, false, why, harmless, when }
#define SSH_ONLY(name, harmless, when, why) { name, KEYWORD_SSH, false, true, why, harmless, when }
#define WITHOUT(name, why) { name, KEYWORD_WITHOUT, false, false, why, NULL, WHEN_ALWAYS }
#define OBSOLETE(name) { name, KEYWORD_OBSOLETE, false, false, NULL, NULL, WHEN_ALWAYS }
#define ALIAS(name, real) { name, KEYWORD_ALIAS, false, false, real, NULL, WHEN_ALWAYS }
#define VENDOR(name, how, why, harmless, when) { name, how, true, false, why, harmless, when }
#define NO "no|false|off"

static const struct keyword rows[] = {
	RESOLVED("Host"),
	RESOLVED("Match"),
	RESOLVED("Include"),
	DONE_BUT("AddKeysToAgent", "a key file is not in the agent yet"),
	DONE("AddressFamily"),
	DONE("BatchMode"),
	DONE_BUT("BindAddress", "the value is a name"),
	DONE("BindInterface"),
	RESOLVED("CanonicalDomains"),
	RESOLVED("CanonicalizeFallbackLocal"),
	RESOLVED("CanonicalizeHostname"),
	RESOLVED("CanonicalizeMaxDots"),
	RESOLVED("CanonicalizePermittedCNAMEs"),
	WITHOUT("CASignatureAlgorithms", "where an authority is known for the host, ssh checks its certificate"),
	DONE_BUT("CertificateFile", "the certificate's key is not in a file"),
	SSH_ONLY("ChannelTimeout", "none", WHEN_ALWAYS, "libssh has no timeouts of channels"),
	SSH_ONLY("CheckHostIP", NO, WHEN_ALWAYS, "ssh alone knows hosts by their addresses"),
	DONE_BUT("Ciphers", "libssh lacks what ssh and the host agree on"),
	RESOLVED("ClearAllForwardings"),
	DONE("Compression"),
	DONE("ConnectionAttempts"),
	DONE("ConnectTimeout"),
	SSH("ControlMaster", NO, WHEN_CONTROL_PATH, "ssh alone shares connections"),
	DONE_BUT("ControlPath", "a connection is there to share"),
	WITHOUT("ControlPersist", "a master is ssh's"),
	DONE("DynamicForward"),
	WITHOUT("EnableEscapeCommandline", "the client has no escape ~C"),
	WITHOUT("EnableSSHKeysign", "only for HostbasedAuthentication, which goes through ssh"),
	DONE("EscapeChar"),
	DONE("ExitOnForwardFailure"),
	DONE("FingerprintHash"),
	DONE("ForkAfterAuthentication"),
	DONE("ForwardAgent"),
	DONE("ForwardX11"),
	DONE("ForwardX11Timeout"),
	DONE("ForwardX11Trusted"),
	DONE("GatewayPorts"),
	DONE_BUT("GlobalKnownHostsFile", "a name has a blank, or is relative"),
	DONE("GSSAPIAuthentication"),
	SSH("GSSAPIDelegateCredentials", NO, WHEN_GSSAPI, "ssh alone delegates credentials"),
	DONE("HashKnownHosts"),
	WITHOUT("HostbasedAcceptedAlgorithms", "only for HostbasedAuthentication, which goes through ssh"),
	SSH("HostbasedAuthentication", NO, WHEN_ALWAYS, "not supported by libssh"),
	DONE_BUT("HostKeyAlgorithms", "libssh lacks what ssh and the host agree on"),
	DONE("HostKeyAlias"),
	DONE("Hostname"),
	DONE("IdentitiesOnly"),
	DONE_BUT("IdentityAgent", "the agent restricts a key to some hosts (ssh-add -h)"),
	DONE_BUT("IdentityFile", "the file is a FIDO key that no agent holds"),
	RESOLVED("IgnoreUnknown"),
	DONE("IPQoS"),
	DONE("KbdInteractiveAuthentication"),
	SSH("KbdInteractiveDevices", NULL, WHEN_ALWAYS, "libssh names no devices"),
	DONE_BUT("KexAlgorithms", "libssh lacks what ssh and the host agree on"),
	SSH_ONLY("KnownHostsCommand", "none", WHEN_ALWAYS, "run by ssh alone"),
	WITHOUT("LocalCommand", "only with PermitLocalCommand, which goes through ssh"),
	DONE("LocalForward"),
	DONE("LogLevel"),
	SSH("LogVerbose", "none", WHEN_ALWAYS, "only ssh has the messages that are asked for"),
	DONE_BUT("MACs", "libssh lacks what ssh and the host agree on"),
	DONE("NoHostAuthenticationForLocalhost"),
	DONE("NumberOfPasswordPrompts"),
	DONE("ObscureKeystrokeTiming"),
	DONE("PasswordAuthentication"),
	SSH("PermitLocalCommand", NO, WHEN_LOCAL_COMMAND, "run by ssh alone"),
	DONE("PermitRemoteOpen"),
	SSH("PKCS11Provider", "none", WHEN_ALWAYS, "libssh is used without tokens"),
	DONE("Port"),
	DONE("PreferredAuthentications"),
	DONE("ProxyCommand"),
	DONE("ProxyJump"),
	SSH_ONLY("ProxyUseFdpass", NO, WHEN_ALWAYS, "not supported by libssh"),
	DONE_BUT("PubkeyAcceptedAlgorithms", "libssh has none of the values"),
	SSH_ONLY("PubkeyAuthentication", "yes|true|no|false|unbound", WHEN_ALWAYS,
	         "libssh does not bind signatures to hosts"),
	RESOLVED("RefuseConnection"),
	SSH_ONLY("RekeyLimit", "0 0|default none|default", WHEN_ALWAYS, "ssh alone counts by it"),
	DONE("RemoteCommand"),
	DONE_BUT("RemoteForward", "the host is to listen on a unix socket"),
	DONE("RequestTTY"),
	DONE("RequiredRSASize"),
	DONE_BUT("RevokedHostKeys",
	         "a file is a key revocation list; there are two, or a name has a blank or is relative"),
	WITHOUT("SecurityKeyProvider", "a FIDO key is used by its agent, or by ssh"),
	DONE("SendEnv"),
	WITHOUT("ServerAliveCountMax", "a silent connection is replaced within seconds"),
	DONE("ServerAliveInterval"),
	DONE("SessionType"),
	DONE("SetEnv"),
	DONE("StdinNull"),
	DONE("StreamLocalBindMask"),
	DONE("StreamLocalBindUnlink"),
	DONE("StrictHostKeyChecking"),
	WITHOUT("SyslogFacility", "the client writes nothing to syslog"),
	DONE("TCPKeepAlive"),
	RESOLVED("Tag"),
	SSH("Tunnel", NO, WHEN_ALWAYS, "not supported by libssh"),
	WITHOUT("TunnelDevice", "only for Tunnel, which goes through ssh"),
	SSH("UpdateHostKeys", "yes|true|no|false", WHEN_ALWAYS, "ssh alone asks for new host keys"),
	DONE("User"),
	DONE_BUT("UserKnownHostsFile",
	         "it names a certificate authority for the host; a name has a blank, or is relative"),
	SSH_ONLY("VerifyHostKeyDNS", NO, WHEN_ALWAYS, "not supported by libssh"),
	SSH("VersionAddendum", "none", WHEN_ALWAYS, "libssh sends a version of its own"),
	SSH("VisualHostKey", NO, WHEN_ALWAYS, "drawn by ssh alone"),
	DONE("WarnWeakCrypto"),
	DONE("XAuthLocation"),

	ALIAS("ChallengeResponseAuthentication", "KbdInteractiveAuthentication"),
	ALIAS("DSAAuthentication", "PubkeyAuthentication"),
	ALIAS("HostbasedKeyTypes", "HostbasedAcceptedAlgorithms"),
	ALIAS("IdentityFile2", "IdentityFile"),
	ALIAS("KeepAlive", "TCPKeepAlive"),
	ALIAS("PubkeyAcceptedKeyTypes", "PubkeyAcceptedAlgorithms"),
	ALIAS("SKeyAuthentication", "KbdInteractiveAuthentication"),
	ALIAS("SmartcardDevice", "PKCS11Provider"),
	ALIAS("TISAuthentication", "KbdInteractiveAuthentication"),

	OBSOLETE("AFSTokenPassing"),
	OBSOLETE("Cipher"),
	OBSOLETE("CompressionLevel"),
	OBSOLETE("FallBackToRsh"),
	OBSOLETE("GlobalKnownHostsFile2"),
	OBSOLETE("KerberosAuthentication"),
	OBSOLETE("KerberosTGTPassing"),
	OBSOLETE("Protocol"),
	OBSOLETE("RhostsAuthentication"),
	OBSOLETE("RhostsRSAAuthentication"),
	OBSOLETE("RSAAuthentication"),
	OBSOLETE("UsePrivilegedPort"),
	OBSOLETE("UseRoaming"),
	OBSOLETE("UseRsh"),
	OBSOLETE("UserKnownHostsFile2"),

	VENDOR("GSSAPIClientIdentity", KEYWORD_SSH, "ssh alone chooses credentials", NULL, WHEN_GSSAPI),
	VENDOR("GSSAPIKexAlgorithms", KEYWORD_WITHOUT, "only for GSSAPIKeyExchange, which goes through ssh", NULL,
	       WHEN_ALWAYS),
	VENDOR("GSSAPIKeyExchange", KEYWORD_SSH, "not supported by libssh", NO, WHEN_GSSAPI),
	VENDOR("GSSAPIRenewalForcesRekey", KEYWORD_SSH, "not supported by libssh", NO, WHEN_GSSAPI),
	VENDOR("GSSAPIServerIdentity", KEYWORD_SSH, "ssh alone chooses the name", NULL, WHEN_GSSAPI),
	VENDOR("GSSAPITrustDNS", KEYWORD_SSH, "ssh alone looks the name up", NO, WHEN_GSSAPI),
	VENDOR("RSAMinSize", KEYWORD_ALIAS, "RequiredRSASize", NULL, WHEN_ALWAYS),
	VENDOR("UseKeychain", KEYWORD_SSH, "ssh alone reads macOS's keychain", NO, WHEN_ALWAYS),
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

const struct keyword *
keyword_at(size_t index)
{
	return index < ROWS ? &rows[index] : NULL;
}

const struct keyword *
keyword_find(const char *name, size_t len)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strlen(rows[i].name) == len && strncasecmp(rows[i].name, name, len) == 0)
			return rows[i].how == KEYWORD_ALIAS ? keyword_find(rows[i].why, strlen(rows[i].why)) : &rows[i];
	return NULL;
}

bool
keyword_harmless(const struct keyword *k, const char *value)
{
	size_t len = strlen(value), n;

	for (const char *s = k->harmless; s && *s; s += n + (s[n] == '|')) {
		n = strcspn(s, "|");
		if (n == len && strncasecmp(s, value, n) == 0)
			return true;
	}
	return false;
}
