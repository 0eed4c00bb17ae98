//! The words of a shell's command line, as far as they stand in it.

/// The simple commands of a line, each as its words: `cd x && y` is two of them.
///
/// Nothing is put in for variables and patterns. A line that no shell would take is read
/// as far as it goes.
pub(crate) fn commands(line: &str) -> Vec<Vec<String>> {
    let mut reader = Reader::default();
    let mut rest = line.chars().peekable();
    let mut quote = None;
    while let Some(it) = rest.next() {
        match (quote, it) {
            (Some(mark), _) if it == mark => quote = None,
            (Some('\''), _) => reader.push(it),
            (_, '\\') => rest.next().into_iter().for_each(|it| reader.push(it)),
            (None, '\'' | '"') => {
                quote = Some(it);
                reader.is_word = true;
            }
            // `2>&1` and `&>file` end nothing.
            (None, '&') if reader.word.ends_with('>') || rest.peek() == Some(&'>') => {
                reader.push(it);
            }
            (None, ';' | '|' | '&' | '(' | ')' | '\n') => reader.end_command(),
            (None, _) if it.is_whitespace() => reader.end_word(),
            _ => reader.push(it),
        }
    }
    reader.end_command();
    reader.commands
}

#[derive(Default)]
struct Reader {
    word: String,
    /// Whether there is a word, though it may be empty.
    is_word: bool,
    words: Vec<String>,
    commands: Vec<Vec<String>>,
}

impl Reader {
    fn push(&mut self, it: char) {
        self.word.push(it);
        self.is_word = true;
    }

    fn end_word(&mut self) {
        if std::mem::take(&mut self.is_word) {
            self.words.push(std::mem::take(&mut self.word));
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        if !self.words.is_empty() {
            self.commands.push(std::mem::take(&mut self.words));
        }
    }
}

/// A program's name without its folder.
pub(crate) fn base(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_a_shell_reads_it() {
        for (line, expected) in [
            ("/opt/a  --x", vec![vec!["/opt/a", "--x"]]),
            ("cd /srv&& b 2>&1 | c", vec![vec!["cd", "/srv"], vec!["b", "2>&1"], vec!["c"]]),
            ("sh -c 'a; b' \"c d\"e ''", vec![vec!["sh", "-c", "a; b", "c de", ""]]),
            ("a\\ b; (c &)", vec![vec!["a b"], vec!["c"]]),
            ("a &>/dev/null", vec![vec!["a", "&>/dev/null"]]),
            ("a 'b c", vec![vec!["a", "b c"]]),
            (" ;; ", vec![]),
        ] {
            assert_eq!(commands(line), expected, "{line}");
        }
    }
}
