//! Everything that somebody can get at: every channel, at every address that they could know.

use std::collections::{BTreeSet, VecDeque};

use futures_util::{StreamExt as _, stream};
use reqwest::{Method, RequestBuilder, header};
use serde_json::json;
use system_tests::Socket;

use super::stage::Stage;
use crate::{
    table::{Route, Surface},
    topics::TOPICS,
};

/// How many requests are under way at a time, and how many addresses are asked for at most.
const AT_ONCE: usize = 8;
const ADDRESSES_MAX: usize = 2_000;
/// At how many of a row's addresses it is looked for what a refusal says.
const REFUSALS_MAX: usize = 12;

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

/// What is needed to look at a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needs {
    Nothing,
    Cookie,
    Token,
}

/// How a channel is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Pages,
    Api,
    Refusals,
    Downloads,
    /// Through a socket, in this form.
    Live(&'static str),
}

/// A channel that people and programs have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Channel {
    pub(crate) name: &'static str,
    needs: Needs,
    how: How,
}

const fn channel(name: &'static str, needs: Needs, how: How) -> Channel {
    Channel { name, needs, how }
}

/// The channels that there are. A new one is a row here.
pub(crate) const CHANNELS: [Channel; 8] = [
    channel("pages", Needs::Nothing, How::Pages),
    channel("api", Needs::Nothing, How::Api),
    channel("refusals", Needs::Nothing, How::Refusals),
    channel("downloads", Needs::Cookie, How::Downloads),
    channel("live events", Needs::Token, How::Live("event")),
    channel("live html", Needs::Token, How::Live("html")),
    channel("live events in a browser", Needs::Cookie, How::Live("event")),
    channel("live html in a browser", Needs::Cookie, How::Live("html")),
];

impl Channel {
    /// Whether whoever shows this can look there.
    pub(crate) fn is_for(&self, shown: &Shown) -> bool {
        match self.needs {
            Needs::Nothing => true,
            Needs::Cookie => !shown.cookie.is_empty(),
            Needs::Token => !shown.token.is_empty(),
        }
    }
}

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
        for channel in CHANNELS.iter().filter(|channel| channel.is_for(&self.shown)) {
            found.extend(match channel.how {
                How::Pages => self.pages().await,
                How::Api => self.api().await,
                How::Refusals => self.refusals().await,
                How::Downloads => self.downloads().await,
                How::Live(form) => self.live(channel, form).await,
            });
        }
        found
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
            "mandate" => self.stage.mandates.clone(),
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
            let addresses = if takes_body { self.addresses(row) } else { Vec::new() };
            let apart = addresses.len().div_ceil(REFUSALS_MAX).max(1);
            addresses.into_iter().step_by(apart).map(of).collect::<Vec<_>>()
        });
        self.all("refusals", requests.collect()).await
    }

    /// What is kept about somebody, for them to take along.
    async fn downloads(&self) -> Vec<Found> {
        let cookie = &self.shown.cookie;
        let requests = ["/me/data.json", "/me/data.txt"].map(|path| {
            let request = self.stage.asker.bare(Method::POST, path).header(header::COOKIE, cookie);
            let request = request.header(header::ORIGIN, self.stage.asker.base());
            let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            (format!("POST {path}"), request.body(format!("csrf={}", self.stage.csrf(cookie))))
        });
        self.all("downloads", requests.into()).await
    }

    /// Every topic from its start, until there is no more.
    async fn live(&self, channel: &Channel, form: &str) -> Vec<Found> {
        let address = self.stage.asker.base().trim_start_matches("http://");
        let mut found = Vec::new();
        for service in TOPICS.iter().map(|topic| topic.service).collect::<BTreeSet<_>>() {
            let socket = match channel.needs {
                Needs::Cookie => Socket::try_connect_in_browser(address, service, &self.shown.cookie).await,
                Needs::Token | Needs::Nothing => Socket::try_connect(address, service, &self.shown.token).await,
            };
            let Ok(mut socket) = socket else { continue };
            let kinds = TOPICS.iter().filter(|topic| topic.service == service);
            let topics =
                kinds.flat_map(|topic| self.ids(topic.thing).into_iter().map(|id| format!("{}/{id}", topic.kind)));
            for (number, topic) in topics.enumerate() {
                let number = u32::try_from(number).expect("few topics");
                let text = told(&mut socket, number, &topic, form).await;
                found.push(Found { channel: channel.name, address: format!("{service}: {topic}"), text });
            }
        }
        found
    }
}

/// What is told of a topic from its start, until there is no more.
async fn told(socket: &mut Socket, number: u32, topic: &str, form: &str) -> String {
    socket.subscribe(number, topic, "start", form).await;
    let mut text = String::new();
    while let Some(frame) = socket.next().await {
        text += &format!("{frame}\n");
        if frame["t"] == "live" && frame["s"] == number || frame["t"] == "err" {
            break;
        }
    }
    socket.send(json!({"t": "unsub", "s": number})).await;
    text
}

/// Where a page leads, on this site; not to the other language and not to signing in, which lead back to wherever one
/// was.
fn links(page: &str) -> Vec<String> {
    let back = ["//", "/language", "/sign-in?"];
    let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let links = links.filter(|link| link.starts_with('/') && !back.iter().any(|back| link.starts_with(back)));
    let links = links.map(|link| link.replace("&amp;", "&").replace("&#38;", "&"));
    links.map(|link| link.split('#').next().unwrap_or_default().to_owned()).collect()
}
