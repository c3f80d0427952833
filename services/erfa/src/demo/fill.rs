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
use types::{AgencyId, ArenaId, Line, ManualClock, Paragraphs, PersonId, Position, ThreadId, Timestamp, TokenId};

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
const SECONDS_A_DAY: i64 = 24 * 60 * 60;
/// What the secretariat is called.
const SECRETARIAT: &str = "Kansliet (demo)";

/// When the exchange begins, if it is to have come up to now.
pub(super) fn begins_at(now: Timestamp) -> Timestamp {
    now - jiff::SignedDuration::from_secs(HISTORY_DAYS * SECONDS_A_DAY)
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
        Role::Participant => ("Deltar i samtalen.", "Takes part in the discussions."),
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
        let description = directory::domain::agency::Description {
            name: line(name)?,
            short_name: None,
            website: None,
            other_names: Vec::new(),
        };
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
            purpose: paragraphs(purpose.trim())?,
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
        let step = HISTORY_DAYS * SECONDS_A_DAY * 99 / 100 / self.posts_total as i64;
        let places: Vec<_> = (0..arenas.len())
            .flat_map(|arena| (0..self.exchange.arenas[arena].threads.len()).map(move |thread| (arena, thread)))
            .collect();
        let mut open = vec![None; places.len()];
        let longest = self.exchange.arenas.iter().flat_map(|a| &a.threads).map(|t| t.posts.len()).max().unwrap_or(0);
        for round in 0..longest {
            for (place, &(arena, thread)) in places.iter().enumerate() {
                let among = members(arena, self.is_invited(arena), players);
                let author = among.cycle_from(place * 5 + round * 7);
                let Some(text) = self.exchange.arenas[arena].threads[thread].posts.get(round) else { continue };
                let (body, shown_as) = (paragraphs(text)?, shown_as(place + round));
                open[place] = Some(match open[place] {
                    None => {
                        self.open(arenas[arena], &self.exchange.arenas[arena].threads[thread], author, body).await?
                    }
                    Some(thread) => self.post(thread, author, PostDraft { reply_to: None, shown_as, body }).await?,
                });
                self.posts += 1;
                (self.progress)(Progress { done: self.posts, of: self.posts_total });
                self.clock.advance_seconds(step);
            }
        }
        Ok(())
    }

    async fn open(&self, arena: ArenaId, thread: &Thread, author: &Player, body: Markdown) -> anyhow::Result<ThreadId> {
        let new = NewThread { kind: thread.kind, title: line(&thread.title)?, body, shown_as: ShownAs::Name };
        let reading = self.reading(author).await?;
        let opened = self.parts.forum.commands().open_thread(&reading, &Key::Once, arena, new).await?;
        self.seen(opened.position).await?;
        Ok(opened.value.thread)
    }

    async fn post(&self, thread: ThreadId, author: &Player, draft: PostDraft) -> anyhow::Result<ThreadId> {
        let reading = self.reading(author).await?;
        let added = self.parts.forum.commands().add_post(&reading, &Key::Once, thread, draft).await?;
        self.seen(added.position).await?;
        Ok(thread)
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
