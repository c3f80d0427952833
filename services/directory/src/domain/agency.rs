//! An agency: registered once, renamed and described anew, its former names kept.

use std::collections::HashSet;

use contracts::directory::{
    Address, AgencyClosed, AgencyDetailsChanged, AgencyEvent, AgencyKind, AgencyName, AgencyRegistered, AgencyRenamed,
    AgencySucceeded, OrganisationNumber, ShortName, Succession,
};
use event_sourcing::Decider;
use types::AgencyId;

use crate::domain::Authority;

/// The most former and other names that are kept of one agency.
pub const OTHER_NAMES_MAX: usize = 50;

/// The rules of an agency.
#[derive(Clone, Copy, Debug)]
pub enum Agency {}

/// What is known of an agency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// `None` before it is registered.
    described: Option<Description>,
    ended: Option<Ended>,
}

/// How an agency ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Succeeded(AgencyId),
    Closed,
}

/// An agency as somebody describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Its name.
    pub name: AgencyName,
    /// Its short name.
    pub short_name: Option<ShortName>,
    /// Its web site.
    pub website: Option<Address>,
    /// Names that it had before, or is also known by.
    pub other_names: Vec<AgencyName>,
    /// What kind of body it is; if it is not said, it stays, and is at first a state agency.
    pub kind: Option<AgencyKind>,
    /// Its organisation number; if it is not said, it stays.
    pub organisation_number: Option<OrganisationNumber>,
}

/// What can be asked of an agency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// It is no more, and this one follows it.
    Succeed {
        /// Which ends.
        agency: AgencyId,
        /// The agency that follows it, which is not at its end itself.
        successor: AgencyId,
        /// How that came to be.
        how: Succession,
        /// Who says so.
        by: Authority,
    },
    /// It is no more, and none follows it.
    Close {
        /// Who says so.
        by: Authority,
    },
    /// It is like this now: registers it, or writes down what became different. Names once known are kept.
    Describe(Description),
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// More names than are kept.
    #[error("the agency would have {given} former and other names, at most {limit} are kept")]
    TooManyNames {
        /// How many it would have.
        given: usize,
        /// How many are kept.
        limit: usize,
    },
    /// There is no such agency.
    #[error("the agency is not known")]
    Unknown,
    /// Only the secretariat decides this.
    #[error("only the secretariat keeps the agencies")]
    NotYours,
    /// It is no more: nothing of it changes.
    #[error("the agency is no more")]
    Ended,
    /// It can't follow itself.
    #[error("an agency does not follow itself")]
    OwnSuccessor,
}

impl From<Option<Description>> for State {
    fn from(described: Option<Description>) -> Self {
        Self { described, ended: None }
    }
}

/// Whether the text has the form of a Swedish organisation number: ten digits, a hyphen before the last four, the third
/// digit at least 2 and the last one the check digit (Luhn), as Skatteverket's SKV 709 describes it.
pub fn is_organisation_number(text: &str) -> bool {
    let Some((first, last)) = text.split_once('-') else { return false };
    if first.len() != 6 || last.len() != 4 || !text.bytes().all(|c| c.is_ascii_digit() || c == b'-') {
        return false;
    }
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let weighed = digits.iter().enumerate().map(|(place, digit)| {
        let product = digit * if place % 2 == 0 { 2 } else { 1 };
        product / 10 + product % 10
    });
    digits[2] >= 2 && weighed.sum::<u32>() % 10 == 0
}

/// How names are compared: without regard to case and to how many spaces stand between words.
pub fn name_key(name: &str) -> String {
    name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// `names` followed by those of `more` that are not among them, without `name`, each once.
fn merged<'a>(
    name: &AgencyName,
    names: impl IntoIterator<Item = &'a AgencyName>,
    more: impl IntoIterator<Item = &'a AgencyName>,
) -> Vec<AgencyName> {
    let mut seen = HashSet::from([name_key(name.as_str())]);
    names.into_iter().chain(more).filter(|name| seen.insert(name_key(name.as_str()))).cloned().collect()
}

