//! With whom people sign in: a table of the configuration file for each provider, `[openid.<name>]`.
//!
//! They stand in the file alone, not in the environment or flags, and secrets stand in files of their own, so that a
//! configuration can be shown to anybody.

mod reader;

use std::{
    collections::BTreeMap, fmt::Write as _, fs, os::unix::fs::PermissionsExt as _, path::PathBuf, time::Duration,
};

use oidc::{Algorithm, AssertionAudience, ClientAuth, ClientKey, Settings};
use toml::Value;

use super::{ConfigError, sources::Source};
use reader::Reader;

/// The table that the providers' tables stand in.
pub(super) const TABLE: &str = "openid";

/// How many providers there may be: each is a button on the page to sign in.
const PROVIDERS_MAX: usize = 20;
/// How long a provider's name may be.
const NAME_CHARS_MAX: usize = 32;
/// How long a file with a secret may be.
const SECRET_BYTES_MAX: u64 = 4_096;
const METHODS: &str = "say \"private_key_jwt\", \"client_secret_basic\" or \"client_secret_post\"";
const LEEWAY_SECONDS: u64 = 60;
const LEEWAY_SECONDS_MAX: u64 = 300;

/// A provider with which people sign in.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenIdProvider {
    /// What the protocol needs to know.
    pub settings: Settings,
    /// What it is called on its button, in Swedish.
    pub name_sv: String,
    /// The same in English.
    pub name_en: String,
    /// What its claims mean.
    pub claims: ClaimMapping,
    /// Which agency an organisation number is, where the directory does not say it.
    pub organisations: BTreeMap<String, String>,
    /// Whether people come in who are not known yet, if their organisation is.
    pub admit_unknown: bool,
    /// What is demanded before somebody does what decides.
    pub step_up: Option<StepUp>,
    /// Where the key or secret was read.
    credential_file: PathBuf,
}

/// What a provider's claims mean to Erfa.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimMapping {
    /// The claim that is the key of an account, such as one with `uid@orgnr`; `None` for the subject.
    pub account: Option<String>,
    /// The claim with the organisation number; `None` for what stands behind the `@` of the account, if any does.
    pub organisation: Option<String>,
    /// The claim with the person's name.
    pub name: String,
    /// The claim with what they do.
    pub title: Option<String>,
}

/// What is demanded before somebody does what decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepUp {
    /// One of these levels of assurance; none if any will do.
    pub acr_values: Vec<String>,
    /// That they proved themselves no longer ago than this.
    pub max_age: Option<Duration>,
}

/// Every key of a provider's table, with what it is for.
const KEYS: &[(&str, &str)] = &[
    ("issuer", "Its issuer identifier, exactly as it writes it itself."),
    ("client_id", "Who Erfa is to it."),
    ("client_auth", "How Erfa proves that: \"private_key_jwt\", \"client_secret_basic\" or \"client_secret_post\"."),
    (
        "key_file",
        "For private_key_jwt: a private key in PEM, of P-256 or RSA. Its public part is at /sign-in/openid/keys.",
    ),
    ("secret_file", "For client_secret_basic and client_secret_post: a file that holds the secret."),
    (
        "assertion_audience",
        "To whom a private_key_jwt is addressed: \"issuer\" or, for older providers, \"token-endpoint\".",
    ),
    ("name_sv", "What stands on its button, in Swedish."),
    ("name_en", "The same in English."),
    ("scopes", "What is asked for beside openid."),
    ("algorithms", "With which algorithms it may sign."),
    ("acr_values", "The levels of assurance of which one is demanded at every sign-in."),
    ("userinfo", "Whether claims are fetched from its user information too."),
    ("leeway_s", "How far its clock may be from ours, in seconds."),
    (
        "account_claim",
        "The claim that is the key of an account, such as one with uid@orgnr; empty for the subject. Never a mail address.",
    ),
    (
        "organisation_claim",
        "The claim with the organisation number; empty for what stands behind the @ of the account.",
    ),
    ("name_claim", "The claim with the person's name."),
    ("title_claim", "The claim with what they do; empty for none."),
    ("organisations", "Which agency of the directory an organisation number is, where the directory does not say it."),
    (
        "admit_unknown",
        "Whether people come in who are not known yet, if their organisation is. They get no mandates by that.",
    ),
    ("step_up_acr_values", "One of these levels is demanded before somebody does what decides."),
    (
        "step_up_max_age_s",
        "They must have proven themselves no longer ago than this before that, in seconds; 0 for no such demand.",
    ),
];

