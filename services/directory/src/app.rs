//! What handlers have at hand.

use std::sync::{Arc, PoisonError, RwLock};

use access::Gate;
use axum::extract::FromRef;
use types::PersonId;

use crate::{Commands, openid::OpenId};

/// The state of the directory's router. Cheap to clone.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) gate: Gate,
    pub(crate) commands: Commands,
    pub(crate) openid: OpenId,
    /// Who can be signed in as by a click; `None` where people are not invented.
    pub(crate) personas: Option<Personas>,
}

impl FromRef<App> for Gate {
    fn from_ref(app: &App) -> Self {
        app.gate.clone()
    }
}

/// An invented person, as the demo offers them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Persona {
    /// Who.
    pub person: PersonId,
    /// A line on what they are good for in the demo, in Swedish.
    pub about_sv: String,
    /// The same in English.
    pub about_en: String,
}

#[derive(Clone, Default)]
pub(crate) struct Personas(Arc<RwLock<Vec<Persona>>>);

impl Personas {
    pub(crate) fn set(&self, personas: Vec<Persona>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = personas;
    }

    pub(crate) fn all(&self) -> Vec<Persona> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
