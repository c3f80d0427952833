use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use tempfile::TempDir;

use crate::{Config, ConfigErrors, Sources};

const KEY: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgUUMX4IRa56W1WL8f
rYDJ2OVSoD26D0jE9kKnr78WcIahRANCAATj2fg875scHV2YvIj8gVfbDjGBwlZx
tOnl3Kyb+7FSbkEpGkHJysrjeSmyZ1dmWHkmg6n5ZEPxbOQ9ZyTSi7zs
-----END PRIVATE KEY-----
";

fn load(dir: &TempDir, openid: &str) -> Result<Config, ConfigErrors> {
    let path = dir.path().join("erfa.toml");
    let openid = openid.replace("DIR", &dir.path().display().to_string());
    fs::write(&path, format!("secretariat = \"Kansliet\"\n{openid}")).unwrap();
    Config::load(&Sources { file: Some(path), ..Sources::default() })
}

fn dir() -> TempDir {
    let dir = TempDir::new().unwrap();
    write(&dir.path().join("secret"), "hemligheten\n");
    write(&dir.path().join("key.pem"), KEY);
    dir
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

const SECRET: &str = r#"
[openid.agency]
issuer = "https://login.agency.example"
client_id = "erfa"
client_auth = "client_secret_basic"
secret_file = "DIR/secret"
"#;

const FULL: &str = r#"
[openid.country]
issuer = "https://login.country.example/op"
client_id = "https://erfa.example"
client_auth = "private_key_jwt"
key_file = "DIR/key.pem"
assertion_audience = "token-endpoint"
name_sv = "Logga in med tjänstelegitimation"
name_en = "Sign in with your work identity"
scopes = ["profile", "https://scopes.example/orgaffiliation"]
algorithms = ["ES256", "PS256"]
acr_values = ["http://id.example/loa3"]
userinfo = true
leeway_s = 10
account_claim = "https://claims.example/orgAffiliation"
organisation_claim = "https://claims.example/orgNumber"
name_claim = "given"
title_claim = "title"
organisations = { 202100-0000 = "Verket" }
admit_unknown = true
step_up_acr_values = ["http://id.example/loa4"]
step_up_max_age_s = 900
"#;

#[test]
fn what_is_shown_is_what_was_read_and_holds_no_secret() {
    let dir = dir();
    let config = load(&dir, &format!("{SECRET}{FULL}")).unwrap();
    assert_eq!(config.openid.len(), 2);
    assert_eq!(config.warnings(), Vec::<String>::new());
    let shown = config.to_toml();
    assert!(!shown.contains("hemligheten") && !shown.contains("MIGH"), "{shown}");
    fs::write(dir.path().join("erfa.toml"), &shown).unwrap();
    let again = Config::load(&Sources { file: Some(dir.path().join("erfa.toml")), ..Sources::default() }).unwrap();
    assert_eq!(again.openid, config.openid);
    for line in FULL.replace("DIR", &dir.path().display().to_string()).lines() {
        assert!(shown.contains(line), "{line} is missing in {shown}");
    }
    assert!(!format!("{config:?}").contains("hemligheten"));
}

#[test]
fn a_secret_that_others_may_read_is_warned_of() {
    let dir = dir();
    fs::set_permissions(dir.path().join("secret"), fs::Permissions::from_mode(0o644)).unwrap();
    let [warning] = &load(&dir, SECRET).unwrap().warnings()[..] else { panic!("one warning") };
    assert!(warning.contains("openid.agency") && warning.contains("chmod 600"), "{warning}");
}

#[test]
fn everything_that_is_wrong_is_said_at_once_and_no_secret_with_it() {
    let dir = dir();
    write(&dir.path().join("empty"), " \n");
    let change = |key: &str, line: &str| {
        let kept: Vec<_> = SECRET.lines().filter(|it| !it.starts_with(&format!("{key} "))).collect();
        format!("{}\n{line}\n", kept.join("\n"))
    };
    for (table, expected) in [
        ("openid = 7".to_owned(), vec!["`openid` is no table"]),
        ("[openid]\nagency = 7".to_owned(), vec!["`openid.agency` is no table"]),
        (SECRET.replace("agency]", "\"a/b\"]"), vec!["`openid.a/b` can't be the name of a provider"]),
        ("[openid.agency]".to_owned(), vec!["issuer` is missing", "client_id` is missing", "client_auth` is missing"]),
        (change("issuer", "issuer = \"http://login.agency.example\""), vec!["`openid.agency.issuer` it is not https"]),
        (change("issuer", "issuer = 7"), vec!["`openid.agency.issuer` = 7: expected a text"]),
        (change("secret_file", "secret_file = \"DIR/none\""), vec!["secret_file` can't be read"]),
        (change("secret_file", "secret_file = \"DIR/empty\""), vec!["secret_file` can't be read"]),
        (
            change("secret_file", "client_secret = \"hemligheten\""),
            vec!["secret_file` is missing", "secrets do not stand here"],
        ),
        (change("client_auth", "client_auth = \"hemligheten\""), vec!["client_auth` is not a way that is known"]),
        (
            change("client_auth", "client_auth = \"private_key_jwt\""),
            vec!["key_file` is missing", "secret_file` is not used"],
        ),
        (
            change("client_auth", "client_auth = \"private_key_jwt\"\nkey_file = \"DIR/secret\""),
            vec!["no private key", "secret_file` is not"],
        ),
        (format!("{SECRET}algorithms = [\"HS256\"]"), vec!["`HS256` is none of RS256"]),
        (format!("{SECRET}algorithms = [\"none\"]"), vec!["`none` is none of RS256"]),
        (format!("{SECRET}algorithms = []"), vec!["algorithms` names none"]),
        (format!("{SECRET}account_claim = \"email\""), vec!["a mail address, which is no key of an account"]),
        (format!("{SECRET}scope = \"x\""), vec!["did you mean `scopes`?"]),
        (format!("{SECRET}leeway_s = 301"), vec!["whole number from 0 to 300"]),
        (format!("{SECRET}userinfo = \"ja\""), vec!["expected true or false"]),
        (format!("{SECRET}organisations = [\"x\"]"), vec!["organisations` is no table of texts"]),
        (
            format!("{SECRET}{}", SECRET.replace("agency]", "other]")),
            vec!["`openid.other.issuer` is that of another provider"],
        ),
    ] {
        let errors = load(&dir, &table).expect_err(&table);
        let all: Vec<_> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(all.len(), expected.len(), "{table}: {all:#?}");
        for (said, expected) in all.iter().zip(expected) {
            assert!(said.contains(expected), "{expected} was expected: {said}");
            assert!(!said.contains("hemligheten"), "{said}");
        }
    }
}

#[test]
fn a_provider_stands_in_the_file_alone() {
    let flags = vec![("openid.agency.issuer".to_owned(), "https://x".to_owned(), "--set".to_owned())];
    let errors = Config::load(&Sources { flags, ..Sources::default() }).unwrap_err();
    assert!(errors.to_string().contains("`openid.agency.issuer` is not a setting"), "{errors}");
    let flags = vec![("openid".to_owned(), "x".to_owned(), "--set".to_owned())];
    let errors = Config::load(&Sources { flags, ..Sources::default() }).unwrap_err();
    assert!(errors.to_string().contains("`openid` is no table"), "{errors}");
}
