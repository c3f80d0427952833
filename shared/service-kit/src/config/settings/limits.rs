//! The settings of what no request and no connection may exceed.

use super::{
    super::value::{milliseconds, shown_milliseconds, shown_number, size},
    Setting,
};

pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        key: "limits.body_bytes_max",
        help: "The body of a request, in bytes.",
        set: |config, value| size(value, 1_024..=GIBIBYTE).map(|size| config.limits.body_bytes_max = size),
        get: |config| shown_number(config.limits.body_bytes_max),
    },
    Setting {
        key: "limits.header_bytes_max",
        help: "The head of a request, in bytes.",
        set: |config, value| size(value, 8_192..=1_048_576).map(|size| config.limits.header_bytes_max = size),
        get: |config| shown_number(config.limits.header_bytes_max),
    },
    Setting {
        key: "limits.headers_max",
        help: "How many headers a request has.",
        set: |config, value| size(value, 16..=1_000).map(|size| config.limits.headers_max = size),
        get: |config| shown_number(config.limits.headers_max),
    },
    Setting {
        key: "limits.tls_handshake_ms_max",
        help: "From the taking of a connection to the end of its TLS handshake, in milliseconds.",
        set: |config, value| milliseconds(value, 100..=600_000).map(|time| config.limits.tls_handshake_max = time),
        get: |config| shown_milliseconds(config.limits.tls_handshake_max),
    },
    Setting {
        key: "limits.header_read_ms_max",
        help: "From the first byte of a request's head to its last, in milliseconds.",
        set: |config, value| milliseconds(value, 100..=600_000).map(|time| config.limits.header_read_max = time),
        get: |config| shown_milliseconds(config.limits.header_read_max),
    },
    Setting {
        key: "limits.request_ms_max",
        help: "From a request's head to the head of its answer, in milliseconds.",
        set: |config, value| milliseconds(value, 100..=600_000).map(|time| config.limits.request_max = time),
        get: |config| shown_milliseconds(config.limits.request_max),
    },
    Setting {
        key: "limits.connections_max",
        help: "How many connections are open at once, sockets of open pages among them; those after wait.",
        set: |config, value| size(value, 1..=1_000_000).map(|count| config.limits.connections_max = count),
        get: |config| shown_number(config.limits.connections_max),
    },
    Setting {
        key: "limits.stop_ms_max",
        help: "How long a stop waits for what is under way, in milliseconds.",
        set: |config, value| milliseconds(value, 0..=600_000).map(|time| config.limits.stop_max = time),
        get: |config| shown_milliseconds(config.limits.stop_max),
    },
];

const GIBIBYTE: u64 = 1024 * 1024 * 1024;
