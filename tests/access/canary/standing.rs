//! The steps that change who somebody is: mandates that are delegated, people who are shut out, agencies that end, secrets
//! that are replaced.

use access::{FormOwner, Secret, csrf_token};
use jiff::SignedDuration;
use reqwest::{Method, header};
use system_tests::run;
use types::{Clock as _, Ids as _, SystemClock, SystemIds, TokenId};

use super::{
    crawl::Shown,
    oracle::{CONTACT, SECRETARY, What},
    stage::{Earlier, Stage, cookie, text_of},
};

/// The agencies that end: the first closes, and the second is followed by another one.
const CLOSING: usize = 3;
const FOLLOWING: [(&str, usize); 2] = [("merged", 1), ("taken-over", 1)];
/// How many days a delegation is to last.
const DELEGATED_DAYS: i64 = 30;

impl Stage {
    /// Has the secretariat make somebody contact person of their agency, and end that.
    pub(super) async fn mandate(&self, who: usize) {
        if let Some(mandate) = self.grant_contact(who).await {
            self.end_mandate(SECRETARY, who, &mandate).await;
        }
    }

    /// The new mandate, if it was given.
    async fn grant_contact(&self, who: usize) -> Option<String> {
        let before = self.mandates_of(who).await;
        let (person, agency) = (self.people[who].main.person, self.agencies[self.truth.agency_of(who)?]);
        let fields = format!("commit={}&role=contact-person&agency={agency}&until=", SystemIds.uuid());
        self.form(SECRETARY, &format!("/people/{person}/mandates"), &fields).await;
        self.mandates_of(who).await.into_iter().find(|mandate| !before.contains(mandate))
    }

    async fn end_mandate(&self, by: usize, of: usize, mandate: &str) -> bool {
        let person = self.people[of].main.person;
        self.form(by, &format!("/people/{person}/mandates/{mandate}/end"), "").await
    }

    /// Somebody's mandates, in the order in which they came to them, as the secretariat sees them.
    pub(super) async fn mandates_of(&self, who: usize) -> Vec<String> {
        let path = format!("/people/{}", self.people[who].main.person);
        let page = self.asker.bare(Method::GET, &path).header(header::COOKIE, &self.people[SECRETARY].main.cookie);
        let page = page.send().await.expect("the server answers").text().await.expect("a page has a text");
        let forms = page.split("action=\"").filter_map(|form| form.split('"').next());
        let mandates = forms.filter_map(|form| form.split_once("/mandates/")?.1.strip_suffix("/end"));
        mandates.map(str::to_owned).collect()
    }

    /// The secretariat takes the contact person's mandate, and with it all that was delegated from it, or gives it again.
    pub(super) async fn contact(&mut self, holds: bool) {
        match (self.contact_mandate.clone(), holds) {
            (Some(mandate), false) if self.end_mandate(SECRETARY, CONTACT, &mandate).await => {
                self.contact_mandate = None;
                self.truth.contacts.remove(&CONTACT);
                self.truth.delegates.clear();
                self.delegated.clear();
            }
            (None, true) => {
                if let Some(mandate) = self.grant_contact(CONTACT).await {
                    self.mandates.push(mandate.clone());
                    self.contact_mandate = Some(mandate);
                    self.truth.contacts.insert(CONTACT, 0);
                }
            }
            _ => {}
        }
    }

    pub(super) async fn delegate(&mut self, to: usize) {
        let Some(mandate) = self.contact_mandate.clone() else { return };
        let before = self.mandates_of(to).await;
        let until = SystemClock.now() + SignedDuration::from_hours(24 * DELEGATED_DAYS);
        let (to_person, until) = (self.people[to].main.person, until.strftime("%F"));
        let fields = format!("commit={}&to={to_person}&until={until}", SystemIds.uuid());
        if self.form(CONTACT, &format!("/me/mandates/{mandate}/delegation"), &fields).await {
            let held = self.mandates_of(to).await.into_iter().find(|mandate| !before.contains(mandate));
            let held = held.expect("a mandate that was delegated is held");
            self.mandates.push(held.clone());
            self.delegated.insert(to, held);
            self.truth.delegates.insert(to);
        }
    }

    pub(super) async fn end_delegation(&mut self, of: usize) {
        let Some(mandate) = self.delegated.get(&of).cloned() else { return };
        if self.end_mandate(CONTACT, of, &mandate).await {
            self.delegated.remove(&of);
            self.truth.delegates.remove(&of);
        }
    }