/// The providers in the table, as far as they are right; what is wrong is added to `errors`.
pub(super) fn read(value: Value, source: &Source, errors: &mut Vec<ConfigError>) -> Vec<OpenIdProvider> {
    let mut wrong = |key: String, wrong: &str, remedy: &str| {
        errors.push(ConfigError { key, source: source.clone(), wrong: wrong.to_owned(), remedy: remedy.to_owned() });
    };
    let Value::Table(tables) = value else {
        wrong(TABLE.to_owned(), "is no table", "give each provider a table of its own, such as [openid.agency]");
        return Vec::new();
    };
    if tables.len() > PROVIDERS_MAX {
        let remedy = format!("at most {PROVIDERS_MAX} can be offered on one page");
        wrong(TABLE.to_owned(), "names too many providers", &remedy);
        return Vec::new();
    }
    let mut providers: Vec<OpenIdProvider> = Vec::new();
    for (name, value) in tables {
        let key = format!("{TABLE}.{name}");
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.len() > NAME_CHARS_MAX || name.is_empty() || !name.chars().all(plain) {
            let remedy =
                format!("a provider is called by 1 to {NAME_CHARS_MAX} of a-z, 0-9 and -, such as [openid.agency]");
            wrong(key, "can't be the name of a provider", &remedy);
            continue;
        }
        let Value::Table(table) = value else {
            wrong(key, "is no table", "give each provider a table of its own, such as [openid.agency]");
            continue;
        };
        let mut found = Vec::new();
        let provider = OpenIdProvider::read(&name, Reader::new(&key, table, source, &mut found));
        let twice =
            |provider: &OpenIdProvider| providers.iter().any(|it| it.settings.issuer == provider.settings.issuer);
        if provider.as_ref().is_some_and(twice) {
            let remedy = "give each issuer one table";
            found.push(ConfigError {
                key: format!("{key}.issuer"),
                source: source.clone(),
                wrong: "is that of another provider too".to_owned(),
                remedy: remedy.to_owned(),
            });
        }
        let is_right = found.is_empty();
        for error in found {
            wrong(error.key, &error.wrong, &error.remedy);
        }
        providers.extend(provider.filter(|_| is_right));
    }
    providers
}

impl OpenIdProvider {
    fn read(name: &str, mut from: Reader<'_>) -> Option<Self> {
        let issuer = from.required("issuer", "name the issuer, such as https://login.agency.example");
        if let Some(wrong) = issuer.as_deref().and_then(|issuer| oidc::trusted_url(issuer, true).err()) {
            from.refuse::<()>(
                "issuer",
                &wrong.to_string(),
                "give the issuer's https address as the provider writes it",
            );
        }
        let client_id = from.required("client_id", "give the client id that the provider knows Erfa by");
        let (client_auth, credential_file) = client_auth(&mut from).unzip();
        let name_sv = from.text("name_sv").unwrap_or_else(|| name.to_owned());
        let name_en = from.text("name_en").unwrap_or_else(|| name_sv.clone());
        let scopes = from.texts("scopes").unwrap_or_default();
        let algorithms = from.texts("algorithms").unwrap_or_else(|| vec!["RS256".to_owned(), "ES256".to_owned()]);
        let algorithms: Result<Vec<Algorithm>, _> = algorithms.iter().map(|name| name.parse()).collect();
        let algorithms = match algorithms {
            Ok(some) if !some.is_empty() => some,
            Ok(_) => from.refuse("algorithms", "names none", "name those that the provider signs with"),
            Err(error) => from.refuse("algorithms", &error.to_string(), "name those that the provider signs with"),
        };
        let acr_values = from.texts("acr_values").unwrap_or_default();
        let userinfo = from.flag("userinfo");
        let leeway = from.seconds("leeway_s", 0..=LEEWAY_SECONDS_MAX).unwrap_or(LEEWAY_SECONDS);
        let claims = ClaimMapping {
            account: from.claim("account_claim"),
            organisation: from.claim("organisation_claim"),
            name: from.claim("name_claim").unwrap_or_else(|| "name".to_owned()),
            title: from.claim("title_claim"),
        };
        if claims.account.as_deref() == Some("email") {
            from.refuse::<()>(
                "account_claim",
                "is a mail address, which is no key of an account",
                "name another claim",
            );
        }
        let organisations = from.table_of_texts("organisations");
        let admit_unknown = from.flag("admit_unknown");
        let step_up_acr_values = from.texts("step_up_acr_values").unwrap_or_default();
        let max_age = from.seconds("step_up_max_age_s", 0..=24 * 60 * 60).filter(|seconds| *seconds > 0);
        let step_up = StepUp { acr_values: step_up_acr_values, max_age: max_age.map(Duration::from_secs) };
        from.refuse_the_rest(KEYS);
        let settings = Settings {
            name: name.to_owned(),
            issuer: issuer?,
            client_id: client_id?,
            client_auth: client_auth?,
            scopes,
            algorithms,
            acr_values,
            userinfo,
            leeway: Duration::from_secs(leeway),
        };
        let step_up = Some(step_up).filter(|step_up| !step_up.acr_values.is_empty() || step_up.max_age.is_some());
        let credential_file = credential_file?;
        Some(Self { settings, name_sv, name_en, claims, organisations, admit_unknown, step_up, credential_file })
    }