impl Decider for Agency {
    type State = State;
    type Command = Command;
    type Event = AgencyEvent;
    type Error = Error;

    fn decide(state: &State, command: &Command) -> Result<Vec<AgencyEvent>, Error> {
        match command {
            Command::Describe(_) if state.ended.is_some() => Err(Error::Ended),
            Command::Describe(new) => state.describe(new),
            Command::Succeed { by, .. } | Command::Close { by } if !by.keeps_agencies() => Err(Error::NotYours),
            Command::Succeed { .. } | Command::Close { .. } if state.described.is_none() => Err(Error::Unknown),
            Command::Succeed { agency, successor, .. } if agency == successor => Err(Error::OwnSuccessor),
            Command::Succeed { successor, how, .. } => match state.ended {
                None => Ok(vec![AgencySucceeded { successor: *successor, how: *how }.into()]),
                Some(Ended::Succeeded(known)) if known == *successor => Ok(vec![]),
                Some(_) => Err(Error::Ended),
            },
            Command::Close { .. } => match state.ended {
                None => Ok(vec![AgencyClosed {}.into()]),
                Some(Ended::Closed) => Ok(vec![]),
                Some(Ended::Succeeded(_)) => Err(Error::Ended),
            },
        }
    }

    fn evolve(state: State, event: &AgencyEvent) -> State {
        let ended = match event {
            AgencyEvent::Succeeded(event) => Some(Ended::Succeeded(event.successor)),
            AgencyEvent::Closed(_) => Some(Ended::Closed),
            _ => state.ended,
        };
        State { described: Description::evolve(state.described, event), ended }
    }
}

impl State {
    fn describe(&self, new: &Description) -> Result<Vec<AgencyEvent>, Error> {
        let names = match &self.described {
            None => merged(&new.name, [], &new.other_names),
            Some(known) => merged(&new.name, known.other_names.iter().chain([&known.name]), &new.other_names),
        };
        if names.len() > OTHER_NAMES_MAX {
            return Err(Error::TooManyNames { given: names.len(), limit: OTHER_NAMES_MAX });
        }
        let Description { name, short_name, website, kind, organisation_number, .. } = new.clone();
        let Some(known) = &self.described else {
            let kind = kind.unwrap_or_default();
            let other_names = names;
            return Ok(vec![
                AgencyRegistered { name, short_name, website, other_names, kind, organisation_number }.into(),
            ]);
        };
        let mut events = Vec::new();
        let mut after = known.clone();
        if known.name != new.name {
            events.push(AgencyRenamed { name, former_name: known.name.clone() }.into());
            after = after.renamed(&new.name);
        }
        let kind = kind.filter(|kind| Some(*kind) != known.kind);
        let organisation_number =
            organisation_number.filter(|number| Some(number) != known.organisation_number.as_ref());
        let same = (&after.short_name, &after.website, &after.other_names) == (&short_name, &website, &names);
        if !same || kind.is_some() || organisation_number.is_some() {
            let other_names = names;
            events.push(AgencyDetailsChanged { short_name, website, other_names, kind, organisation_number }.into());
        }
        Ok(events)
    }
}

impl Description {
    /// An agency of which nothing but the name is said.
    pub fn named(name: AgencyName) -> Self {
        let (other_names, kind, organisation_number) = (Vec::new(), None, None);
        Self { name, short_name: None, website: None, other_names, kind, organisation_number }
    }

    /// What is known after `event`; the view folds with the same function.
    pub fn evolve(known: Option<Self>, event: &AgencyEvent) -> Option<Self> {
        match (event, known) {
            (AgencyEvent::Registered(event), _) => Some(Self {
                name: event.name.clone(),
                short_name: event.short_name.clone(),
                website: event.website.clone(),
                other_names: event.other_names.clone(),
                kind: Some(event.kind),
                organisation_number: event.organisation_number.clone(),
            }),
            (AgencyEvent::Renamed(event), Some(known)) => Some(known.renamed(&event.name)),
            (AgencyEvent::DetailsChanged(event), Some(known)) => Some(Self {
                name: known.name,
                short_name: event.short_name.clone(),
                website: event.website.clone(),
                other_names: event.other_names.clone(),
                kind: event.kind.or(known.kind),
                organisation_number: event.organisation_number.clone().or(known.organisation_number),
            }),
            (AgencyEvent::Succeeded(_) | AgencyEvent::Closed(_), known) => known,
            (_, None) => None,
        }
    }

