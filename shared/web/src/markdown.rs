//! Markdown that people wrote, as harmless HTML.
//!
//! Three nets, one behind the other: raw HTML is shown as the text it is, the events of the parser are bounded and
//! rewritten ([`rewrite`]), and ammonia lets only named elements, attributes and schemes of what comes out through.

mod links;
mod rewrite;

use std::{collections::HashSet, sync::LazyLock};

use ammonia::Builder;
use pulldown_cmark::{Options, Parser, TextMergeStream};

use crate::Html;

/// Elements within elements; what is nested deeper keeps its text and loses its markup.
pub(crate) const DEPTH_MAX: usize = 12;
/// The first heading in a post: the page has its title, the list of posts and the post's own heading above.
const FIRST_HEADING_OF_POSTS: u8 = 4;

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = Builder::empty();
    cleaner
        .tags(HashSet::from([
            "p",
            "br",
            "hr",
            "strong",
            "em",
            "del",
            "code",
            "pre",
            "blockquote",
            "ul",
            "ol",
            "li",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "a",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
        ]))
        .add_tag_attributes("a", ["href", "title"])
        .add_tag_attributes("ol", ["start"])
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .link_rel(Some("nofollow noopener ugc"));
    cleaner
});

/// The HTML of a post.
///
/// Links go to http, https and mailto or within this site, and say `nofollow noopener ugc`; bare web addresses become
/// links; an image becomes a link with its alternative text; headings begin at `h4`; a line break stays one.
pub fn markdown(source: &str) -> Html {
    render(source, FIRST_HEADING_OF_POSTS)
}

/// The HTML of our own prose, with headings from `h2`.
pub(crate) fn prose(source: &str) -> Html {
    render(source, 2)
}

fn render(source: &str, first_heading: u8) -> Html {
    let parser = Parser::new_ext(source, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    let mut html = String::with_capacity(source.len() * 2);
    pulldown_cmark::html::push_html(&mut html, rewrite::rewrite(TextMergeStream::new(parser), first_heading));
    Html::trusted(CLEANER.clean(&html).to_string())
}

#[cfg(test)]
mod tests;
