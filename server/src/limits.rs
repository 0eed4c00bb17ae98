//! Every bound of the server, by name.
//!
//! Whatever can grow has a bound, and the bound stands here with the reason
//! for its size. What texts and numbers inside a report may be is the domain's
//! to say.

use std::time::Duration;

// Connections.

/// Connections open at once. Each costs a few tens of KiB, so this is about a
/// gigabyte in the worst case.
pub const CONNECTIONS_MAX: usize = 20_000;

/// Connections open at once from one IPv4 address or one IPv6 /64 network,
/// which is what one customer of a provider has.
pub const CONNECTIONS_PER_ADDRESS_MAX: usize = 200;

/// Time for a TLS handshake.
pub const TLS_HANDSHAKE_MAX: Duration = Duration::from_secs(10);

/// Time from connecting to the first complete request head of HTTP/1, or to
/// the preface of HTTP/2.
pub const CONNECTION_OPENING_MAX: Duration = Duration::from_secs(10);

/// Time an HTTP/1 connection may wait between two requests, the head of the
/// second included. Longer than the interval of a common heartbeat: were it
/// equal, client and server would race to reuse and to close.
pub const HTTP1_IDLE_MAX: Duration = Duration::from_secs(75);

/// Age at which a connection is asked to end, so that clients spread over
/// servers anew.
pub const CONNECTION_AGE_MAX: Duration = Duration::from_mins(30);

/// How much the age differs from one connection to the next, in percent either
/// way, so that connections made together do not end together.
pub const CONNECTION_AGE_JITTER_PERCENT: u32 = 10;

/// Time for requests under way once a connection was asked to end for its age.
pub const CONNECTION_AGE_GRACE: Duration = Duration::from_mins(1);

/// Time for requests under way when the server stops.
pub const SHUTDOWN_GRACE: Duration = Duration::from_secs(10);

/// Pause after the system could not give a new connection, such as for lack of
/// file descriptors. Without it the accept loop would spin.
pub const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

// HTTP/2.

/// Streams open at once on one connection. More are refused, not queued.
pub const HTTP2_STREAMS_MAX: u32 = 100;

/// Interval of the PINGs that find dead connections.
pub const HTTP2_KEEPALIVE_INTERVAL: Duration = Duration::from_secs(30);

/// Time for the answer to such a PING.
pub const HTTP2_KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(10);

/// Streams this side may reset for the client's errors before it takes the
/// client for an attacker and ends the connection.
pub const HTTP2_LOCAL_RESETS_MAX: usize = 1024;

/// Size of a request's head.
pub const HEADERS_BYTES_MAX: u32 = 16 * 1024;

/// Unprovoked PING frames within [`HTTP2_PING_WINDOW`]. The HTTP/2 library
/// answers every PING for as long as they come.
pub const HTTP2_PINGS_MAX: u32 = 100;

/// The time over which PING frames are counted.
pub const HTTP2_PING_WINDOW: Duration = Duration::from_secs(10);

// Requests.

/// Requests of one connection waiting for their answer at once.
pub const REQUESTS_PER_CONNECTION_MAX: usize = 64;

/// Streams open at once under one key.
pub const STREAMS_PER_KEY_MAX: usize = 1_000;

/// Time for the answer to one unary call.
pub const CALL_MAX: Duration = Duration::from_secs(10);

/// Size of one gRPC message, other than a batch. As over REST, so that a report that
/// one transport takes is not refused by the other.
pub const GRPC_MESSAGE_BYTES_MAX: usize = 256 * 1024;

/// Size of one gRPC message that carries a batch, after decompression.
pub const GRPC_BATCH_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Size of one REST body, other than a batch.
pub const REST_BODY_BYTES_MAX: usize = 256 * 1024;

/// Size of one REST body that carries a batch.
pub const REST_BATCH_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Bytes kept of a refused report.
pub const REJECTED_BYTES_MAX: usize = 2 * 1024;

// Settings.

/// Requests per second of one key, unless the settings or the key say another
/// number.
pub const REQUESTS_PER_SECOND_DEFAULT: u32 = 1_000;

/// Schedulers of one project, unless the settings say another number.
pub const SCHEDULERS_DEFAULT: u32 = 100_000;

/// The most schedulers that the settings may have measured one by one. Each makes seven
/// series, and Prometheus asks for all of them every few seconds.
pub const METRICS_SCHEDULERS_MAX: u32 = 10_000;

/// Badges that are made at once. Whoever asks for one shows no key.
pub const BADGES_AT_ONCE_MAX: usize = 4;

/// The most schedulers that the badge of a label looks at, the first by id.
pub const BADGE_SCHEDULERS_MAX: i64 = 1_000;

/// People whose sign-ins are asked about at once. Whoever tries shows no key.
pub const SIGN_INS_AT_ONCE_MAX: usize = 16;

// Calls of other servers.

/// Length of a webhook's address.
pub const TARGET_BYTES_MAX: usize = 2_048;

/// Time for one attempt to deliver, from resolving the name to the last byte
/// read.
pub const DELIVERY_MAX: Duration = Duration::from_secs(15);

/// Time to connect to a receiver, TLS included.
pub const DELIVERY_CONNECT_MAX: Duration = Duration::from_secs(5);

/// Time for one question to the provider that people sign in with, who wait for it. A
/// sign-in asks twice at the most.
pub const PROVIDER_MAX: Duration = Duration::from_secs(4);

/// Time to connect to the provider, TLS included.
pub const PROVIDER_CONNECT_MAX: Duration = Duration::from_secs(3);

/// Bytes read of a receiver's answer. The rest is never asked for.
pub const ANSWER_BYTES_MAX: usize = 4 * 1024;

/// Bytes read of an answer that says in its body how it went. Slack's repeats the message
/// that it took.
pub const API_ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Characters kept of a receiver's answer, for an operator.
pub const ANSWER_CHARACTERS_MAX: usize = 200;

/// The shortest wait a receiver can ask for by `Retry-After`.
pub const RETRY_AFTER_MIN: Duration = Duration::from_secs(1);

/// The longest wait a receiver can ask for by `Retry-After`.
pub const RETRY_AFTER_MAX: Duration = Duration::from_hours(1);

/// Size of a request of Slack's. It repeats the message whose button was pressed.
pub const SLACK_BODY_BYTES_MAX: usize = 256 * 1024;

/// How old a request of Slack's may be. An older one may be a recording.
pub const SLACK_REQUEST_AGE_MAX: Duration = Duration::from_mins(5);

/// Bytes read of a mail server in one attempt, certificates included.
pub const SMTP_ANSWER_BYTES_MAX: usize = 64 * 1024;

/// The most addresses that one channel writes to.
pub const MAIL_ADDRESSES_MAX: usize = 20;

/// Characters of a mail address, by RFC 5321.
pub const MAIL_ADDRESS_CHARACTERS_MAX: usize = 254;