    fn renamed(self, name: &AgencyName) -> Self {
        let other_names = merged(name, self.other_names.iter().chain([&self.name]), []);
        Self { name: name.clone(), other_names, ..self }
    }
}

#[cfg(test)]
mod tests {
    use event_sourcing::testing::given;
    use types::PersonId;
    use uuid::Uuid;

    use super::*;

    fn name(text: &str) -> AgencyName {
        AgencyName::new(text).unwrap()
    }

    fn description(text: &str, others: &[&str]) -> Description {
        Description {
            name: name(text),
            short_name: Some(ShortName::new("MX").unwrap()),
            website: None,
            other_names: others.iter().copied().map(name).collect(),
            kind: None,
            organisation_number: None,
        }
    }

    fn describe(text: &str, others: &[&str]) -> Command {
        Command::Describe(description(text, others))
    }

    fn registered(text: &str, others: &[&str]) -> AgencyEvent {
        let Description { name, short_name, website, other_names, .. } = description(text, others);
        let (kind, organisation_number) = (AgencyKind::State, None);
        AgencyRegistered { name, short_name, website, other_names, kind, organisation_number }.into()
    }

    fn renamed(from: &str, to: &str) -> AgencyEvent {
        AgencyRenamed { name: name(to), former_name: name(from) }.into()
    }

    #[test]
    fn an_agency_is_registered_with_each_name_once() {
        given::<Agency>([])
            .when(describe("Myndigheten", &["Verket", "verket", "Myndigheten"]))
            .then([registered("Myndigheten", &["Verket"])]);
    }

    #[test]
    fn the_same_again_is_nothing() {
        given::<Agency>([registered("Myndigheten", &["Verket"])])
            .when(describe("Myndigheten", &["Verket"]))
            .then_nothing();
        given::<Agency>([registered("Myndigheten", &["Verket"])]).when(describe("Myndigheten", &[])).then_nothing();
    }

    #[test]
    fn a_new_name_keeps_the_former_one() {
        given::<Agency>([registered("Verket", &["Nämnden"])])
            .when(describe("Myndigheten", &["Verket"]))
            .then([renamed("Verket", "Myndigheten")]);
        given::<Agency>([registered("Verket", &["Nämnden"]), renamed("Verket", "Myndigheten")])
            .when(describe("Myndigheten", &["Verket", "Nämnden"]))
            .then_nothing();
    }

    #[test]
    fn going_back_to_a_former_name_turns_them_round() {
        given::<Agency>([registered("Verket", &[]), renamed("Verket", "Myndigheten")])
            .when(describe("Verket", &["Myndigheten"]))
            .then([renamed("Myndigheten", "Verket")]);
    }

    #[test]
    fn other_details_are_written_down() {
        let mut other = description("Myndigheten", &["Kontoret"]);
        other.short_name = None;
        given::<Agency>([registered("Myndigheten", &["Verket"])]).when(Command::Describe(other)).then([
            AgencyDetailsChanged {
                short_name: None,
                website: None,
                other_names: vec![name("Verket"), name("Kontoret")],
                kind: None,
                organisation_number: None,
            }
            .into(),
        ]);
    }

