//! Between parser and writer: raw HTML becomes text, images become links, headings sink, nesting is bounded.

use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Tag, TagEnd};

use types::is_forbidden;

use super::{DEPTH_MAX, links};

/// What became of an element that was opened, to treat its end alike.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Opened {
    Kept,
    /// Its tags are left out, its content stays.
    Unwrapped,
    /// An image, written as a link; with the number of events that had been written when it began.
    Image {
        written: usize,
    },
}

/// The events to write.
pub(super) fn rewrite<'a>(
    events: impl Iterator<Item = Event<'a>>,
    first_heading: u8,
) -> impl Iterator<Item = Event<'a>> {
    let mut rewriter = Rewriter { first_heading, ..Rewriter::default() };
    for event in events {
        rewriter.take(event);
    }
    rewriter.written.into_iter()
}

/// A text without the characters that are not taken: a character reference (`&#x202e;`) brings them in past that.
fn visible(text: CowStr<'_>) -> CowStr<'_> {
    if text.contains(is_forbidden) { text.replace(is_forbidden, "").into() } else { text }
}

#[derive(Default)]
struct Rewriter<'a> {
    first_heading: u8,
    written: Vec<Event<'a>>,
    open: Vec<Opened>,
    depth: usize,
    /// Elements that are open and in which an address stays text.
    links: usize,
    code_blocks: usize,
    /// The levels, as written, of the headings that the text at hand stands under.
    headings: Vec<HeadingLevel>,
    /// Where the images go that are open.
    images: Vec<CowStr<'a>>,
}

impl<'a> Rewriter<'a> {
    fn take(&mut self, event: Event<'a>) {
        match event {
            Event::Text(text) if text.contains(is_forbidden) => self.take(Event::Text(visible(text))),
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Html(text) | Event::InlineHtml(text) => self.written.push(Event::Text(text)),
            Event::SoftBreak => self.written.push(Event::HardBreak),
            Event::Text(text) if self.links == 0 && self.code_blocks == 0 => links::push(&mut self.written, text),
            event => self.written.push(event),
        }
    }

    fn start(&mut self, mut tag: Tag<'a>) {
        if let Tag::Link { dest_url, title, .. } | Tag::Image { dest_url, title, .. } = &mut tag {
            for text in [dest_url, title] {
                *text = visible(std::mem::replace(text, CowStr::Borrowed("")));
            }
        }
        match &tag {
            Tag::Link { .. } | Tag::Image { .. } => self.links += 1,
            Tag::CodeBlock(_) => self.code_blocks += 1,
            _ => {}
        }
        let opened = match tag {
            // Rows and cells hang together with their table: either all are kept or none.
            Tag::TableHead | Tag::TableRow | Tag::TableCell if self.open.last() != Some(&Opened::Unwrapped) => {
                self.written.push(Event::Start(tag));
                Opened::Kept
            }
            Tag::Image { dest_url, title, id, .. } => {
                let written = self.written.len() + 1;
                self.images.push(dest_url.clone());
                if self.links > 1 {
                    Opened::Unwrapped
                } else {
                    self.written.push(Event::Start(Tag::Link { link_type: LinkType::Inline, dest_url, title, id }));
                    Opened::Image { written }
                }
            }
            Tag::HtmlBlock => {
                self.written.push(Event::Start(Tag::Paragraph));
                Opened::Kept
            }
            _ if self.depth >= DEPTH_MAX => Opened::Unwrapped,
            Tag::TableHead | Tag::TableRow | Tag::TableCell => Opened::Unwrapped,
            Tag::Heading { level, .. } => {
                while self.headings.pop_if(|above| *above >= level).is_some() {}
                self.headings.push(level);
                let level = self.sunk();
                self.written.push(Event::Start(Tag::Heading { level, id: None, classes: vec![], attrs: vec![] }));
                Opened::Kept
            }
            tag => {
                self.written.push(Event::Start(tag));
                Opened::Kept
            }
        };
        self.depth += usize::from(opened != Opened::Unwrapped);
        self.open.push(opened);
    }

    fn end(&mut self, tag: TagEnd) {
        let opened = self.open.pop().unwrap_or(Opened::Unwrapped);
        self.depth -= usize::from(opened != Opened::Unwrapped);
        match tag {
            TagEnd::Link | TagEnd::Image => self.links = self.links.saturating_sub(1),
            TagEnd::CodeBlock => self.code_blocks = self.code_blocks.saturating_sub(1),
            _ => {}
        }
        let address = if tag == TagEnd::Image { self.images.pop() } else { None };
        match (opened, tag) {
            (Opened::Image { written }, _) => {
                if let Some(address) = address
                    && self.written.len() == written
                {
                    self.written.push(Event::Text(address));
                }
                self.written.push(Event::End(TagEnd::Link));
            }
            (Opened::Kept, TagEnd::HtmlBlock) => self.written.push(Event::End(TagEnd::Paragraph)),
            (Opened::Kept, TagEnd::Heading(_)) => {
                let level = self.sunk();
                self.written.push(Event::End(TagEnd::Heading(level)));
            }
            (Opened::Kept, tag) => self.written.push(Event::End(tag)),
            // What stood in blocks of their own shall not run together.
            (Opened::Unwrapped, TagEnd::Paragraph | TagEnd::Item | TagEnd::Heading(_) | TagEnd::CodeBlock) => {
                self.written.push(Event::HardBreak);
            }
            (Opened::Unwrapped, _) => {}
        }
    }

    /// The level of the newest heading: headings sink below what stands around the text, and none is left out between.
    fn sunk(&self) -> HeadingLevel {
        match usize::from(self.first_heading) + self.headings.len() - 1 {
            ..=2 => HeadingLevel::H2,
            3 => HeadingLevel::H3,
            4 => HeadingLevel::H4,
            5 => HeadingLevel::H5,
            _ => HeadingLevel::H6,
        }
    }
}
