//! Filling an empty data directory with the invented exchange, through the same commands as everybody's.
//!
//! The clock of the log and the services is moved from a month ago up to now, so that the exchange has a history.

use std::{sync::Arc, time::Duration};

use access::{Credentials, Reading};
use anyhow::{Context as _, anyhow};
use contracts::{
    directory::{Role, Scope},
    forum::{Markdown, ShownAs},
};
use directory::{By, Persona, commands, views::people};
use forum::commands::{Key, NewThread, PostDraft};
use types::{
    AgencyId, ArenaId, Clock as _, Line, ManualClock, Paragraphs, PersonId, Position, PostId, ThreadId, Timestamp,
    TokenId,
};

use super::exchange::{Arena, Exchange, Thread};
use crate::{admin::Progress, parts::Parts};

/// How long ago the exchange begins.
const HISTORY_DAYS: i64 = 30;
/// The people of the agencies, besides two of the secretariat.
const PEOPLE: usize = 60;
/// How many of them are members of an arena.
const MEMBERS: usize = 24;
/// How many of them are members of an arena that one is invited to.
const INVITED_MEMBERS: usize = 8;
/// How long a view may take to show what was just written.
const VIEW_WAIT: Duration = Duration::from_secs(30);
/// The most people who are offered.
const PERSONAS_MAX: usize = 200;
const SECONDS_AN_HOUR: i64 = 60 * 60;
const SECONDS_A_DAY: i64 = 24 * SECONDS_AN_HOUR;
/// Between these hours, in UTC, officials write.
const WORK_BEGINS_HOUR: i64 = 7;
const WORK_ENDS_HOUR: i64 = 15;
/// Every so many posts, one answers the post before it by name.
const REPLY_EVERY: usize = 3;
/// What the secretariat is called.
const SECRETARIAT: &str = "Kansliet (demo)";

/// When the exchange begins, if it is to have come up to yesterday: at midnight, UTC.
pub(super) fn begins_at(now: Timestamp) -> Timestamp {
    let today = now.as_second() - now.as_second().rem_euclid(SECONDS_A_DAY);
    Timestamp::from_second(today - HISTORY_DAYS * SECONDS_A_DAY).unwrap_or(now)
}

/// When each of so many posts is made, in order: spread evenly over the hours in which officials work.
fn working_times(begins_at: Timestamp, posts: usize) -> Vec<Timestamp> {
    let days = (0..HISTORY_DAYS).map(|day| begins_at.as_second() + day * SECONDS_A_DAY);
    // The epoch, day 0, was a Thursday.
    let working: Vec<_> = days.filter(|day| (day.div_euclid(SECONDS_A_DAY) + 3) % 7 < 5).collect();
    let hours = (WORK_ENDS_HOUR - WORK_BEGINS_HOUR) * SECONDS_AN_HOUR;
    let at = |post: usize| {
        let worked = working.len() as i64 * hours * post as i64 / posts.max(1) as i64;
        let day = working.get((worked / hours) as usize).or(working.last()).copied().unwrap_or_default();
        day + WORK_BEGINS_HOUR * SECONDS_AN_HOUR + worked % hours
    };
    (0..posts).map(|post| Timestamp::from_second(at(post)).unwrap_or(begins_at)).collect()
}

/// Whether the data directory holds nothing yet.
pub(super) async fn is_empty(parts: &Parts) -> anyhow::Result<bool> {
    Ok(parts.log.head().await? == Position::START)
}

/// Somebody who takes part, with a token to act with while the exchange is filled.
struct Player {
    person: PersonId,
    token: TokenId,
    credentials: Credentials,
}

struct Filler<'a> {
    parts: &'a Parts,
    clock: &'a ManualClock,
    exchange: Exchange,
    progress: &'a (dyn Fn(Progress) + Send + Sync),
    posts: u64,
    posts_total: u64,
}

