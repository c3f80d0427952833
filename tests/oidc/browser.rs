//! A browser that goes one step at a time, so that a test can change what it brings along.

use std::collections::BTreeMap;

use reqwest::{Client, RequestBuilder, Url, header, redirect};
use system_tests::Page;

/// How many redirects are followed before a test fails.
const REDIRECTS_MAX: usize = 10;

#[derive(Clone)]
pub(crate) struct Browser {
    client: Client,
    erfa: String,
    /// By origin and name.
    cookies: BTreeMap<(String, String), String>,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) location: Option<Url>,
    pub(crate) page: Page,
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

impl Browser {
    pub(crate) fn new(erfa: &str) -> Self {
        let client = system_tests::client().redirect(redirect::Policy::none()).build().unwrap();
        Self { client, erfa: erfa.to_owned(), cookies: BTreeMap::new() }
    }

    /// With a cookie `name=value` of Erfa's.
    pub(crate) fn with(mut self, cookie: &str) -> Self {
        let (name, value) = cookie.split_once('=').unwrap();
        let erfa = Url::parse(&self.erfa).unwrap();
        self.cookies.insert((origin(&erfa), name.to_owned()), value.to_owned());
        self
    }

    /// Forgets what others than Erfa gave it: who is signed in at the provider.
    pub(crate) fn forget_providers(&mut self) {
        let erfa = origin(&Url::parse(&self.erfa).unwrap());
        self.cookies.retain(|(of, _), _| *of == erfa);
    }

    /// The cookies that Erfa gets.
    pub(crate) fn cookies_of_erfa(&self) -> String {
        self.cookies_for(&Url::parse(&self.erfa).unwrap())
    }

    fn cookies_for(&self, url: &Url) -> String {
        let of = self.cookies.iter().filter(|((of, _), _)| *of == origin(url));
        of.map(|((_, name), value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn url(&self, path: &str) -> Url {
        Url::parse(&self.erfa).unwrap().join(path).unwrap()
    }

    async fn send(&mut self, url: &Url, request: RequestBuilder) -> Answer {
        let response = request.header(header::COOKIE, self.cookies_for(url)).send().await.unwrap();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            let place = (origin(url), name.to_owned());
            if value.is_empty() {
                self.cookies.remove(&place);
            } else {
                self.cookies.insert(place, value.to_owned());
            }
        }
        let status = response.status().as_u16();
        let location = response.headers().get(header::LOCATION).map(|it| url.join(it.to_str().unwrap()).unwrap());
        let page = Page { url: url.clone(), status, html: response.text().await.unwrap() };
        Answer { status, location, page }
    }

    /// Opens an address, without following where it leads.
    pub(crate) async fn open(&mut self, path: &str) -> Answer {
        let url = self.url(path);
        let request = self.client.get(url.clone()).header(header::ACCEPT_LANGUAGE, "en");
        self.send(&url, request).await
    }

    /// Sends the form with this action of the page at `on`.
    pub(crate) async fn submit(&mut self, on: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.open(on).await;
        assert_eq!(page.status, 200, "{on} leads to {:?}", page.location);
        let mut form = page.page.hidden_fields(action);
        form.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let url = self.url(action);
        let request = self.client.post(url.clone()).header(header::ORIGIN, &self.erfa).form(&form);
        self.send(&url, request.header(header::ACCEPT_LANGUAGE, "en")).await
    }

    /// From Erfa's page that leads to the provider, through the provider, to the address that it sends the browser
    /// back to, which is not opened.
    pub(crate) async fn through(&mut self, leave: &Answer) -> Url {
        assert_eq!(leave.status, 200, "{}", leave.page.html);
        let (_, link) = leave.page.html.split_once("<a class=\"button\" href=\"").expect("a link to the provider");
        let link = link.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
        let mut url = Url::parse(&link).unwrap();
        for _ in 0..REDIRECTS_MAX {
            if url.as_str().starts_with(&self.erfa) {
                return url;
            }
            let request = self.client.get(url.clone());
            let answer = self.send(&url, request).await;
            url = answer.location.unwrap_or_else(|| panic!("{url} answers {}: {}", answer.status, answer.page.html));
        }
        panic!("the provider leads nowhere");
    }

    /// Presses the button of a provider and comes back to the address that is to be opened.
    pub(crate) async fn go_and_return(&mut self, provider: &str) -> Url {
        let leave = self.submit("/sign-in?next=/me", &format!("/sign-in/openid/{provider}"), &[]).await;
        self.through(&leave).await
    }

    /// Signs in with a provider, or tries to.
    pub(crate) async fn sign_in(&mut self, provider: &str) -> Answer {
        let answer = self.go_and_return(provider).await;
        self.open(answer.as_str()).await
    }

    /// Whether somebody is signed in.
    pub(crate) async fn is_in(&mut self) -> bool {
        let answer = self.open("/sign-in").await;
        answer.status == 303
    }
}
