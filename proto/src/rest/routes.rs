//! The routes, made from the `google.api.http` annotations.

include!("../generated/routes.rs");