/// Fills it.
pub(super) async fn fill(
    parts: &Parts,
    clock: &Arc<ManualClock>,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> anyhow::Result<()> {
    let exchange = Exchange::invented()?;
    let posts_total: usize = exchange.arenas.iter().flat_map(|a| &a.threads).map(|t| t.posts.len()).sum();
    let mut filler = Filler { parts, clock, exchange, progress, posts: 0, posts_total: posts_total as u64 };
    let (secretariat, players) = filler.people().await?;
    let mut arenas = Vec::new();
    for number in 0..filler.exchange.arenas.len() {
        arenas.push(filler.arena(number, &secretariat, &players).await?);
    }
    filler.threads(&arenas, &players).await?;
    for player in players.iter().chain([&secretariat]) {
        parts.directory.commands().revoke_token(&system(), player.person, player.token).await?;
    }
    Ok(())
}

/// Everyone who can be signed in as, the secretariat first.
pub(super) fn personas(parts: &Parts) -> anyhow::Result<Vec<Persona>> {
    let snapshot = parts.directory.views().snapshot()?;
    let everyone = people::list(&snapshot, None, PERSONAS_MAX, 1)?.items;
    let with_role = everyone.into_iter().map(|person| {
        let role = person.mandates.iter().map(|mandate| mandate.role).max().unwrap_or(Role::Participant);
        (std::cmp::Reverse(role), person.id)
    });
    let mut with_role: Vec<_> = with_role.collect();
    with_role.sort_by_key(|(role, _)| *role);
    Ok(with_role.into_iter().map(|(role, person)| persona(role.0, person)).collect())
}

fn persona(role: Role, person: PersonId) -> Persona {
    let (sv, en) = match role {
        Role::Secretariat => {
            ("Öppnar arenor, bjuder in och håller ihop utbytet.", "Opens arenas, invites people and runs the exchange.")
        }
        Role::ContactPerson => {
            ("Deltar, och bjuder in kollegor på sin myndighet.", "Takes part, and invites colleagues at the agency.")
        }
        _ => ("Deltar i samtalen.", "Takes part in the discussions."),
    };
    Persona { person, about_sv: sv.to_owned(), about_en: en.to_owned() }
}

fn system() -> By {
    By::system("demo")
}

impl Filler<'_> {
    /// The secretariat's member who opens the arenas, and those who talk in them.
    async fn people(&self) -> anyhow::Result<(Player, Vec<Player>)> {
        let mut agencies = Vec::new();
        for name in &self.exchange.agencies {
            agencies.push(self.agency(name).await?);
        }
        let home = self.agency(SECRETARIAT).await?;
        let mut players = Vec::new();
        for number in 0..PEOPLE {
            let role = if number < agencies.len() { Role::ContactPerson } else { Role::Participant };
            let title = &self.exchange.titles[number % self.exchange.titles.len()];
            let name = self.exchange.name(number);
            players.push(self.player(number, &name, title, agencies[number % agencies.len()], role).await?);
        }
        let secretariat = self.player(PEOPLE, "Kim Kanslisson", "kanslichef", home, Role::Secretariat).await?;
        self.player(PEOPLE + 1, "Robin Kanslisson", "utredare", home, Role::Secretariat).await?;
        Ok((secretariat, players))
    }

    async fn agency(&self, name: &str) -> anyhow::Result<AgencyId> {
        let description = directory::domain::agency::Description::named(line(name)?);
        Ok(self.parts.directory.commands().register_agency(&system(), description).await?.value)
    }

    async fn player(
        &self,
        number: usize,
        name: &str,
        title: &str,
        agency: AgencyId,
        role: Role,
    ) -> anyhow::Result<Player> {
        let directory = self.parts.directory.commands();
        let email = line(&format!("demo-{}@erfa.example", number + 1))?;
        let invitation = commands::Invitation { email, agency, role };
        let person = directory.invite(&system(), invitation).await?.value;
        let profile = directory::domain::person::Profile { name: line(name)?, title: Some(line(title)?) };
        directory.join(&system(), person, profile).await?;
        let wanted = commands::NewToken {
            label: line("demo")?,
            scopes: vec![Scope::Read, Scope::Write],
            days: 2 * HISTORY_DAYS as u16,
            integration: None,
            arenas: None,
        };
        let issued = directory.issue_token(&system(), person, wanted).await?;
        self.seen(issued.position).await?;
        let token = issued.value.token.context("a new token is shown")?;
        Ok(Player { person, token: issued.value.id, credentials: Credentials::Token(token) })
    }

    async fn arena(&self, number: usize, secretariat: &Player, players: &[Player]) -> anyhow::Result<ArenaId> {
        let Arena { name, purpose, need_area, access, .. } = &self.exchange.arenas[number];
        let description = forum::domain::arena::Description {
            name: line(name)?,
            purpose: paragraphs(&purpose.trim().replace('\n', " "))?,
            need_areas: vec![*need_area],
            access: *access,
        };
        let forum = self.parts.forum.commands();
        let reading = self.reading(secretariat).await?;
        let opened = forum.open_arena(&reading, &Key::Once, description).await?;
        let arena = opened.value;
        self.seen(opened.position).await?;
        for member in members(number, self.is_invited(number), players) {
            if self.is_invited(number) {
                let reading = self.reading(secretariat).await?;
                let invited = forum.invite(&reading, &Key::Once, arena, member.person).await?;
                self.seen(invited.position).await?;
            }
            let joined = forum.join(&self.reading(member).await?, &Key::Once, arena).await?;
            self.seen(joined.position).await?;
        }
        Ok(arena)
    }

    fn is_invited(&self, arena: usize) -> bool {
        self.exchange.arenas[arena].access == contracts::forum::ArenaAccess::Invited
    }

    /// All threads side by side, one post of each in turn, so that there is life everywhere up to now.
    async fn threads(&mut self, arenas: &[ArenaId], players: &[Player]) -> anyhow::Result<()> {
        let times = working_times(self.clock.now(), self.posts_total as usize);
        let places: Vec<_> = (0..arenas.len())
            .flat_map(|arena| (0..self.exchange.arenas[arena].threads.len()).map(move |thread| (arena, thread)))
            .collect();
        let mut newest: Vec<Option<(ThreadId, PostId)>> = vec![None; places.len()];
        let longest = self.exchange.arenas.iter().flat_map(|a| &a.threads).map(|t| t.posts.len()).max().unwrap_or(0);
        for round in 0..longest {
            for (place, &(arena, thread)) in places.iter().enumerate() {
                let among = members(arena, self.is_invited(arena), players);
                let author = among.cycle_from(place * 5 + round * 7);
                let said = &self.exchange.arenas[arena].threads[thread];
                let Some(text) = said.posts.get(round) else { continue };
                self.advance_to(times[self.posts as usize]);
                let body = paragraphs(text)?;
                newest[place] = Some(match newest[place] {
                    None => self.open(arenas[arena], said, author, body).await?,
                    Some((thread, post)) => {
                        let reply_to = Some(post).filter(|_| (place + round).is_multiple_of(REPLY_EVERY));
                        let draft = PostDraft { reply_to, shown_as: shown_as(place + round), body };
                        self.post(thread, author, draft).await?
                    }
                });
                self.posts += 1;
                (self.progress)(Progress { done: self.posts, of: self.posts_total });
            }
        }
        Ok(())
    }

    /// Moves the clock forward; it never goes back.
    fn advance_to(&self, time: Timestamp) {
        self.clock.advance_seconds((time.as_second() - self.clock.now().as_second()).max(0));
    }

    async fn open(
        &self,
        arena: ArenaId,
        thread: &Thread,
        author: &Player,
        body: Markdown,
    ) -> anyhow::Result<(ThreadId, PostId)> {
        let new = NewThread { kind: thread.kind, title: line(&thread.title)?, body, shown_as: ShownAs::Name };
        let reading = self.reading(author).await?;
        let opened = self.parts.forum.commands().open_thread(&reading, &Key::Once, arena, new).await?;
        self.seen(opened.position).await?;
        Ok((opened.value.thread, opened.value.post))
    }

    async fn post(&self, thread: ThreadId, author: &Player, draft: PostDraft) -> anyhow::Result<(ThreadId, PostId)> {
        let reading = self.reading(author).await?;
        let added = self.parts.forum.commands().add_post(&reading, &Key::Once, thread, draft).await?;
        self.seen(added.position).await?;
        Ok((thread, added.value.post))
    }

    async fn reading(&self, player: &Player) -> anyhow::Result<Reading> {
        let reading = self.parts.forum.gate().reading(&player.credentials, None).await;
        reading.map_err(|problem| anyhow!("{}", problem.detail_text().unwrap_or("a persona could not sign in")))
    }

    async fn seen(&self, position: Position) -> anyhow::Result<()> {
        for (_, _, views) in self.parts.views() {
            views.wait_for(position, VIEW_WAIT).await?;
        }
        Ok(())
    }
}

