//! The JSON form of each message, made from the `.proto` files.

include!("../generated/json.rs");