    #[test]
    fn kind_and_organisation_number_stay_until_they_are_said_anew() {
        let number = |text| Some(OrganisationNumber::new(text).unwrap());
        let region = |organisation_number| {
            let kind = Some(AgencyKind::Region);
            Description { kind, organisation_number, ..Description::named(name("Regionen")) }
        };
        let registered = AgencyEvent::from(AgencyRegistered {
            name: name("Regionen"),
            short_name: None,
            website: None,
            other_names: vec![],
            kind: AgencyKind::Region,
            organisation_number: number("202100-5489"),
        });
        given::<Agency>([]).when(Command::Describe(region(number("202100-5489")))).then([registered.clone()]);
        let unsaid = Description::named(name("Regionen"));
        given::<Agency>([registered.clone()]).when(Command::Describe(unsaid)).then_nothing();
        let other = AgencyDetailsChanged {
            short_name: None,
            website: None,
            other_names: vec![],
            kind: None,
            organisation_number: number("232100-0016"),
        };
        let anew = Command::Describe(region(number("232100-0016")));
        given::<Agency>([registered.clone()]).when(anew.clone()).then([other.clone().into()]);
        given::<Agency>([registered, other.into()]).when(anew).then_nothing();
    }

    const ONE: AgencyId = AgencyId::from_uuid(Uuid::from_u128(1));
    const OTHER: AgencyId = AgencyId::from_uuid(Uuid::from_u128(2));
    const SOMEBODY: PersonId = PersonId::from_uuid(Uuid::from_u128(3));
    const SECRETARIAT: Authority = Authority::secretariat(SOMEBODY);

    fn succeed(successor: AgencyId, by: Authority) -> Command {
        Command::Succeed { agency: ONE, successor, how: Succession::Merged, by }
    }

    fn succeeded() -> AgencyEvent {
        AgencySucceeded { successor: OTHER, how: Succession::Merged }.into()
    }

    #[test]
    fn an_agency_is_followed_by_another_once() {
        let known = || registered("Verket", &[]);
        given::<Agency>([known()]).when(succeed(OTHER, SECRETARIAT)).then([succeeded()]);
        given::<Agency>([known(), succeeded()]).when(succeed(OTHER, SECRETARIAT)).then_nothing();
        given::<Agency>([known()]).when(succeed(ONE, SECRETARIAT)).then_refused(Error::OwnSuccessor);
        given::<Agency>([]).when(succeed(OTHER, SECRETARIAT)).then_refused(Error::Unknown);
        let ended = || [known(), AgencyClosed {}.into()];
        given::<Agency>(ended()).when(succeed(OTHER, SECRETARIAT)).then_refused(Error::Ended);
        for by in [Authority::of(SOMEBODY), Authority::contact_person(SOMEBODY, ONE)] {
            given::<Agency>([known()]).when(succeed(OTHER, by)).then_refused(Error::NotYours);
            given::<Agency>([known()]).when(Command::Close { by }).then_refused(Error::NotYours);
        }
    }

    #[test]
    fn nothing_of_an_agency_changes_once_it_is_no_more() {
        let close = || Command::Close { by: SECRETARIAT };
        let known = || registered("Verket", &[]);
        given::<Agency>([known()]).when(close()).then([AgencyClosed {}.into()]);
        given::<Agency>([known(), AgencyClosed {}.into()]).when(close()).then_nothing();
        given::<Agency>([known(), succeeded()]).when(close()).then_refused(Error::Ended);
        given::<Agency>([known(), AgencyClosed {}.into()]).when(describe("Nämnden", &[])).then_refused(Error::Ended);
    }

    #[test]
    fn what_an_organisation_number_looks_like() {
        for number in ["202100-5489", "232100-0016", "556036-0793"] {
            assert!(is_organisation_number(number), "{number}");
        }
        let others =
            ["", "-", "2021005489", "202100-5488", "202100-548", "2021005-489", "202100-54890", "２02100-5489"];
        for text in others.into_iter().chain(["811218-9876", "101010-1010", "202100 5489", "202100–5489"]) {
            assert!(!is_organisation_number(text), "{text}");
        }
    }

    #[test]
    fn names_are_bounded() {
        let many: Vec<String> = (0..=OTHER_NAMES_MAX).map(|n| format!("Verket {n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        given::<Agency>([])
            .when(describe("Myndigheten", &many))
            .then_refused(Error::TooManyNames { given: OTHER_NAMES_MAX + 1, limit: OTHER_NAMES_MAX });
    }
}
