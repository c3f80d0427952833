//! The APIs against their descriptions: schemathesis asks a started server what its OpenAPI documents allow and what they
//! do not, and looks whether each answer is one that they tell of.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Stdio},
};

use anyhow::{Context as _, ensure};

use crate::{
    command::{output, program, root, run},
    step::say,
};

/// schemathesis and all that it needs, each in one version.
const LOCK: &str = "xtask/schemathesis.txt";
/// Of the demo's secretariat, which may do more than others: what is only refused says little.
const WHO: &str = "demo-61@erfa.example";
/// How many requests chance makes for each operation, and what it is made from, so that two runs are alike.
const EXAMPLES: &str = "10";
const SEED: &str = "1";
/// What is looked at. Two are left out: a cursor, an `If-Match` and a text can follow their schema and be refused all the
/// same (`positive_data_acceptance`), and a missing `If-Match` is refused by 428 (`missing_required_header`), which
/// schemathesis does not expect.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
                      response_schema_conformance,negative_data_rejection,unsupported_method,allow_header_conformance,\
                      ignored_auth,use_after_free,ensure_resource_availability";

fn home() -> PathBuf {
    root().join("target/schemathesis")
}

/// Installs what the lock file names, unless it is there.
pub(crate) fn install() -> anyhow::Result<()> {
    let (lock, installed) = (root().join(LOCK), home().join("installed.txt"));
    let wanted = fs::read(&lock).with_context(|| format!("{LOCK} can't be read"))?;
    if fs::read(&installed).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    say("installing schemathesis");
    run(program("python3", ["-m", "venv", "--clear"]).arg(home()))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    run(program(home().join("bin/python"), pip).arg(&lock).env("PIP_ROOT_USER_ACTION", "ignore"))?;
    Ok(fs::write(installed, wanted)?)
}

/// A demo that is gone afterwards, with its data.
struct Demo {
    child: Child,
    data: PathBuf,
    url: String,
}

impl Demo {
    fn start(erfa: &Path) -> anyhow::Result<Self> {
        let data = home().join("data");
        if data.exists() {
            fs::remove_dir_all(&data).context("what is left of an earlier run can't be deleted")?;
        }
        let listen =
            ["demo", "--json", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0", "--log-filter", "warn"];
        // One token asks more in a minute than a person's programs do.
        let rates = ["address", "token_reads", "token_writes", "agency_reads", "agency_writes"];
        let rates = rates.iter().flat_map(|rate| ["--set".to_owned(), format!("rates.{rate}=100000000")]);
        let mut child = program(erfa, listen).args(rates).arg("--data").arg(&data).stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().context("it was piped")?;
        let mut demo = Self { child, data, url: String::new() };
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let ready: serde_json::Value = serde_json::from_str(&line).context("`erfa demo` did not start")?;
        demo.url = ready["url"].as_str().context("it says where it listens")?.to_owned();
        Ok(demo)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.data);
    }
}

/// Asks every API that has a document, with a token.
pub(crate) fn ask(erfa: &Path) -> anyhow::Result<()> {
    let demo = Demo::start(erfa)?;
    let issue = ["token", "issue", "--person", WHO, "--scopes", "read,write"];
    let token = output(program(erfa, issue).arg("--data").arg(&demo.data))?;
    let mut asked = 0;
    for document in fs::read_dir(root().join("proto/openapi"))? {
        let path = document?.path();
        let service = path.file_stem().unwrap_or_default().to_string_lossy();
        let location = format!("{}/api/{service}/v1/openapi.json", demo.url);
        let options = [
            "--max-examples",
            EXAMPLES,
            "--seed",
            SEED,
            "--continue-on-failure",
            "--warnings",
            "off",
            "--checks",
            CHECKS,
        ];
        let mut schemathesis = program(home().join("bin/schemathesis"), ["run"]);
        schemathesis.arg(location).args(options).arg("--header").arg(format!("Authorization: Bearer {}", token.trim()));
        run(schemathesis.current_dir(home())).with_context(|| format!("the API of {service}"))?;
        asked += 1;
    }
    ensure!(asked > 0, "proto/openapi holds no documents");
    Ok(())
}
