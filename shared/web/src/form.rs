//! What the components for forms, lists and navigation take.

use std::fmt;

/// What was wrong with a form, beside which field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Errors(Vec<FieldError>);

/// What was wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name; empty where it concerns the whole form.
    pub field: String,
    /// What to do, in the reader's language.
    pub message: String,
}

impl Errors {
    /// Nothing was wrong.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Adds a message beside a field; the field `""` is the whole form.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(FieldError { field: field.into(), message: message.into() });
    }

    /// Whether nothing was wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many things were wrong.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// All of them, in order.
    pub fn all(&self) -> &[FieldError] {
        &self.0
    }

    /// The message beside a field; empty when there is none.
    pub fn of(&self, field: &str) -> &str {
        self.0.iter().find(|error| error.field == field).map_or("", |error| &error.message)
    }

    /// Whether something was wrong with a field.
    pub fn has(&self, field: &str) -> bool {
        !self.of(field).is_empty()
    }
}

/// One of the choices of a group of radio buttons, check boxes or a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What the reader sees.
    pub label: String,
    /// A line below the label; may be empty.
    pub hint: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

impl Choice {
    /// A choice without a hint.
    pub fn new(value: impl Into<String>, label: impl Into<String>, chosen: bool) -> Self {
        Self { value: value.into(), label: label.into(), hint: String::new(), chosen }
    }

    /// With a line below the label.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: hint.into(), ..self }
    }
}

/// A step of the way from the start page to this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crumb {
    /// Its address.
    pub href: String,
    /// Its name.
    pub text: String,
}

impl Crumb {
    /// A step.
    pub fn new(href: impl Into<String>, text: impl Into<String>) -> Self {
        Self { href: href.into(), text: text.into() }
    }
}

/// Which page of a list this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pages {
    /// This page, from 1.
    pub page: usize,
    /// The last page, from 1.
    pub last: usize,
    /// Path and other parameters of the list.
    path: String,
}

impl Pages {
    /// Page `page` of a list of `total` items, `limit` on each; `path` may hold other parameters (`/agencies?q=…`).
    pub fn new(page: usize, limit: usize, total: usize, path: impl Into<String>) -> Self {
        Self { page: page.max(1), last: total.div_ceil(limit.max(1)).max(1), path: path.into() }
    }

    /// The address of a page.
    pub fn href(&self, page: &usize) -> String {
        let separator = if self.path.contains('?') { '&' } else { '?' };
        format!("{}{separator}page={page}", self.path)
    }

    /// The page before.
    pub fn before(&self) -> String {
        self.href(&self.page.saturating_sub(1))
    }

    /// The page after.
    pub fn after(&self) -> String {
        self.href(&(self.page + 1))
    }

    /// The pages to name: first, last, this and its neighbours; `None` where some are left out.
    pub fn named(&self) -> Vec<Option<usize>> {
        let mut named = Vec::new();
        let mut previous = 0;
        for page in (1..=self.last).filter(|page| *page == 1 || *page == self.last || page.abs_diff(self.page) <= 1) {
            if page > previous + 1 {
                named.push(None);
            }
            named.push(Some(page));
            previous = page;
        }
        named
    }
}

/// Who will be able to read what is written, as the preview before posting says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readers {
    /// How many persons.
    pub persons: usize,
    /// Of how many agencies.
    pub agencies: usize,
    /// Some of the agencies by name; may be empty.
    pub named: Vec<String>,
    /// A sentence on who else may come to read it; may be empty.
    pub note: String,
}

/// How a notice looks and is announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Something to know.
    Info,
    /// Something went well.
    Success,
    /// Something to be careful with.
    Warning,
    /// Something went wrong.
    Error,
}

impl fmt::Display for Tone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Info => "info",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_between_are_left_out() {
        let named = |page, last| Pages::new(page, 1, last, "/x").named();
        assert_eq!(named(1, 1), [Some(1)]);
        assert_eq!(named(2, 3), [Some(1), Some(2), Some(3)]);
        assert_eq!(named(1, 9), [Some(1), Some(2), None, Some(9)]);
        assert_eq!(named(5, 9), [Some(1), None, Some(4), Some(5), Some(6), None, Some(9)]);
        assert_eq!(named(70, 9), [Some(1), None, Some(9)]);
    }

    #[test]
    fn the_address_of_a_page_keeps_what_was_searched_for() {
        assert_eq!(Pages::new(1, 20, 100, "/agencies?q=a").after(), "/agencies?q=a&page=2");
        assert_eq!(Pages::new(2, 20, 100, "/arenas").before(), "/arenas?page=1");
    }
}
