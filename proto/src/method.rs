//! The calls of the contract and the rules that stand in it.

use crate::v1;

/// One call and what its `.proto` file says of it.
#[derive(Debug)]
pub struct Method {
    /// The full name, such as `/nightbell.v1.ReportService/UpdateStatus`: the
    /// path of the call over gRPC.
    pub path: &'static str,
    /// What the caller's key must allow. Never unspecified.
    pub access: v1::Access,
    /// A fault outside the report's identity is answered with a warning.
    pub evidence_first: bool,
    /// The caller sends a stream.
    pub request_streaming: bool,
    /// The server answers with a stream.
    pub response_streaming: bool,
    /// Where the call is found over REST. Only calls whose caller streams have
    /// none.
    pub http: Option<Http>,
}

/// Where a call is found over REST.
#[derive(Debug)]
pub struct Http {
    /// In upper case, such as `PUT`.
    pub verb: &'static str,
    /// With each parameter as `{name}`.
    pub path: &'static str,
    /// The fields of the request that are in the path.
    pub params: &'static [&'static str],
    /// What of the request is in the body. What is neither there nor in the
    /// path is in the query.
    pub body: Body,
}

/// What of a request message is in the HTTP body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// Nothing: a body is not read.
    None,
    /// The whole message.
    All,
    /// The named field.
    Field(&'static str),
}

include!("generated/methods.rs");