    /// Shuts somebody out. They then try to sign in, and are told why they can't.
    pub(super) async fn suspend(&mut self, who: usize, by: usize) {
        let word = self.truth.word(What::Suspension(who));
        let person = self.people[who].main.person;
        if !self.form(by, &format!("/admin/people/{person}/suspension"), &format!("reason={word}&until=")).await {
            return;
        }
        self.truth.signed_out.insert(who);
        self.truth.sessions_ended.insert(who);
        self.truth.tokens_ended.insert(who);
        self.earlier.iter_mut().filter(|earlier| earlier.who == who).for_each(|earlier| earlier.holds = false);
        if let Some(Err(told)) = self.open_link(who).await {
            self.told.push((who, told));
        }
    }

    /// Lets somebody in again, who then signs in anew and issues themselves another token.
    pub(super) async fn reinstate(&mut self, who: usize, by: usize) {
        let path = format!("/admin/people/{}/suspension/end", self.people[who].main.person);
        if !self.truth.signed_out.contains(&who) || !self.form(by, &path, "").await {
            return;
        }
        let Some(Ok(cookie)) = self.open_link(who).await else { return };
        let before = &mut self.people[who].main;
        let shown = Shown { cookie: std::mem::replace(&mut before.cookie, cookie), token: before.token.clone() };
        self.earlier.push(Earlier { who, holds: false, what: "before they were shut out", shown });
        self.truth.signed_out.remove(&who);
        let word = self.truth.word(What::Own(who));
        let fields = format!("commit={}&label={word}&scopes=read&scopes=write&days=2", SystemIds.uuid());
        let issued = self.send(who, "/me/tokens", &fields).await.and_then(|page| token_in(&page));
        // Whoever holds no mandate issues no token.
        if let Some((id, token)) = issued {
            (self.people[who].main.token_id, self.people[who].main.token) = (id, token);
            self.settle().await;
        }
    }

    /// Opens a new sign-in link: the session's cookie, or what was said instead. `None` where nobody is sent a link.
    async fn open_link(&self, who: usize) -> Option<Result<String, String>> {
        let (data, email) = (self.data.path(), self.people[who].main.email.clone());
        let made = tokio::task::block_in_place(|| run(data, &["sign-in-link", "--person", &email]));
        let (_, query) = made.out.trim().split_once('?').filter(|_| made.code == Some(0))?;
        let browser = Secret::new();
        let csrf = csrf_token(&self.keys, FormOwner::Browser(&browser));
        let request = self.asker.bare(Method::POST, "/sign-in/link").header(header::ORIGIN, self.asker.base());
        let request = request.header(header::COOKIE, format!("erfa-browser={}", browser.expose()));
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let response = request.body(format!("csrf={csrf}&next=/&{query}")).send().await.expect("the server answers");
        let Some(session) = cookie(&response, "erfa-session") else { return Some(Err(text_of(response).await)) };
        self.wait_after(who, &response).await;
        Some(Ok(format!("erfa-session={session}")))
    }

    /// Gives somebody's token another secret. The one before works on for a day, the one before that no longer.
    pub(super) async fn rotate(&mut self, who: usize) {
        let path = format!("/me/tokens/{}/rotate", self.people[who].main.token_id);
        let rotated = self.send(who, &path, &format!("commit={}", SystemIds.uuid())).await;
        let Some((_, token)) = rotated.and_then(|page| token_in(&page)) else { return };
        let token = std::mem::replace(&mut self.people[who].main.token, token);
        let rotated = "with the secret before";
        let before = |earlier: &&mut Earlier| earlier.who == who && earlier.what == rotated;
        self.earlier.iter_mut().filter(before).for_each(|earlier| earlier.holds = false);
        let shown = Shown { cookie: String::new(), token };
        self.earlier.push(Earlier { who, holds: true, what: rotated, shown });
        self.settle().await;
    }

    /// Waits until the views have what was written and answered without a cursor: something is written after it that is
    /// answered with one.
    async fn settle(&mut self) {
        let (name, title) = (self.truth.word(What::Participants), self.truth.word(What::Participants));
        self.form(SECRETARY, "/me", &format!("name={name}&title={title}")).await;
    }

    pub(super) async fn dissolve(&mut self, agency: usize, how: usize) {
        let (how, successor) = match FOLLOWING[how % FOLLOWING.len()] {
            _ if agency == CLOSING => ("closed", None),
            (how, successor) => (how, Some(successor)),
        };
        let follows = successor.map_or_else(String::new, |successor| self.agencies[successor].to_string());
        let path = format!("/agencies/{}/end", self.agencies[agency]);
        if self.form(SECRETARY, &path, &format!("how={how}&successor={follows}")).await {
            self.truth.dissolve(agency, successor);
        }
    }
}

/// The token that a page shows, once.
fn token_in(page: &str) -> Option<(TokenId, String)> {
    let token = page.split("value=\"").filter_map(|rest| rest.split('"').next()).find(|it| it.starts_with("erfa_"))?;
    Some((token.split('_').nth(1)?.parse().ok()?, token.to_owned()))
}
