//! Pages of lists.

use super::invalid;
use crate::error::ServiceError;
use crate::service::PageRequest;

/// The most bytes of a page token.
const TOKEN_BYTES_MAX: usize = 1_024;

/// Which page is asked for.
///
/// # Errors
///
/// A negative size, or a token that none of ours can be.
pub fn request(page_size: i32, page_token: String) -> Result<PageRequest, ServiceError> {
    if page_size < 0 {
        return Err(invalid("page_size", "OUT_OF_RANGE", "must not be negative"));
    }
    if page_token.len() > TOKEN_BYTES_MAX || !page_token.bytes().all(|b| b.is_ascii_graphic()) {
        let rule = "must be the next_page_token of the page before";
        return Err(invalid("page_token", "BAD_PAGE_TOKEN", rule));
    }
    Ok(PageRequest { size: page_size, token: page_token })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_cannot_be_is_refused_by_its_field() {
        let refused = |size, token: &str| match request(size, token.to_owned()) {
            Err(ServiceError::Invalid(violations)) => violations[0].field.clone(),
            _ => panic!("taken"),
        };
        assert_eq!(refused(-1, ""), "page_size");
        assert_eq!(refused(0, "a b"), "page_token");
        assert_eq!(refused(0, "\0"), "page_token");
        assert_eq!(refused(0, &"a".repeat(1_025)), "page_token");
        assert_eq!(request(1_000_000, "abc".to_owned()).unwrap().size, 1_000_000);
    }
}
