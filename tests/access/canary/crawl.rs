//! Everything that somebody can get at: every channel, at every address that they could know.

use std::collections::{BTreeSet, VecDeque};

use futures_util::{StreamExt as _, stream};
use reqwest::{Method, RequestBuilder, header};
use serde_json::json;
use system_tests::Socket;

use super::stage::Stage;
use crate::table::{Route, Surface};

/// How many requests are under way at a time, and how many addresses are asked for at most.
const AT_ONCE: usize = 8;
const ADDRESSES_MAX: usize = 2_000;

/// What somebody shows to say who they are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shown {
    pub(crate) cookie: String,
    pub(crate) token: String,
}

/// What was found somewhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    pub(crate) channel: &'static str,
    /// Where, such as `GET /threads/…`.
    pub(crate) address: String,
    /// All of it: status, head and body.
    pub(crate) text: String,
}

/// The channels that people and programs have. A new one is a name here, and how it is looked at in [`Crawl::channel`].
pub(crate) const CHANNELS: [&str; 5] = ["pages", "api", "refusals", "live events", "live html"];

/// Somebody's look at everything.
pub(crate) struct Crawl<'a> {
    pub(crate) stage: &'a Stage,
    pub(crate) rows: &'a [Route],
    pub(crate) shown: Shown,
}

