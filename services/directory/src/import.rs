//! The file of agencies: read and checked as a whole before anything is written.
//!
//! The file is UTF-8 text with comma-separated fields and the header [`HEADER`]; a field that holds a comma, a quote or
//! a line break stands in quotes, and a quote in it is doubled. Other names are separated by `|`.

use std::{
    collections::{HashMap, hash_map::Entry},
    fmt,
};

use contracts::directory::{Address, AgencyKind, AgencyName, OrganisationNumber, ShortName};
use records::Record;
use types::{Line, TextError};

use crate::domain::agency::{Description, OTHER_NAMES_MAX, is_organisation_number, name_key};

pub mod plan;
mod records;

/// The first line of the file; the last two fields may be left out, of all lines alike.
pub const HEADER: [&str; 6] = ["name", "short_name", "website", "former_or_other_names", "kind", "organisation_number"];
/// How many of the fields every file has.
const FIELDS_MIN: usize = 4;
/// The most bytes that a file may have.
pub const BYTES_MAX: usize = 8 * 1024 * 1024;
/// The most agencies in one file.
pub const ROWS_MAX: usize = 20_000;
/// How many of a file's mistakes are told at once.
pub const MISTAKES_MAX: usize = 20;

/// An agency in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// What the file says of it.
    pub agency: Description,
}

/// Why a file was not taken; nothing of it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{}", Listed(.mistakes), Left(*.more))]
pub struct Refused {
    /// What is wrong, in the order of the lines; at most [`MISTAKES_MAX`].
    pub mistakes: Vec<Mistake>,
    /// How many mistakes there are beside those.
    pub more: usize,
}

/// Something wrong in the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct Mistake {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong there.
    pub what: What,
}

/// What is wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum What {
    /// More bytes than are read.
    #[error("the file has {given} bytes, at most {BYTES_MAX} are read: split it into several files")]
    TooManyBytes {
        /// How many it has.
        given: usize,
    },
    /// More rows than are read.
    #[error("the file has more than {ROWS_MAX} agencies: split it into several files")]
    TooManyRows,
    /// Not UTF-8.
    #[error("the text is not UTF-8: save the file as “CSV UTF-8”")]
    NotUtf8,
    /// The header is another.
    #[error("the first line must be `{}`, and is `{found}`: write the header as the first line", HEADER[..FIELDS_MIN].join(","))]
    WrongHeader {
        /// The first line, shortened.
        found: String,
    },
    /// A quote that is not closed.
    #[error("the quote that begins here is never closed: add `\"` at the end of the field")]
    UnclosedQuote,
    /// A quote where none may stand.
    #[error("a quote stands inside a field: put the whole field in quotes, and write each quote in it twice")]
    StrayQuote,
    /// More or fewer fields than in the first line.
    #[error("there are {given} fields instead of {expected}: put a field that holds a comma in quotes")]
    FieldCount {
        /// How many there are.
        given: usize,
        /// How many the first line has.
        expected: usize,
    },
    /// No name.
    #[error("the name is missing: write the agency's name in the first field")]
    NoName,
    /// A field that can't be taken.
    #[error("`{field}`: {error}: {}", remedy(.error))]
    Field {
        /// Which field.
        field: &'static str,
        /// Why.
        error: TextError,
    },
    /// Not the address of a web site.
    #[error("`website` is no web address: write it whole, beginning with https:// or http://, or leave it out")]
    Website,
    /// No kind of body that is known.
    #[error("`kind` is not known: write state, region or municipality, or leave it out")]
    Kind,
    /// Not an organisation number.
    #[error("`organisation_number` is none: write it as in 202100-5489, or leave it out")]
    OrganisationNumber,
    /// More other names than are kept.
    #[error("there are {given} former or other names, at most {OTHER_NAMES_MAX} are kept: leave some out")]
    TooManyNames {
        /// How many there are.
        given: usize,
    },
    /// The same name twice.
    #[error("the name `{name}` stands on line {first} already: keep one of the two lines")]
    RepeatedName {
        /// The name.
        name: String,
        /// Where it stands first.
        first: u64,
    },
    /// Two lines that are one agency in the directory.
    #[error("`{name}` is the agency of line {first} too, by a former name: keep one of the two lines")]
    SameAgency {
        /// The name on this line.
        name: String,
        /// The other line.
        first: u64,
    },
}

fn remedy(error: &TextError) -> &'static str {
    match error {
        TextError::Empty => "write something or leave it out",
        TextError::TooLong { .. } => "shorten it",
        TextError::Forbidden(_) => "remove that character",
        TextError::LineBreak => "write it on one line",
    }
}

struct Listed<'a>(&'a [Mistake]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.0.iter().enumerate() {
            write!(f, "{}{mistake}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

struct Left(usize);

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 > 0 { write!(f, "\nand {} more mistakes", self.0) } else { Ok(()) }
    }
}

impl From<Vec<Mistake>> for Refused {
    fn from(mut mistakes: Vec<Mistake>) -> Self {
        mistakes.sort_by_key(|mistake| mistake.line);
        let more = mistakes.len().saturating_sub(MISTAKES_MAX);
        mistakes.truncate(MISTAKES_MAX);
        Self { mistakes, more }
    }
}

