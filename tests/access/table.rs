//! The two tables, read: `policy.txt` (who is answered what) and `routes.txt` (every route, and what is sent to it).

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use reqwest::Method;

use crate::published::SERVICES;

const POLICY: &str = include_str!("policy.txt");
const ROUTES: &str = include_str!("routes.txt");

/// The classes of arenas.
pub(crate) const CLASSES: [&str; 3] = ["open", "members", "invited"];
/// In a rule: whatever the class is.
const ANY: &str = "*";

/// What somebody is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It is shown, or done.
    Ok,
    /// They are sent to sign in.
    SignIn,
    /// They are sent to take their invitation.
    Join,
    /// This status.
    Status(u16),
}

/// Where a route is asked for, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Surface {
    /// In a browser.
    Page,
    /// By a program.
    Api,
}

/// A row of `routes.txt`.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) method: Method,
    /// As it stands in the table.
    path: String,
    pub(crate) rule: String,
    pub(crate) body: Body,
}

/// What is sent. It names the things of a scene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    Nothing,
    Form(String),
    Json(String),
}

/// What a rule says for a class of arenas: each role once.
type Outcomes = BTreeMap<String, Answer>;

/// `policy.txt`.
pub(crate) struct Policy {
    /// By the surface, or `live`.
    roles: BTreeMap<String, Vec<String>>,
    rules: BTreeMap<String, BTreeMap<String, Outcomes>>,
}

impl Policy {
    /// The table.
    ///
    /// # Panics
    /// If it says something twice or nothing, or has a line that can't be read.
    pub(crate) fn read() -> Self {
        let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut policy = Self { roles: BTreeMap::new(), rules: BTreeMap::new() };
        let mut rule = String::new();
        for line in lines(POLICY) {
            let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            let (name, after) = rest.trim().split_once(char::is_whitespace).unwrap_or((rest.trim(), ""));
            match first {
                "roles" => {
                    policy.roles.insert(name.to_owned(), expand(&BTreeMap::new(), after));
                }
                "group" => {
                    let roles = expand(&groups, after);
                    groups.insert(name.to_owned(), roles);
                }
                "rule" => {
                    name.clone_into(&mut rule);
                    let is_new = policy.rules.insert(rule.clone(), BTreeMap::new()).is_none();
                    assert!(is_new, "{rule} stands twice in policy.txt");
                }
                class => {
                    let roles = &policy.roles[of_rule(&rule)];
                    let outcomes =
                        outcomes(&groups, roles, rest).unwrap_or_else(|wrong| panic!("{rule} {class}: {wrong}"));
                    policy
                        .rules
                        .get_mut(&rule)
                        .expect("a rule begins with its name")
                        .insert(class.to_owned(), outcomes);
                }
            }
        }
        for (rule, classes) in &policy.rules {
            let classes: Vec<_> = classes.keys().map(String::as_str).collect();
            assert!(classes == [ANY] || classes == ["invited", "members", "open"], "{rule} has {classes:?}");
        }
        policy
    }

    /// Who asks.
    pub(crate) fn roles(&self, surface: Surface) -> &[String] {
        match surface {
            Surface::Page => &self.roles["page"],
            Surface::Api => &self.roles["api"],
        }
    }

    /// Who listens.
    pub(crate) fn listeners(&self) -> &[String] {
        &self.roles["live"]
    }

    /// The classes of arenas that make a difference to a rule.
    pub(crate) fn classes(&self, rule: &str) -> &'static [&'static str] {
        if self.rule(rule).contains_key(ANY) { &CLASSES[..1] } else { &CLASSES }
    }

    /// What somebody is to be answered.
    pub(crate) fn expected(&self, rule: &str, class: &str, role: &str) -> &Answer {
        let classes = self.rule(rule);
        &classes.get(class).unwrap_or_else(|| &classes[ANY])[role]
    }

    fn rule(&self, rule: &str) -> &BTreeMap<String, Outcomes> {
        self.rules.get(rule).unwrap_or_else(|| panic!("policy.txt has no rule {rule}"))
    }

    /// The rules that no row goes by, where these are the rules of the rows.
    pub(crate) fn unused<'r>(&self, rules: impl Iterator<Item = &'r str>) -> Vec<&str> {
        let used: BTreeSet<_> = rules.collect();
        self.rules.keys().map(String::as_str).filter(|rule| !used.contains(rule)).collect()
    }
}

impl Route {
    /// The table.
    ///
    /// # Panics
    /// If a line can't be read.
    pub(crate) fn all() -> Vec<Self> {
        let of_service = |line: &str| match line.contains("{service}") {
            true => SERVICES.iter().map(|service| line.replace("{service}", service.name)).collect(),
            false => vec![line.to_owned()],
        };
        lines(ROUTES).flat_map(of_service).map(|line| Self::parse(&line)).collect()
    }

