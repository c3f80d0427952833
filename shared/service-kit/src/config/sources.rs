//! Where settings are given.

use std::{fmt, fs, io, path::PathBuf};

use toml::{Table, Value};

use super::{
    ConfigError, Flags,
    settings::{Setting, VARIABLE_PREFIX, settings},
};

/// The file that is read when none is named, if it is there.
const FILE_DEFAULT: &str = "erfa.toml";
/// The variable that names the file.
const FILE_VARIABLE: &str = "ERFA_CONFIG";
/// The largest file that is read.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Where a setting was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// In this file.
    File(PathBuf),
    /// By this variable of the environment.
    Environment(String),
    /// By this flag.
    Flag(String),
    /// Nowhere: it is what holds when nothing is said.
    Default,
}

/// Everything that may give settings; later fields win over earlier ones.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The file that must be there; without it, nothing is read.
    pub file: Option<PathBuf>,
    /// The variables of the environment, all of them.
    pub environment: Vec<(String, String)>,
    /// Settings by their keys, with the flag that gave each.
    pub flags: Vec<(String, String, String)>,
}

/// A value that was given for a setting.
pub(super) struct Given {
    pub(super) key: String,
    pub(super) value: Value,
    pub(super) source: Source,
}

impl Sources {
    /// Those of this process: the file that `--config` or `ERFA_CONFIG` names, else `erfa.toml` where the process was
    /// started if it is there; its environment; its flags.
    pub fn of_process(flags: &Flags) -> Self {
        let environment: Vec<_> = std::env::vars_os()
            .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
            .collect();
        let named = flags.config.clone().or_else(|| {
            environment.iter().find(|(name, value)| name == FILE_VARIABLE && !value.is_empty()).map(|(_, v)| v.into())
        });
        let file = named.or_else(|| Some(PathBuf::from(FILE_DEFAULT)).filter(|path| path.exists()));
        Self { file, environment, flags: flags.given() }
    }

    /// The variables that look like settings of Erfa and are none. They are no errors, because others name variables
    /// too: a service called `erfa` gets `ERFA_PORT` from its container platform.
    pub fn unknown_variables(&self) -> Vec<&str> {
        let names = self.environment.iter().map(|(name, _)| name.as_str());
        names
            .filter(|name| name.starts_with(VARIABLE_PREFIX) && *name != FILE_VARIABLE)
            .filter(|name| !settings().any(|setting| setting.variable() == *name))
            .collect()
    }

    /// All that is given, and what could not be read.
    pub(super) fn read(&self) -> (Vec<Given>, Vec<ConfigError>) {
        let (mut given, mut errors) = (Vec::new(), Vec::new());
        if let Some(path) = &self.file {
            match read_table(path) {
                Ok(table) => flatten("", table, &Source::File(path.clone()), &mut given),
                Err(error) => errors.push(error),
            }
        }
        for setting in settings() {
            given.extend(self.of_environment(setting));
        }
        given.extend(self.flags.iter().map(|(key, value, flag)| Given {
            key: key.clone(),
            value: Value::String(value.clone()),
            source: Source::Flag(flag.clone()),
        }));
        (given, errors)
    }

    fn of_environment(&self, setting: &Setting) -> Option<Given> {
        let variable = setting.variable();
        let (_, value) = self.environment.iter().find(|(name, _)| *name == variable)?;
        let (key, value) = (setting.key.to_owned(), Value::String(value.clone()));
        Some(Given { key, value, source: Source::Environment(variable) })
    }
}

fn read_table(path: &PathBuf) -> Result<Table, ConfigError> {
    let error = |wrong: String, remedy: &str| ConfigError {
        key: String::new(),
        source: Source::File(path.clone()),
        wrong,
        remedy: remedy.to_owned(),
    };
    let text = read_text(path).map_err(|cause| {
        error(format!("can't be read: {cause}"), "name a TOML file that this user may read, or none")
    })?;
    text.parse().map_err(|cause: toml::de::Error| {
        let place = cause.span().map_or_else(String::new, |span| place(&text, span.start));
        error(format!("is not TOML{place}: {}", cause.message()), "mend it there; the rest of the file was not read")
    })
}

fn read_text(path: &PathBuf) -> io::Result<String> {
    if fs::metadata(path)?.len() > FILE_BYTES_MAX {
        return Err(io::Error::other(format!("it is larger than {FILE_BYTES_MAX} bytes")));
    }
    fs::read_to_string(path)
}

fn place(text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!(" at line {line}, column {column}")
}

/// The settings of a table and of the tables in it; a table that is none stays one, and is unknown as a whole.
fn flatten(prefix: &str, table: Table, source: &Source, given: &mut Vec<Given>) {
    for (name, value) in table {
        let key = format!("{prefix}{name}");
        let of_settings = settings().any(|setting| setting.key.starts_with(&format!("{key}.")));
        match value {
            Value::Table(inner) if of_settings => flatten(&format!("{key}."), inner, source, given),
            value => given.push(Given { key, value, source: source.clone() }),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(flag) => write!(f, "flag {flag}"),
            Self::Default => f.write_str("default"),
        }
    }
}
