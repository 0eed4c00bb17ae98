//! How to keep each sink from reading orders into a text.

use std::fmt::Write as _;

/// Makes visible what acts on a terminal or fools the eye: control characters, marks
/// that turn the direction of writing, and characters without width. Line breaks stay.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => shown.push('\n'),
            '\t' => shown.push_str("    "),
            // Unicode has pictures of the first 32 and of DEL.
            '\0'..='\u{1f}' => {
                shown.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'));
            }
            '\u{7f}' => shown.push('\u{2421}'),
            _ if is_invisible(c) => {
                // A string takes whatever is written to it.
                let _ = write!(shown, "<U+{:04X}>", u32::from(c));
            }
            _ => shown.push(c),
        }
    }
    shown
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

/// For HTML, in text and in quoted attributes.
pub fn html(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => encoded.push_str("&amp;"),
            '<' => encoded.push_str("&lt;"),
            '>' => encoded.push_str("&gt;"),
            '"' => encoded.push_str("&quot;"),
            '\'' => encoded.push_str("&#39;"),
            _ => encoded.push(c),
        }
    }
    encoded
}

/// For the markup of Slack, where these three begin every order. Bold and the like stay
/// possible: they only look so.
pub fn slack(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// For Markdown, as Discord reads it: every sign that could begin something is escaped.
pub fn markdown(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() && !matches!(c, ',' | '\'' | '"' | ';' | '%' | '=' | '/' | '.')
        {
            encoded.push('\\');
        }
        encoded.push(c);
    }
    encoded
}

/// For a block of code in Markdown, which nothing but its fence ends.
pub fn fenced(text: &str) -> String {
    text.replace("```", "`\u{2060}`\u{2060}`")
}

/// For a header of mail: on one line.
pub fn header_line(text: &str) -> String {
    let is_break = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    text.chars().map(|c| if is_break(c) { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::prelude::*;

    #[test]
    fn controls_are_seen_and_not_obeyed() {
        assert_eq!(visible("a\u{1b}[31mb\0\r\n\tc\u{7f}"), "a␛[31mb␀␍\n    c␡");
        assert_eq!(visible("gpj.\u{202e}exe\u{200b}"), "gpj.<U+202E>exe<U+200B>");
    }

    proptest! {
        #[test]
        fn no_text_of_html_holds_markup(text: String) {
            let encoded = html(&text);
            prop_assert!(!encoded.contains(['<', '>', '"', '\'']));
            let decoded = encoded
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&amp;", "&");
            prop_assert_eq!(decoded, text);
        }

        #[test]
        fn no_text_of_slack_holds_an_order(text: String) {
            let encoded = slack(&text);
            prop_assert!(!encoded.contains(['<', '>']));
            let decoded = encoded.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            prop_assert_eq!(decoded, text);
        }

        #[test]
        fn every_sign_of_markdown_is_escaped(text: String) {
            let mut escaped = false;
            for c in markdown(&text).chars() {
                prop_assert!(escaped || !"*_~`|<>[]()#@:!-+\\".contains(c) || c == '\\');
                escaped = c == '\\' && !escaped;
            }
        }

        #[test]
        fn a_header_has_one_line(text: String) {
            prop_assert!(!header_line(&text).contains(['\r', '\n', '\0']));
        }

        #[test]
        fn nothing_ends_a_fence(text: String) {
            prop_assert!(!fenced(&text).contains("```"));
        }
    }
}