    /// What is allowed and yet hardly meant.
    pub(super) fn warning(&self) -> Option<String> {
        let mode = fs::metadata(&self.credential_file).ok()?.permissions().mode();
        (mode & 0o077 != 0).then(|| {
            let (name, file) = (&self.settings.name, self.credential_file.display());
            format!("`openid.{name}`: others on this machine may read `{file}`: run `chmod 600` on it")
        })
    }

    /// Its table in a configuration file; the secret is not in it.
    pub(super) fn to_toml(&self) -> String {
        let mut text = format!("\n[{TABLE}.{}]\n", self.settings.name);
        for (key, help) in KEYS {
            if let Some(value) = self.shown(key) {
                let _ = writeln!(text, "# {help}\n{key} = {value}");
            }
        }
        text
    }

    fn shown(&self, key: &str) -> Option<Value> {
        let Self { settings, claims, .. } = self;
        let text = |text: &str| Value::String(text.to_owned());
        let claim = |claim: &Option<String>| text(claim.as_deref().unwrap_or_default());
        let texts = |texts: &[String]| Value::Array(texts.iter().map(|it| text(it)).collect());
        let seconds = |time: Duration| Value::Integer(i64::try_from(time.as_secs()).unwrap_or(i64::MAX));
        let is_key = settings.client_auth.key().is_some();
        let step_up = self.step_up.as_ref();
        Some(match key {
            "issuer" => text(&settings.issuer),
            "client_id" => text(&settings.client_id),
            "client_auth" => text(settings.client_auth.method()),
            "key_file" if is_key => text(&self.credential_file.display().to_string()),
            "secret_file" if !is_key => text(&self.credential_file.display().to_string()),
            "assertion_audience" => match settings.client_auth {
                ClientAuth::PrivateKeyJwt(_, AssertionAudience::Issuer) => text("issuer"),
                ClientAuth::PrivateKeyJwt(_, AssertionAudience::TokenEndpoint) => text("token-endpoint"),
                _ => return None,
            },
            "name_sv" => text(&self.name_sv),
            "name_en" => text(&self.name_en),
            "scopes" => texts(&settings.scopes),
            "algorithms" => Value::Array(settings.algorithms.iter().map(|it| text(it.as_str())).collect()),
            "acr_values" => texts(&settings.acr_values),
            "userinfo" => Value::Boolean(settings.userinfo),
            "leeway_s" => seconds(settings.leeway),
            "account_claim" => claim(&claims.account),
            "organisation_claim" => claim(&claims.organisation),
            "name_claim" => text(&claims.name),
            "title_claim" => claim(&claims.title),
            "organisations" => {
                Value::Table(self.organisations.iter().map(|(number, name)| (number.clone(), text(name))).collect())
            }
            "admit_unknown" => Value::Boolean(self.admit_unknown),
            "step_up_acr_values" => texts(step_up.map_or(&[], |step_up| &step_up.acr_values)),
            "step_up_max_age_s" => seconds(step_up.and_then(|step_up| step_up.max_age).unwrap_or_default()),
            _ => return None,
        })
    }
}

/// How Erfa proves who it is, and the file that it read for that.
fn client_auth(from: &mut Reader<'_>) -> Option<(ClientAuth, PathBuf)> {
    let Some(method) = from.required("client_auth", METHODS) else {
        from.pass_over(&["key_file", "secret_file", "assertion_audience"]);
        return None;
    };
    let audience = match from.text("assertion_audience").as_deref() {
        None | Some("issuer") => AssertionAudience::Issuer,
        Some("token-endpoint") => AssertionAudience::TokenEndpoint,
        Some(_) => from.refuse("assertion_audience", "is neither \"issuer\" nor \"token-endpoint\"", "say one of them"),
    };
    if method == "private_key_jwt" {
        let file = PathBuf::from(from.required("key_file", "name the file with Erfa's private key")?);
        return match ClientKey::read(&file) {
            Ok(key) => Some((ClientAuth::PrivateKeyJwt(key, audience), file)),
            Err(error) => {
                let remedy = "make one with `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`";
                from.refuse("key_file", &error.to_string(), remedy)
            }
        };
    }
    let auth = match &*method {
        "client_secret_basic" => ClientAuth::SecretBasic,
        "client_secret_post" => ClientAuth::SecretPost,
        _ => {
            from.pass_over(&["key_file", "secret_file"]);
            return from.refuse("client_auth", "is not a way that is known", METHODS);
        }
    };
    let file = PathBuf::from(from.required("secret_file", "write the secret into a file and name that")?);
    let is_short = fs::metadata(&file).is_ok_and(|metadata| metadata.len() <= SECRET_BYTES_MAX);
    let secret = fs::read_to_string(&file).ok().filter(|_| is_short);
    match secret.as_deref().map(str::trim) {
        Some(secret) if !secret.is_empty() => Some((auth(secret.to_owned()), file)),
        _ => from.refuse("secret_file", "can't be read, or is empty or too long", "name a file with the secret alone"),
    }
}

#[cfg(test)]
mod tests;