    /// A row.
    pub(crate) fn parse(line: &str) -> Self {
        let mut words = line.splitn(2, char::is_whitespace);
        let mut word = || words.next().unwrap_or_else(|| panic!("routes.txt: `{line}` says too little"));
        let (method, rest) = (word(), word().trim_start());
        let (path, rest) = rest.split_once(char::is_whitespace).unwrap_or_else(|| panic!("`{line}` names no rule"));
        let (rule, body) = rest.trim().split_once(char::is_whitespace).unwrap_or((rest.trim(), ""));
        let (kind, body) = body.trim().split_once(char::is_whitespace).unwrap_or((body.trim(), ""));
        let body = match kind {
            "" => Body::Nothing,
            "form" => Body::Form(body.trim().to_owned()),
            "json" => Body::Json(body.trim().to_owned()),
            other => panic!("routes.txt: `{line}` sends `{other}`, which is neither form nor json"),
        };
        let method = method.parse().expect("a method is a word");
        Self { method, path: path.to_owned(), rule: rule.to_owned(), body }
    }

    /// Its path as the router has it.
    pub(crate) fn published(&self) -> String {
        segments(self.path.split('?').next().unwrap_or_default())
            .map(|segment| match segment.split_once('=') {
                Some((name, _)) => format!("/{name}}}"),
                None => format!("/{segment}"),
            })
            .collect()
    }

    /// Its path, with things in the place of parameters.
    pub(crate) fn path(&self, mut thing: impl FnMut(&str) -> String) -> String {
        let mut before = "";
        let mut path = String::new();
        for segment in segments(&self.path) {
            path.push('/');
            match segment.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
                Some(name) => {
                    let of_collection = before.strip_suffix("ies").map_or_else(
                        || before.strip_suffix('s').unwrap_or(before).to_owned(),
                        |stem| format!("{stem}y"),
                    );
                    path += &thing(name.split_once('=').map_or(&*of_collection, |(_, thing)| thing));
                }
                None => path += segment,
            }
            before = segment;
        }
        path
    }

    /// Whether it is sent in order to change something.
    pub(crate) fn writes(&self) -> bool {
        self.method != Method::GET
    }

    pub(crate) fn surface(&self) -> Surface {
        surface(&self.rule)
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

impl Body {
    /// The body, with things in the place of their names.
    pub(crate) fn with(&self, thing: impl Fn(&str) -> String) -> Self {
        match self {
            Self::Nothing => Self::Nothing,
            Self::Form(fields) => Self::Form(fill(fields, thing)),
            Self::Json(json) => Self::Json(fill(json, thing)),
        }
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.strip_prefix('/').expect("a path begins with a slash").split('/')
}

/// What the name of a rule begins with.
fn of_rule(rule: &str) -> &str {
    rule.split('.').next().unwrap_or_default()
}

fn surface(rule: &str) -> Surface {
    match of_rule(rule) {
        "page" => Surface::Page,
        "api" => Surface::Api,
        _ => panic!("{rule} is neither of pages nor of the API"),
    }
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Roles and groups of them, as roles.
fn expand(groups: &BTreeMap<String, Vec<String>>, names: &str) -> Vec<String> {
    let of = |name: &str| groups.get(name).cloned().unwrap_or_else(|| vec![name.to_owned()]);
    names.split_whitespace().flat_map(of).collect()
}

/// `ok: a b | 404: c`, in which every role stands once.
fn outcomes(groups: &BTreeMap<String, Vec<String>>, roles: &[String], text: &str) -> Result<Outcomes, String> {
    let mut outcomes = Outcomes::new();
    for part in text.split('|') {
        let (answer, names) = part.split_once(':').ok_or_else(|| format!("`{part}` has no colon"))?;
        let answer = match answer.trim() {
            "ok" => Answer::Ok,
            "sign-in" => Answer::SignIn,
            "join" => Answer::Join,
            status => Answer::Status(status.parse().map_err(|_| format!("`{status}` is no answer"))?),
        };
        for role in expand(groups, names) {
            if !roles.contains(&role) {
                return Err(format!("there is no role {role}"));
            }
            if outcomes.insert(role.clone(), answer.clone()).is_some() {
                return Err(format!("{role} stands twice"));
            }
        }
    }
    match roles.iter().find(|role| !outcomes.contains_key(*role)) {
        Some(forgotten) => Err(format!("nothing is said of {forgotten}")),
        None => Ok(outcomes),
    }
}

/// Replaces `{name}` by the thing of this name; other braces stay.
fn fill(text: &str, thing: impl Fn(&str) -> String) -> String {
    let (mut filled, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once('{') {
        filled += before;
        match after.split_once('}') {
            Some((name, end)) if !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') => {
                filled += &thing(name);
                rest = end;
            }
            _ => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled + rest
}
