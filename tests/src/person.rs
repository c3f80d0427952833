//! Somebody with a browser or a token.

use std::sync::{Mutex, PoisonError};

use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::Value;

use crate::Page;

/// A person: a browser's cookies, and perhaps an API token.
pub struct Person {
    client: Client,
    base: String,
    token: Option<String>,
    /// The cursor of what they wrote last, which what they read next has to have reached.
    at_least: Mutex<Option<String>>,
}

impl Person {
    /// Somebody who has not signed in, at this server.
    pub fn new(base: &str) -> Self {
        let client = crate::client().cookie_store(true).build().expect("the client has no exotic options");
        Self { client, base: base.to_owned(), token: None, at_least: Mutex::default() }
    }

    /// Somebody with an API token.
    pub fn with_token(base: &str, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..Self::new(base) }
    }

    /// The same person at a server that moved.
    pub fn at(self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self }
    }

    /// Opens a page, following redirects.
    pub async fn open(&self, path: &str) -> Page {
        page(self.client.get(self.url(path)).header("accept-language", "sv")).await
    }

    /// Sends the form with this action as it stands on the page, filled in like this.
    pub async fn submit(&self, on: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
        let mut form = on.hidden_fields(action);
        form.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let request = self.client.post(self.url(action)).header("origin", &self.base).form(&form);
        page(request).await
    }

    /// Asks the API.
    pub async fn api(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.expect("the server answers");
        let status = response.status().as_u16();
        let text = response.text().await.expect("an answer has a text");
        let json =
            if text.is_empty() { Value::Null } else { serde_json::from_str(&text).expect("the API answers in JSON") };
        if let Some(cursor) = json["cursor"].as_str() {
            *self.at_least.lock().unwrap_or_else(PoisonError::into_inner) = Some(cursor.to_owned());
        }
        (status, json)
    }

    /// A request to the API, for more than [`Person::api`] can say.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut request = self.client.request(method, self.url(path));
        if let Some(cursor) = &*self.at_least.lock().unwrap_or_else(PoisonError::into_inner) {
            request = request.header("erfa-at-least", cursor);
        }
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request.header("sec-fetch-site", "same-origin"),
        }
    }

    fn url(&self, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) }
    }
}

async fn page(request: RequestBuilder) -> Page {
    let response: Response = request.send().await.expect("the server answers");
    let (url, status) = (response.url().clone(), response.status().as_u16());
    Page { url, status, html: response.text().await.expect("a page has a text") }
}
