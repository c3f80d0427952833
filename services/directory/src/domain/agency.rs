//! An agency: registered once, renamed and described anew, its former names kept.

use std::collections::HashSet;

use contracts::directory::{
    Address, AgencyDetailsChanged, AgencyEvent, AgencyKind, AgencyName, AgencyRegistered, AgencyRenamed, ShortName,
};
use event_sourcing::Decider;

/// The most former and other names that are kept of one agency.
pub const OTHER_NAMES_MAX: usize = 50;

/// The rules of an agency.
#[derive(Clone, Copy, Debug)]
pub enum Agency {}

/// What is known of an agency; `None` before it is registered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State(Option<Description>);

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
}

/// What can be asked of an agency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
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
}

impl From<Option<Description>> for State {
    fn from(known: Option<Description>) -> Self {
        Self(known)
    }
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
        let Command::Describe(new) = command;
        let names = match &state.0 {
            None => merged(&new.name, [], &new.other_names),
            Some(known) => merged(&new.name, known.other_names.iter().chain([&known.name]), &new.other_names),
        };
        if names.len() > OTHER_NAMES_MAX {
            return Err(Error::TooManyNames { given: names.len(), limit: OTHER_NAMES_MAX });
        }
        let Some(known) = &state.0 else {
            let Description { name, short_name, website, .. } = new.clone();
            let kind = AgencyKind::State;
            return Ok(vec![AgencyRegistered { name, short_name, website, other_names: names, kind }.into()]);
        };
        let mut events = Vec::new();
        let mut after = known.clone();
        if known.name != new.name {
            events.push(AgencyRenamed { name: new.name.clone(), former_name: known.name.clone() }.into());
            after = after.renamed(&new.name);
        }
        if after.short_name != new.short_name || after.website != new.website || after.other_names != names {
            let Description { short_name, website, .. } = new.clone();
            events.push(AgencyDetailsChanged { short_name, website, other_names: names }.into());
        }
        Ok(events)
    }

    fn evolve(state: State, event: &AgencyEvent) -> State {
        State(Description::evolve(state.0, event))
    }
}

impl Description {
    /// What is known after `event`; the view folds with the same function.
    pub fn evolve(known: Option<Self>, event: &AgencyEvent) -> Option<Self> {
        match (event, known) {
            (AgencyEvent::Registered(event), _) => Some(Self {
                name: event.name.clone(),
                short_name: event.short_name.clone(),
                website: event.website.clone(),
                other_names: event.other_names.clone(),
            }),
            (AgencyEvent::Renamed(event), Some(known)) => Some(known.renamed(&event.name)),
            (AgencyEvent::DetailsChanged(event), Some(known)) => Some(Self {
                name: known.name,
                short_name: event.short_name.clone(),
                website: event.website.clone(),
                other_names: event.other_names.clone(),
            }),
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
        }
    }

    fn describe(text: &str, others: &[&str]) -> Command {
        Command::Describe(description(text, others))
    }

    fn registered(text: &str, others: &[&str]) -> AgencyEvent {
        let Description { name, short_name, website, other_names } = description(text, others);
        AgencyRegistered { name, short_name, website, other_names, kind: AgencyKind::State }.into()
    }

    fn renamed(from: &str, to: &str) -> AgencyEvent {
        AgencyRenamed { name: name(to), former_name: name(from) }.into()
    }

    #[test]
    fn an_agency_is_registered_at_first_without_an_organisation_number() {
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
            }
            .into(),
        ]);
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
