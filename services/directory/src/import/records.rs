//! Comma-separated records (RFC 4180), strictly: a misplaced quote is an error on its line, never a guess.

use super::What;

/// A record and the line on which it begins, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) line: u64,
    pub(super) fields: Vec<String>,
}

enum At {
    FieldStart,
    Plain,
    Quoted,
    /// After a quote in a quoted field: its end, or the first of two.
    Quote,
}

/// The records of a text, without empty lines; or the line of what is wrong.
pub(super) fn records(text: &str) -> Result<Vec<Record>, (u64, What)> {
    let (mut records, mut fields, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut at, mut line, mut begun, mut opened) = (At::FieldStart, 1, 1, 1);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let ends_line = c == '\n' || (c == '\r' && chars.peek().is_none_or(|next| *next == '\n'));
        at = match (at, c) {
            (At::FieldStart, '"') => {
                opened = line;
                At::Quoted
            }
            (At::Quoted, '"') => At::Quote,
            (At::Quote, '"') => {
                field.push('"');
                At::Quoted
            }
            (At::Quoted, c) => {
                field.push(c);
                At::Quoted
            }
            (_, ',') => {
                fields.push(std::mem::take(&mut field));
                At::FieldStart
            }
            (at, '\r') if ends_line => at,
            (_, '\n') => {
                fields.push(std::mem::take(&mut field));
                records.push(Record { line: begun, fields: std::mem::take(&mut fields) });
                begun = line + 1;
                At::FieldStart
            }
            (At::Plain, '"') | (At::Quote, _) => return Err((line, What::StrayQuote)),
            (_, c) => {
                field.push(c);
                At::Plain
            }
        };
        line += u64::from(c == '\n');
    }
    if matches!(at, At::Quoted) {
        return Err((opened, What::UnclosedQuote));
    }
    fields.push(field);
    records.push(Record { line: begun, fields });
    records.retain(|record| record.fields != [""]);
    Ok(records)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(records: &[Vec<String>], end: &str) -> String {
        let field = |field: &String| format!("\"{}\"", field.replace('"', "\"\""));
        records.iter().map(|fields| fields.iter().map(field).collect::<Vec<_>>().join(",") + end).collect()
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(rows in prop::collection::vec(prop::collection::vec(".{1,9}", 1..4), 0..5)) {
            for end in ["\n", "\r\n"] {
                let read = records(&written(&rows, end)).unwrap();
                prop_assert_eq!(read.iter().map(|r| &r.fields).collect::<Vec<_>>(), rows.iter().collect::<Vec<_>>());
            }
        }

        #[test]
        fn any_text_is_answered(text in any::<String>()) {
            let _ = records(&text);
        }
    }

    #[test]
    fn lines_are_counted_through_quotes_and_empty_lines() {
        let read = records("a,b\r\n\r\n\"c\nd\",e\nf,\n").unwrap();
        let lines: Vec<_> = read.iter().map(|record| (record.line, record.fields.len())).collect();
        assert_eq!(lines, [(1, 2), (3, 2), (5, 2)]);
        assert_eq!(read[1].fields, ["c\nd", "e"]);
        assert_eq!(read[2].fields, ["f", ""]);
    }
}
