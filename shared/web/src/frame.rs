//! What stands around every page.

use crate::{Lang, assets};

/// Which entry of the navigation is the current one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Section {
    /// None of them.
    #[default]
    None,
    /// Arenas, and the threads in them.
    Arenas,
    /// Agencies.
    Agencies,
    /// The people who take part.
    People,
    /// One's own page.
    Me,
    /// Signing in.
    SignIn,
}

/// Who looks at the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameViewer {
    /// The person's name.
    pub name: String,
    /// Their agency's name.
    pub agency: String,
    /// Whether they belong to the secretariat.
    pub secretariat: bool,
}

/// What a page needs to be updated live.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LivePage {
    /// Path of the socket, `/api/<service>/v1/live`.
    pub url: String,
    /// The cursor of the view that the page was rendered from.
    pub cursor: String,
    /// What it is subscribed to. Presence and typing go to the first one.
    pub topics: Vec<String>,
}

/// The frame of a page.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// The language of the page.
    pub lang: Lang,
    /// The page's title, without the exchange's name.
    pub title: String,
    /// Path and query of the page, for the switch of language.
    pub path: String,
    /// Who looks at it; nobody is signed in if missing.
    pub viewer: Option<FrameViewer>,
    /// What forms of this page carry in the hidden field `csrf`.
    pub csrf: String,
    /// Which entry of the navigation is the current one.
    pub section: Section,
    /// Whether all of it is invented; said loudly on every page.
    pub demo: bool,
    /// What is needed to update it live.
    pub live: Option<LivePage>,
}

impl Frame {
    /// A frame for nobody in particular.
    pub fn new(lang: Lang, title: impl Into<String>, path: impl Into<String>) -> Self {
        Self { lang, title: title.into(), path: path.into(), ..Self::default() }
    }

    /// Address of the style sheet.
    pub fn style(&self) -> &'static str {
        &assets::STYLE.path
    }

    /// Address of the script.
    pub fn script(&self) -> &'static str {
        &assets::SCRIPT.path
    }

    /// Address of the icon.
    pub fn icon(&self) -> &'static str {
        &assets::ICON.path
    }

    /// Whether the section is the current one.
    pub fn is(&self, section: &str) -> bool {
        section
            == match self.section {
                Section::None => "",
                Section::Arenas => "arenas",
                Section::Agencies => "agencies",
                Section::People => "people",
                Section::Me => "me",
                Section::SignIn => "sign-in",
            }
    }

    /// Address that changes the language and comes back to this page.
    pub fn language_switch(&self) -> String {
        let mut address = format!("/language?lang={}&next=", self.lang.other().as_str());
        for byte in self.path.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => address.push(char::from(byte)),
                byte => address.push_str(&format!("%{byte:02X}")),
            }
        }
        address
    }

    /// The address of the page to sign in on, coming back to this page; or, where this is that page, the page itself, so
    /// that no address holds another and another.
    pub fn sign_in(&self) -> String {
        if self.path.starts_with("/sign-in?") {
            return self.path.clone();
        }
        self.language_switch()
            .split_once("&next=")
            .map_or_else(String::new, |(_, next)| format!("/sign-in?next={next}"))
    }
}

impl LivePage {
    /// The topics as the script reads them.
    pub fn topics_joined(&self) -> String {
        self.topics.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_sign_in_leads_back_and_does_not_grow() {
        let at = |path: &str| Frame::new(Lang::Sv, String::new(), path.to_owned()).sign_in();
        assert_eq!(at("/threads/1?page=2"), "/sign-in?next=/threads/1%3Fpage%3D2");
        let once = at("/threads/1?page=2");
        assert_eq!(at(&once), once);
    }
}