impl Crawl<'_> {
    /// What every channel brings.
    pub(crate) async fn everything(&self) -> Vec<Found> {
        let mut found = Vec::new();
        for channel in CHANNELS {
            found.extend(self.channel(channel).await);
        }
        found
    }

    async fn channel(&self, channel: &'static str) -> Vec<Found> {
        match channel {
            "pages" => self.pages().await,
            "api" => self.api().await,
            "refusals" => self.refusals().await,
            "live events" => self.live(channel, "event").await,
            "live html" => self.live(channel, "html").await,
            other => panic!("nobody knows how to look at {other}"),
        }
    }

    /// Every id that there is of a kind, whether they could know it or not.
    fn ids(&self, kind: &str) -> Vec<String> {
        let truth = &self.stage.truth;
        match kind {
            "arena" => truth.arenas.iter().map(|it| it.id.clone()).collect(),
            "thread" | "closed-thread" => truth.threads.iter().map(|it| it.id.clone()).collect(),
            "post" => truth.posts.iter().map(|it| it.id.clone()).collect(),
            "agency" | "affiliation" => self.stage.agencies.iter().map(ToString::to_string).collect(),
            "person" | "people" | "comrade" | "me" | "colleague" => {
                self.stage.people.iter().map(|it| it.main.person.to_string()).collect()
            }
            "token" | "other-token" => self.stage.people.iter().map(|it| it.main.token_id.to_string()).collect(),
            _ => vec!["01930000-0000-7000-8000-000000000000".to_owned()],
        }
    }

    /// Every address of a row.
    fn addresses(&self, row: &Route) -> Vec<String> {
        let mut kinds = Vec::new();
        let _ = row.path(|kind| {
            kinds.push(kind.to_owned());
            String::new()
        });
        let mut all = vec![Vec::new()];
        for kind in &kinds {
            let ids = self.ids(kind);
            all = all
                .iter()
                .flat_map(|one| ids.iter().map(move |id| [&one[..], std::slice::from_ref(id)].concat()))
                .collect();
        }
        let of = |ids: Vec<String>| {
            let mut ids = ids.into_iter();
            crate::ask::with_hash(&row.path(|_| ids.next().unwrap_or_default()))
        };
        all.into_iter().map(of).collect()
    }

    async fn ask(&self, channel: &'static str, address: String, request: RequestBuilder) -> Found {
        let response = request.send().await.expect("the server answers");
        let head = format!("{} {:?}\n", response.status(), response.headers());
        let text = head + &response.text().await.expect("an answer has a text");
        Found { channel, address, text }
    }

    async fn all(&self, channel: &'static str, requests: Vec<(String, RequestBuilder)>) -> Vec<Found> {
        let asked = requests.into_iter().map(|(address, request)| self.ask(channel, address, request));
        stream::iter(asked).buffered(AT_ONCE).collect().await
    }

    fn page(&self, path: &str) -> RequestBuilder {
        let request = self.stage.asker.bare(Method::GET, path).header(header::ACCEPT, "text/html");
        request.header(header::COOKIE, &self.shown.cookie)
    }

    /// The pages: those of every row, and wherever their links lead.
    async fn pages(&self) -> Vec<Found> {
        let rows = self.rows.iter().filter(|row| !row.writes() && row.surface() == Surface::Page);
        let mut next: VecDeque<_> = rows.flat_map(|row| self.addresses(row)).collect();
        let (mut known, mut found): (BTreeSet<_>, _) = (next.iter().cloned().collect(), Vec::new());
        while !next.is_empty() && known.len() < ADDRESSES_MAX {
            let paths: Vec<_> = next.drain(..).collect();
            let requests = paths.into_iter().map(|path| (format!("GET {path}"), self.page(&path))).collect();
            let pages = self.all("pages", requests).await;
            for link in pages.iter().flat_map(|page| links(&page.text)) {
                if known.insert(link.clone()) {
                    next.push_back(link);
                }
            }
            found.extend(pages);
        }
        found
    }

    fn api_request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.stage.asker.bare(method, path);
        if self.shown.token.is_empty() { request } else { request.bearer_auth(&self.shown.token) }
    }

    /// Every operation that reads.
    async fn api(&self) -> Vec<Found> {
        let rows = self.rows.iter().filter(|row| !row.writes() && row.surface() == Surface::Api);
        let paths = rows.flat_map(|row| self.addresses(row));
        let requests = paths.map(|path| {
            let path = format!("{path}?limit=100");
            (format!("GET {path}"), self.api_request(Method::GET, &path))
        });
        self.all("api", requests.collect()).await
    }

    /// What is said to those who want to change something and say nothing that can be taken.
    async fn refusals(&self) -> Vec<Found> {
        let rows = self.rows.iter().filter(|row| row.writes());
        let requests = rows.flat_map(|row| {
            let of = move |path: String| {
                let request = match row.surface() {
                    Surface::Api => self.api_request(row.method.clone(), &path).header(header::IF_MATCH, "\"no\""),
                    Surface::Page => {
                        let request = self.stage.asker.bare(row.method.clone(), &path);
                        request
                            .header(header::COOKIE, &self.shown.cookie)
                            .header(header::ORIGIN, self.stage.asker.base())
                    }
                };
                let request = request.header(header::CONTENT_TYPE, "application/json").body("{");
                (format!("{} {path}", row.method), request)
            };
            // What takes no body would be done.
            let takes_body = row.surface() == Surface::Page || row.body != crate::table::Body::Nothing;
            if takes_body { self.addresses(row).into_iter().map(of).collect() } else { Vec::new() }
        });
        self.all("refusals", requests.collect()).await
    }

    /// Every topic from its start, until there is no more; and who is there.
    async fn live(&self, channel: &'static str, form: &'static str) -> Vec<Found> {
        let topics = [("arena", self.ids("arena")), ("thread", self.ids("thread"))];
        let topics: Vec<_> =
            topics.iter().flat_map(|(kind, ids)| ids.iter().map(move |id| format!("{kind}/{id}"))).collect();
        let address = self.stage.asker.base().trim_start_matches("http://");
        let Ok(mut socket) = Socket::try_connect(address, "forum", &self.shown.token).await else { return Vec::new() };
        let mut found = Vec::new();
        for (number, topic) in topics.into_iter().enumerate() {
            let number = u32::try_from(number).expect("few topics");
            socket.subscribe(number, &topic, "start", form).await;
            let mut text = String::new();
            while let Some(frame) = socket.next().await {
                text += &format!("{frame}\n");
                if frame["t"] == "live" && frame["s"] == number || frame["t"] == "err" {
                    break;
                }
            }
            socket.send(json!({"t": "unsub", "s": number})).await;
            found.push(Found { channel, address: topic, text });
        }
        found
    }
}

/// Where a page leads, on this site.
fn links(page: &str) -> Vec<String> {
    let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let links = links.filter(|link| link.starts_with('/') && !link.starts_with("//") && !link.starts_with("/language"));
    links.map(|link| link.split('#').next().unwrap_or_default().replace("&amp;", "&").replace("&#38;", "&")).collect()
}
