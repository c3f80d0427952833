//! For the forms of pages.

use std::cell::Cell;

use axum::{
    body::Bytes,
    extract::{FromRef, FromRequest, Request},
};
use http::{HeaderMap, header};
use serde::{Deserializer, de::DeserializeOwned, de::Error as _, de::value::Error as NoValue};
use service_kit::{Problem, problems};

use crate::{
    Gate, PageRejection, Reading,
    extract::page::{self, Admit},
    problems::BAD_FORM_TOKEN,
    same_origin,
};

/// Somebody who takes part sent a form of one of Erfa's own pages.
///
/// The form is `application/x-www-form-urlencoded` with the page's form token in its field `csrf`. Fields that `T` does
/// not have are refused, but for `csrf` and `commit`. What a person can get wrong should be a `String` in `T`, so that
/// it is answered beside its field.
pub struct PageForm<T>(pub Reading, pub T);

/// The same from somebody who has signed in, joined or not.
pub struct JoiningForm<T>(pub Reading, pub T);

/// The same from an administrator or somebody of the secretariat. To others who have signed in there is no such form.
pub struct AdministrationForm<T>(pub Reading, pub T);

/// The same from anyone: the form token is that of their session, or of their browser's cookie.
pub struct PublicForm<T>(pub Reading, pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for PageForm<T>
where
    Gate: FromRef<S>,
{
    type Rejection = PageRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageRejection> {
        form(request, state, Admit::Participants).await.map(|(reading, form)| Self(reading, form))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JoiningForm<T>
where
    Gate: FromRef<S>,
{
    type Rejection = PageRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageRejection> {
        form(request, state, Admit::SignedIn).await.map(|(reading, form)| Self(reading, form))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for AdministrationForm<T>
where
    Gate: FromRef<S>,
{
    type Rejection = PageRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageRejection> {
        form(request, state, Admit::Administration).await.map(|(reading, form)| Self(reading, form))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for PublicForm<T>
where
    Gate: FromRef<S>,
{
    type Rejection = PageRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageRejection> {
        form(request, state, Admit::Anyone).await.map(|(reading, form)| Self(reading, form))
    }
}

async fn form<S, T>(request: Request, state: &S, admit: Admit) -> Result<(Reading, T), PageRejection>
where
    S: Send + Sync,
    T: DeserializeOwned,
    Gate: FromRef<S>,
{
    let gate = Gate::from_ref(state);
    let (parts, body) = request.into_parts();
    same_origin(&parts.headers, gate.origin())?;
    let reading = page::read(&parts, &gate).await?;
    admit.check(&reading, || came_from(&parts.headers, gate.origin()))?;
    check_media_type(&parts.headers)?;
    let body = Bytes::from_request(Request::from_parts(parts, body), state).await.map_err(|refused| {
        match refused.status().as_u16() {
            413 => Problem::new(&problems::TOO_LARGE),
            _ => Problem::new(&problems::MALFORMED).detail("the form broke off"),
        }
    })?;
    let form = checked(&reading, admit, &body)?;
    Ok((reading, form))
}

/// The page that the form stood on, to which somebody who has to sign in first comes back.
fn came_from(headers: &HeaderMap, origin: &str) -> String {
    let page = headers.get(header::REFERER).and_then(|value| value.to_str().ok());
    page.and_then(|page| page.strip_prefix(origin)).unwrap_or("/").to_owned()
}

fn check_media_type(headers: &HeaderMap) -> Result<(), Problem> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Ok(());
    }
    Err(Problem::new(&problems::UNSUPPORTED_MEDIA_TYPE).detail("send the form as `application/x-www-form-urlencoded`"))
}

fn checked<T: DeserializeOwned>(reading: &Reading, admit: Admit, body: &[u8]) -> Result<T, Problem> {
    let mut pairs: Vec<(String, String)> = serde_html_form::from_bytes(body)
        .map_err(|_| Problem::new(&problems::MALFORMED).detail("the form is not well formed"))?;
    let csrf = pairs.iter().position(|(name, _)| name == "csrf").map(|at| pairs.remove(at).1).unwrap_or_default();
    let of_browser = || matches!(admit, Admit::Anyone) && reading.is_form_token_of_browser(&csrf);
    if !(reading.is_form_token(&csrf) || of_browser()) {
        return Err(Problem::new(&BAD_FORM_TOKEN).detail("load the page again and send the form once more"));
    }
    if let Some(known) = fields_of::<T>() {
        pairs.retain(|(name, _)| name != "commit" || known.contains(&"commit"));
        if let Some((name, _)) = pairs.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            return Err(Problem::new(&problems::VALIDATION).detail(format!("the form has no field `{name}`")));
        }
    }
    let fields = serde_html_form::to_string(&pairs).unwrap_or_default();
    serde_html_form::from_str(&fields)
        .map_err(|error| Problem::new(&problems::VALIDATION).detail(format!("the form can't be read: {error}")))
}

/// The names of a struct's fields; `None` for what is not a plain struct.
fn fields_of<T: DeserializeOwned>() -> Option<&'static [&'static str]> {
    let fields = Cell::new(None);
    let _ = T::deserialize(FieldNames(&fields));
    fields.get()
}

/// Gives no value, but hears what a struct asks for.
struct FieldNames<'a>(&'a Cell<Option<&'static [&'static str]>>);

impl<'de> Deserializer<'de> for FieldNames<'_> {
    type Error = NoValue;

    fn deserialize_struct<V: serde::de::Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, NoValue> {
        self.0.set(Some(fields));
        Err(NoValue::custom("only the names are asked for"))
    }

    fn deserialize_any<V: serde::de::Visitor<'de>>(self, _: V) -> Result<V::Value, NoValue> {
        Err(NoValue::custom("only the names are asked for"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
