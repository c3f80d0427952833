use std::{fs, net::SocketAddr, path::Path};

use super::*;
use crate::ForwardedHeader;

fn environment(variables: &[(&str, &str)]) -> Vec<(String, String)> {
    variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn file(dir: &Path, text: &str) -> Option<PathBuf> {
    let path = dir.join("erfa.toml");
    fs::write(&path, text).expect("writable");
    Some(path)
}

fn flags(args: &[&str]) -> Vec<(String, String, String)> {
    #[derive(clap::Parser)]
    struct Program {
        #[command(flatten)]
        flags: Flags,
    }
    <Program as clap::Parser>::parse_from(["erfa"].iter().chain(args)).flags.given()
}

#[test]
fn without_sources_there_are_defaults() {
    let config = Config::load(&Sources::default()).expect("valid");
    assert_eq!(config, Config::default());
    assert_eq!(config.origin.as_str(), "http://127.0.0.1:8080");
    assert_eq!(config.warnings(), Vec::<String>::new());
}

#[test]
fn a_later_source_wins() {
    let dir = tempfile::tempdir().expect("a directory");
    let text =
        "secretariat = \"Beredningen\"\nlisten = \"127.0.0.1:1\"\n[limits]\nconnections_max = 1\nheaders_max = 20\n";
    let sources = Sources {
        file: file(dir.path(), text),
        environment: environment(&[("ERFA_LISTEN", "127.0.0.1:2"), ("ERFA_LIMITS_CONNECTIONS_MAX", "2_000")]),
        flags: flags(&["--listen", "127.0.0.1:3", "--set", "log.format=json"]),
    };
    let config = Config::load(&sources).expect("valid");
    assert_eq!((config.listen.port(), config.limits.connections_max, config.limits.headers_max), (3, 2_000, 20));
    assert_eq!((config.secretariat.as_str(), config.log.format), ("Beredningen", LogFormat::Json));
    assert_eq!(config.origin.as_str(), "http://127.0.0.1:3");
}

#[test]
fn all_errors_come_at_once_and_say_what_to_do() {
    let dir = tempfile::tempdir().expect("a directory");
    let text = "listne = \"127.0.0.1:1\"\norigin = \"erfa.example\"\ndata = 7\n[limits]\nbody_bytes_max = \"many\"\n[colours]\nred = 1\n";
    let sources = Sources {
        file: file(dir.path(), text),
        environment: environment(&[("ERFA_LISTEN", "localhost"), ("ERFA_LOG_FILTER", "in=fo=x"), ("ERFA_PORT", "1")]),
        flags: flags(&["--log-format", "xml", "--set", "limits.headers_max=1", "--metrics-listen", "127.0.0.1:8080"]),
    };
    let errors = Config::load(&sources).expect_err("wrong in many ways").to_string();
    let shown = errors.replace(&dir.path().display().to_string(), "<dir>");
    insta::assert_snapshot!(shown, @r#"
    the configuration has 10 errors:
      <dir>/erfa.toml: `colours` is not a setting; remove it; `erfa config show` lists every setting
      <dir>/erfa.toml: `data` = 7: expected a text in quotation marks; the default is "./data"
      <dir>/erfa.toml: `limits.body_bytes_max` = "many": expected a whole number from 1024 to 1073741824; the default is 1048576
      <dir>/erfa.toml: `listne` is not a setting; did you mean `listen`? Else remove it
      <dir>/erfa.toml: `origin` = "erfa.example": expected https:// or http://, a host, and perhaps a port, and nothing after it; the default is "http://127.0.0.1:8080"
      environment ERFA_LISTEN: `listen` = "localhost": expected an address and a port, such as 127.0.0.1:8080 or [::1]:8080 (port 0: any that is free); the default is "127.0.0.1:8080"
      environment ERFA_LOG_FILTER: `log.filter` = "in=fo=x": expected error, warn, info, debug or trace, or parts of the program with one of these each, as in info,forum=debug; the default is "info"
      flag --set: `limits.headers_max` = "1": expected a whole number from 16 to 1000; the default is 100
      flag --log-format: `log.format` = "xml": expected "text" or "json"; the default is "text"
      flag --metrics-listen: `metrics_listen` = "127.0.0.1:8080" is the same as `listen`; give health and metrics a port of their own, such as 127.0.0.1:9464
    "#);
    assert_eq!(sources.unknown_variables(), ["ERFA_PORT"]);
}

#[test]
fn a_file_that_is_not_toml_does_not_hide_other_errors() {
    let dir = tempfile::tempdir().expect("a directory");
    let broken = Sources {
        file: file(dir.path(), "data = \"x\"\nlisten = = 1\n"),
        environment: environment(&[("ERFA_ORIGIN", "x")]),
        flags: Vec::new(),
    };
    let errors = Config::load(&broken).expect_err("wrong").to_string();
    assert!(errors.contains("2 errors") && errors.contains("is not TOML at line 2, column 10"), "{errors}");
    let missing = Sources { file: Some(dir.path().join("none.toml")), ..Sources::default() };
    let errors = Config::load(&missing).expect_err("missing").to_string();
    assert!(errors.contains("none.toml: can't be read"), "{errors}");
}

#[test]
fn a_data_directory_that_is_a_file_is_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = file(dir.path(), "").expect("a file");
    let sources = Sources { flags: flags(&["--data", path.to_str().expect("text")]), ..Sources::default() };
    let errors = Config::load(&sources).expect_err("a file");
    let error = errors.iter().next().expect("one");
    assert_eq!((error.key.as_str(), &error.source), ("data", &Source::Flag("--data".to_owned())));
}

#[test]
fn what_is_shown_can_be_loaded_again() {
    let config = Config {
        secretariat: "Rådet \"för\" utbyte".to_owned(),
        secretariat_mail: Some("kansliet@myndighet.example".to_owned()),
        origin: "https://erfa.example".parse().expect("an origin"),
        proxies: Proxies {
            trusted: vec![Proxies::parse("10.0.0.0/8").expect("a network"), Proxies::parse("::1").expect("one")],
            header: ForwardedHeader::Forwarded,
        },
        tls: TlsOptions { certificate: Some("a.pem".into()), key: Some("b.pem".into()), terminated_by_proxy: true },
        rates: Rates { sign_in: 0, person_writes: 7, ..Rates::default() },
        ..Config::default()
    };
    let dir = tempfile::tempdir().expect("a directory");
    let sources = Sources { file: file(dir.path(), &config.to_toml()), ..Sources::default() };
    assert_eq!(Config::load(&sources).expect("valid"), config);
}

#[test]
fn proxies_are_named_in_a_file_or_in_one_text() {
    let dir = tempfile::tempdir().expect("a directory");
    let expected = ["127.0.0.1/32", "10.0.0.0/8"];
    let text = "[proxies]\ntrusted = [\"127.0.0.1\", \"10.0.0.0/8\"]\nheader = \"Forwarded\"\n";
    let of_file = Sources { file: file(dir.path(), text), ..Sources::default() };
    let variable = environment(&[("ERFA_PROXIES_TRUSTED", "127.0.0.1, 10.0.0.0/8"), ("ERFA_RATES_ADDRESS", "0")]);
    let of_environment = Sources { environment: variable, ..Sources::default() };
    for sources in [of_file, of_environment] {
        let config = Config::load(&sources).expect("valid");
        assert_eq!(config.proxies.trusted.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
    }
    let wrong = Sources {
        flags: flags(&["--set", "proxies.trusted=nginx", "--set", "rates.address=-1"]),
        ..Sources::default()
    };
    let errors = Config::load(&wrong).expect_err("wrong").to_string();
    assert!(errors.contains("`nginx` is no address (192.0.2.1) and no network (10.0.0.0/8)"), "{errors}");
    assert!(errors.contains("`rates.address` = \"-1\": expected a whole number from 0"), "{errors}");
}

#[test]
fn a_default_origin_follows_the_port_that_was_found() {
    let bound: SocketAddr = "127.0.0.1:4711".parse().expect("an address");
    assert_eq!(Config::default().listening_at(bound).origin.as_str(), "http://127.0.0.1:4711");
    let sources = Sources { flags: flags(&["--origin", "https://erfa.example"]), ..Sources::default() };
    let config = Config::load(&sources).expect("valid").listening_at(bound);
    assert_eq!((config.origin.as_str(), config.origin.is_secure()), ("https://erfa.example", true));
}

#[test]
fn plain_http_stays_on_this_machine_unless_a_proxy_speaks_tls() {
    let wrong = |args: &[&str]| {
        let errors = Config::load(&Sources { flags: flags(args), ..Sources::default() });
        errors.map_or_else(|errors| errors.to_string(), |config| config.warnings().join("; "))
    };
    let tls = ["--set", "tls.certificate=a.pem", "--set", "tls.key=b.pem"];
    let open = ["--listen", "0.0.0.0:80"];
    let proxied = ["--set", "tls.terminated_by_proxy=true"];
    let https = ["--origin", "https://erfa.example", "--set", "proxies.trusted=10.0.0.0/8"];
    for (args, words) in [
        (open.to_vec(), "`listen` = \"0.0.0.0:80\" can be reached from outside without TLS"),
        (["--listen", "[::]:80"].to_vec(), "without TLS"),
        (
            [&open[..], &proxied].concat(),
            "`tls.terminated_by_proxy` is set but `origin` = http://localhost is not https",
        ),
        ([&open[..], &proxied].concat(), "`proxies.trusted` names no proxy"),
        ([&open[..], &proxied, &https].concat(), ""),
        ([&open[..], &tls].concat(), ""),
        (tls[..2].to_vec(), "`tls.certificate` = \"a.pem\" has no key"),
        (tls[2..].to_vec(), "`tls.key` = \"b.pem\" has no certificate"),
        (
            [&tls[..], &["--origin", "http://erfa.example"]].concat(),
            "is not https, which is what `tls.certificate` is for",
        ),
        (["--metrics-listen", "0.0.0.0:81"].to_vec(), "let only the monitoring reach it"),
    ] {
        let said = wrong(&args);
        assert!(said.contains(words) && said.is_empty() == words.is_empty(), "{args:?}: {said}");
    }
    let sources = Sources { flags: flags(&tls), ..Sources::default() };
    assert_eq!(Config::load(&sources).expect("valid").origin.as_str(), "https://127.0.0.1:8080");
}

#[test]
fn a_mistyped_setting_is_known_again() {
    for (key, meant) in [
        ("listne", Some("`listen`")),
        ("metrics-listen", Some("`metrics_listen`")),
        ("limits.conections_max", Some("`limits.connections_max`")),
        ("connections_max", Some("`limits.connections_max`")),
        ("colour", None),
    ] {
        let sources = Sources { flags: flags(&["--set", &format!("{key}=1")]), ..Sources::default() };
        let errors = Config::load(&sources).expect_err(key);
        let remedy = &errors.iter().next().expect("one").remedy;
        assert_eq!(remedy.contains("did you mean"), meant.is_some(), "{key}: {remedy}");
        assert!(remedy.contains(meant.unwrap_or("config show")), "{key}: {remedy}");
    }
}
