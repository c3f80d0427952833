//! Whether a process lives, and whether it is ready to be asked.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use serde::Serialize;

type Check = Box<dyn Fn() -> Result<(), String> + Send + Sync>;

/// The checks of a process. Clones share them.
#[derive(Clone, Default)]
pub struct Health(Arc<Inner>);

#[derive(Default)]
struct Inner {
    checks: Mutex<Vec<(&'static str, Check)>>,
    stopping: AtomicBool,
}

/// Whether a process is ready, and why not.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Readiness {
    /// All checks are well, and the process is not stopping.
    pub ready: bool,
    /// Whether the process is stopping.
    pub stopping: bool,
    /// Each check, in the order in which they were registered.
    pub checks: Vec<CheckResult>,
}

/// How one check went.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct CheckResult {
    /// What is checked.
    pub name: &'static str,
    /// Why it is not well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

impl Health {
    /// Adds a check. It is called for every question, so it looks at something that is known already and waits for nothing.
    pub fn register(&self, name: &'static str, check: impl Fn() -> Result<(), String> + Send + Sync + 'static) {
        self.checks().push((name, Box::new(check)));
    }

    /// From now on the process is not ready: it finishes what it has begun.
    pub fn stopping(&self) {
        self.0.stopping.store(true, Ordering::SeqCst);
    }

    /// Whether new work may come. That the process lives is said by any answer at all.
    pub fn readiness(&self) -> Readiness {
        let stopping = self.0.stopping.load(Ordering::SeqCst);
        let result = |(name, check): &(&'static str, Check)| CheckResult { name, failure: check().err() };
        let checks: Vec<_> = self.checks().iter().map(result).collect();
        Readiness { ready: !stopping && checks.iter().all(|check| check.failure.is_none()), stopping, checks }
    }

    fn checks(&self) -> std::sync::MutexGuard<'_, Vec<(&'static str, Check)>> {
        self.0.checks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.readiness().fmt(f)
    }
}
