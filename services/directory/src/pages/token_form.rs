//! The form for a new API token.

use access::{Reading, arena_name, memberships, standing};
use contracts::directory::{Role, Scope};
use service_kit::Problem;
use types::ArenaId;
use web::{Choice, Texts, collation};

use super::{Shell, fields, sign_in_link::view_error};
use crate::{domain::token::ARENAS_MAX, views::agencies};

/// For how many days a token is, if nothing else is written.
const USUAL_DAYS: &str = "90";

/// What is written in it.
pub(super) struct Written {
    pub(super) label: String,
    pub(super) write: bool,
    pub(super) days: String,
    pub(super) program: String,
    pub(super) arenas: Vec<String>,
    pub(super) commit: String,
}

/// The form, as it is shown.
pub(super) struct TokenForm {
    pub(super) written: Written,
    pub(super) scopes: Vec<Choice>,
    pub(super) programs: Vec<Choice>,
    pub(super) arenas: Vec<Choice>,
}

impl Written {
    /// What it begins with.
    pub(super) fn fresh(shell: &Shell) -> Self {
        Self {
            label: String::new(),
            write: false,
            days: USUAL_DAYS.to_owned(),
            program: String::new(),
            arenas: Vec::new(),
            commit: fields::new_commit(&shell.app),
        }
    }
}

impl TokenForm {
    pub(super) fn new(reading: &Reading, t: Texts, written: Written) -> Result<Self, Problem> {
        let scope = |scope: Scope, chosen| {
            Choice::new(scope.as_str(), t.of("scope", scope.as_str()), chosen).hint(t.of("scope-hint", scope.as_str()))
        };
        Ok(Self {
            scopes: vec![scope(Scope::Read, true), scope(Scope::Write, written.write)],
            programs: programs(reading, t, &written.program)?,
            arenas: own_arenas(reading, &written.arenas)?,
            written,
        })
    }
}

/// For what a token can be: oneself, or the programs of the agencies whose integrator one is.
fn programs(reading: &Reading, t: Texts, chosen: &str) -> Result<Vec<Choice>, Problem> {
    let mut programs = vec![Choice::new("", t.get("token-for-oneself"), chosen.is_empty())];
    let mandates = reading.viewer.signed_in().into_iter().flat_map(|viewer| &viewer.mandates);
    for held in mandates.filter(|held| held.role == Role::Integrator) {
        let agency = agencies::get(&reading.snapshot, held.agency).map_err(view_error)?;
        let name = agency.map_or_else(String::new, |record| record.agency.name.to_string());
        let value = held.agency.to_string();
        let is_chosen = chosen == value;
        programs.push(Choice::new(value, t.with("token-for-program", [("agency", name)]), is_chosen));
    }
    Ok(programs)
}

/// The arenas that a token can be for alone: those that one is a member of.
fn own_arenas(reading: &Reading, chosen: &[String]) -> Result<Vec<Choice>, Problem> {
    let Some(person) = reading.viewer.person() else { return Ok(Vec::new()) };
    let mut named: Vec<(ArenaId, String)> = Vec::new();
    for arena in memberships(&reading.snapshot, person).map_err(view_error)? {
        if standing(&reading.snapshot, &reading.viewer, arena).map_err(view_error)?.member {
            named.extend(arena_name(&reading.snapshot, arena).map_err(view_error)?.map(|name| (arena, name)));
        }
    }
    named.sort_by_cached_key(|(arena, name)| (collation::key(name), *arena));
    named.truncate(ARENAS_MAX);
    let choice = |(arena, name): (ArenaId, String)| {
        let is_chosen = chosen.contains(&arena.to_string());
        Choice::new(arena.to_string(), name, is_chosen)
    };
    Ok(named.into_iter().map(choice).collect())
}
