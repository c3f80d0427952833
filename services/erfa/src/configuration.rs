//! What the configuration says, and what its administrator should know of it.

use service_kit::{Config, ConfigErrors, Flags, Sources};

/// The configuration in force.
pub(crate) struct Configuration {
    pub(crate) config: Config,
    /// What is allowed and yet hardly meant.
    pub(crate) warnings: Vec<String>,
}

impl Configuration {
    /// Reads file, environment and flags of this process.
    pub(crate) fn load(flags: &Flags) -> Result<Self, ConfigErrors> {
        let sources = Sources::of_process(flags);
        let config = Config::load(&sources)?;
        let mut warnings = config.warnings();
        let unknown = sources.unknown_variables().into_iter();
        warnings.extend(
            unknown.map(|name| {
                format!("environment {name}: this is not a setting; `erfa config show` lists every setting")
            }),
        );
        Ok(Self { config, warnings })
    }
}