/// Those who are in an arena.
struct Members<'a>(Vec<&'a Player>);

impl<'a> Members<'a> {
    fn cycle_from(&self, turn: usize) -> &'a Player {
        self.0[turn % self.0.len()]
    }
}

impl<'a> IntoIterator for Members<'a> {
    type Item = &'a Player;
    type IntoIter = std::vec::IntoIter<&'a Player>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Every arena has others, and the first people are in most of them.
fn members(arena: usize, invited: bool, players: &[Player]) -> Members<'_> {
    let count = if invited { INVITED_MEMBERS } else { MEMBERS };
    Members(
        (0..count)
            .map(|turn| &players[if turn < 4 { turn } else { (arena * 11 + turn * 3) % players.len() }])
            .collect(),
    )
}

fn shown_as(turn: usize) -> ShownAs {
    match turn % 9 {
        7 => ShownAs::Role,
        8 => ShownAs::Agency,
        _ => ShownAs::Name,
    }
}

fn line<const MAX: usize>(text: &str) -> anyhow::Result<Line<MAX>> {
    Line::new(text).with_context(|| format!("`{text}`"))
}

fn paragraphs<const MAX: usize>(text: &str) -> anyhow::Result<Paragraphs<MAX>> {
    Paragraphs::new(text).with_context(|| format!("`{text}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn posts_are_made_in_order_in_working_hours() {
        let begins_at = begins_at("2026-11-22T13:00:00Z".parse().unwrap());
        let times = working_times(begins_at, 103);
        assert_eq!(times.len(), 103);
        assert!(times.is_sorted());
        assert!(times[0] >= begins_at && times[102] < "2026-11-22T00:00:00Z".parse().unwrap());
        for time in times {
            let utc = time.to_zoned(jiff::tz::TimeZone::UTC);
            assert!((7..15).contains(&utc.hour()) && utc.weekday().to_monday_zero_offset() < 5, "{utc}");
        }
    }
}