/// Reads the whole file, or says all that is wrong with it.
pub fn parse(bytes: &[u8]) -> Result<Vec<Row>, Refused> {
    let one = |line, what| Refused::from(vec![Mistake { line, what }]);
    if bytes.len() > BYTES_MAX {
        return Err(one(1, What::TooManyBytes { given: bytes.len() }));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| one(line_at(bytes, error.valid_up_to()), What::NotUtf8))?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    check_header(text).map_err(|what| one(1, what))?;
    let records = records::records(text).map_err(|(line, what)| one(line, what))?;
    parse_rows(&records[1..], records[0].fields.len()).map_err(Refused::from)
}

fn line_at(bytes: &[u8], index: usize) -> u64 {
    1 + bytes[..index].iter().filter(|byte| **byte == b'\n').count() as u64
}

fn check_header(text: &str) -> Result<(), What> {
    let first = text.lines().next().unwrap_or_default();
    let fields: Vec<_> = first.split(',').map(|field| field.trim().trim_matches('"')).collect();
    let is_header = fields == HEADER || fields == HEADER[..FIELDS_MIN];
    if is_header { Ok(()) } else { Err(What::WrongHeader { found: first.chars().take(80).collect() }) }
}

fn parse_rows(records: &[Record], width: usize) -> Result<Vec<Row>, Vec<Mistake>> {
    let (mut rows, mut mistakes) = (Vec::new(), Vec::new());
    let mut lines_by_name = HashMap::new();
    for Record { line, fields } in records {
        let line = *line;
        if rows.len() >= ROWS_MAX {
            mistakes.push(Mistake { line, what: What::TooManyRows });
            break;
        }
        let agency = match parse_row(fields, width) {
            Ok(agency) => agency,
            Err(what) => {
                mistakes.extend(what.into_iter().map(|what| Mistake { line, what }));
                continue;
            }
        };
        match lines_by_name.entry(name_key(agency.name.as_str())) {
            Entry::Occupied(first) => mistakes.push(Mistake {
                line,
                what: What::RepeatedName { name: agency.name.to_string(), first: *first.get() },
            }),
            Entry::Vacant(entry) => {
                entry.insert(line);
                rows.push(Row { line, agency });
            }
        }
    }
    if mistakes.is_empty() { Ok(rows) } else { Err(mistakes) }
}

fn parse_row(record: &[String], width: usize) -> Result<Description, Vec<What>> {
    if record.len() != width {
        return Err(vec![What::FieldCount { given: record.len(), expected: width }]);
    }
    let mut wrong = Vec::new();
    if record[0].trim().is_empty() {
        wrong.push(What::NoName);
    }
    let name = optional::<{ AgencyName::LENGTH_MAX }>(HEADER[0], &record[0], &mut wrong);
    let short_name: Option<ShortName> = optional(HEADER[1], &record[1], &mut wrong);
    let website: Option<Address> = optional(HEADER[2], &record[2], &mut wrong);
    if website.as_ref().is_some_and(|website| !begins_with_web_address(website.as_str())) {
        wrong.push(What::Website);
    }
    let other_names: Vec<AgencyName> =
        record[3].split('|').filter_map(|name| optional(HEADER[3], name, &mut wrong)).collect();
    if other_names.len() > OTHER_NAMES_MAX {
        wrong.push(What::TooManyNames { given: other_names.len() });
    }
    let further = |field: usize| record.get(field).map_or("", |text| text.trim());
    let kind = match further(4) {
        "" => None,
        text => AgencyKind::ALL.into_iter().find(|kind| kind.as_str() == text).or_else(|| {
            wrong.push(What::Kind);
            None
        }),
    };
    let organisation_number: Option<OrganisationNumber> = optional(HEADER[5], further(5), &mut wrong);
    if organisation_number.as_ref().is_some_and(|number| !is_organisation_number(number.as_str())) {
        wrong.push(What::OrganisationNumber);
    }
    match name {
        Some(name) if wrong.is_empty() => {
            Ok(Description { name, short_name, website, other_names, kind, organisation_number })
        }
        _ => Err(wrong),
    }
}

fn optional<const MAX: usize>(field: &'static str, text: &str, wrong: &mut Vec<What>) -> Option<Line<MAX>> {
    match Line::new(text) {
        Ok(line) => Some(line),
        Err(TextError::Empty) => None,
        Err(error) => {
            wrong.push(What::Field { field, error });
            None
        }
    }
}

/// Whether the text begins with a web address. Lists in use have remarks after it, which are kept as they are.
fn begins_with_web_address(text: &str) -> bool {
    is_web_address(text.split_whitespace().next().unwrap_or_default())
}

/// Whether the text is a web address that a link may lead to.
pub fn is_web_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let odd = |c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>' | '\\');
        !host.is_empty() && !host.contains('@') && !text.contains(odd)
    })
}

#[cfg(test)]
mod tests;
