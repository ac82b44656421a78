"""Every CURLcode, by the kind of failure that it is (libcurl-errors(3)).

The codes are numbers of libcurl's stable ABI, without their CURLE_; pycurl does not name them all.
Some mean something else under circumstances that `curl_failure` knows.
"""

from __future__ import annotations

from ddm.failures import Kind

# What HTTP alone cannot bring about, or only with an option that we do not set.
_NEVER_OURS = {
    9: "REMOTE_ACCESS_DENIED",
    10: "FTP_ACCEPT_FAILED",
    11: "FTP_WEIRD_PASS_REPLY",
    12: "FTP_ACCEPT_TIMEOUT",
    13: "FTP_WEIRD_PASV_REPLY",
    14: "FTP_WEIRD_227_FORMAT",
    15: "FTP_CANT_GET_HOST",
    17: "FTP_COULDNT_SET_TYPE",
    19: "FTP_COULDNT_RETR_FILE",
    20: "FTP_WRITE_ERROR",
    21: "QUOTE_ERROR",
    22: "HTTP_RETURNED_ERROR",
    24: "MALFORMAT_USER",
    25: "UPLOAD_FAILED",
    26: "READ_ERROR",
    29: "FTP_COULDNT_SET_ASCII",
    30: "FTP_PORT_FAILED",
    31: "FTP_COULDNT_USE_REST",
    32: "FTP_COULDNT_GET_SIZE",
    33: "RANGE_ERROR",
    34: "HTTP_POST_ERROR",
    36: "BAD_DOWNLOAD_RESUME",
    37: "FILE_COULDNT_READ_FILE",
    38: "LDAP_CANNOT_BIND",
    39: "LDAP_SEARCH_FAILED",
    46: "BAD_PASSWORD_ENTERED",
    49: "TELNET_OPTION_SYNTAX",
    57: "SHARE_IN_USE",
    62: "LDAP_INVALID_URL",
    63: "FILESIZE_EXCEEDED",
    64: "USE_SSL_FAILED",
    65: "SEND_FAIL_REWIND",
    67: "LOGIN_DENIED",
    68: "TFTP_NOTFOUND",
    69: "TFTP_PERM",
    70: "REMOTE_DISK_FULL",
    71: "TFTP_ILLEGAL",
    72: "TFTP_UNKNOWNID",
    73: "REMOTE_FILE_EXISTS",
    74: "TFTP_NOSUCHUSER",
    75: "CONV_FAILED",
    76: "CONV_REQD",
    78: "REMOTE_FILE_NOT_FOUND",
    79: "SSH",
    81: "AGAIN",
    84: "FTP_PRET_FAILED",
    85: "RTSP_CSEQ_ERROR",
    86: "RTSP_SESSION_ERROR",
    87: "FTP_BAD_FILE_LIST",
    88: "CHUNK_FAILED",
    89: "NO_CONNECTION_AVAILABLE",
}

CODES: dict[Kind, dict[int, str]] = {
    Kind.UNRESOLVED: {
        6: "COULDNT_RESOLVE_HOST",
    },
    Kind.UNREACHABLE: {
        5: "COULDNT_RESOLVE_PROXY",
        7: "COULDNT_CONNECT",
        28: "OPERATION_TIMEDOUT",
        45: "INTERFACE_FAILED",
        97: "PROXY",
    },
    Kind.BROKEN: {
        16: "HTTP2",
        18: "PARTIAL_FILE",
        52: "GOT_NOTHING",
        55: "SEND_ERROR",
        56: "RECV_ERROR",
        80: "SSL_SHUTDOWN_FAILED",
        92: "HTTP2_STREAM",
        95: "HTTP3",
        96: "QUIC_CONNECT_ERROR",
    },
    Kind.TLS: {
        35: "SSL_CONNECT_ERROR",
        53: "SSL_ENGINE_NOTFOUND",
        54: "SSL_ENGINE_SETFAILED",
        58: "SSL_CERTPROBLEM",  # our own
        59: "SSL_CIPHER",
        66: "SSL_ENGINE_INITFAILED",
        98: "SSL_CLIENTCERT",
        101: "ECH_REQUIRED",
    },
    Kind.UNTRUSTED: {
        51: "PEER_FAILED_VERIFICATION",  # before 7.62
        60: "PEER_FAILED_VERIFICATION",
        77: "SSL_CACERT_BADFILE",
        82: "SSL_CRL_BADFILE",
        83: "SSL_ISSUER_ERROR",
        90: "SSL_PINNEDPUBKEYNOTMATCH",
        91: "SSL_INVALIDCERTSTATUS",
    },
    Kind.BAD_RESPONSE: {
        1: "UNSUPPORTED_PROTOCOL",  # also HTTP/0.9
        3: "URL_MALFORMAT",
        8: "WEIRD_SERVER_REPLY",
        47: "TOO_MANY_REDIRECTS",
        61: "BAD_CONTENT_ENCODING",
        100: "TOO_LARGE",
    },
    Kind.INTERNAL: {
        2: "FAILED_INIT",
        4: "NOT_BUILT_IN",
        23: "WRITE_ERROR",  # the callback that refused has kept its cause
        27: "OUT_OF_MEMORY",
        40: "LIBRARY_NOT_FOUND",
        41: "FUNCTION_NOT_FOUND",
        42: "ABORTED_BY_CALLBACK",
        43: "BAD_FUNCTION_ARGUMENT",
        44: "BAD_CALLING_ORDER",
        48: "UNKNOWN_OPTION",
        93: "RECURSIVE_API_CALL",
        94: "AUTH_ERROR",
        99: "UNRECOVERABLE_POLL",
        **_NEVER_OURS,
    },
}
KINDS: dict[int, Kind] = {code: kind for kind, names in CODES.items() for code in names}
