//! Everything that must hold, from the quickest to the slowest.

use std::path::PathBuf;

use anyhow::Context as _;

use crate::{
    command::{answers, cargo, output, program, run},
    needs, schemathesis,
    step::Steps,
};

pub(crate) fn run_all() -> anyhow::Result<()> {
    let mut steps = Steps::begin("xtask test");
    let has_browser_tests = needs::browser_tests().is_dir();
    steps.take("what the tests need", "cargo xtask test", needs::install)?;
    if has_browser_tests {
        steps.take("packages of Node", "npm ci, in tests/browser and tests/oidc", needs::install_node_packages)?;
    }
    steps.take("format", "cargo fmt --all --check", || run(&mut cargo(["fmt", "--all", "--check"])))?;
    steps.take("lints", "cargo clippy --workspace --all-targets -- -D warnings", || {
        run(&mut cargo(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
    })?;
    steps.take("build erfa", "cargo build -p erfa", || run(&mut cargo(["build", "-p", "erfa"])))?;
    if answers("cargo-nextest", ["nextest", "--version"]) {
        steps.take("tests", "cargo nextest run --workspace", || {
            run(&mut cargo(["nextest", "run", "--workspace", "--no-fail-fast"]))
        })?;
    } else {
        steps.take("tests", "cargo test --workspace", || {
            run(&mut cargo(["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"]))
        })?;
    }
    steps.take("tests in documentation", "cargo test --doc --workspace", || {
        run(&mut cargo(["test", "--doc", "--workspace"]))
    })?;
    steps.take("the APIs against their descriptions", "cargo xtask apis", apis)?;
    if has_browser_tests {
        steps.take("tests in the browser", "node --test --test-concurrency=1, in tests/browser", browser_tests)?;
    }
    steps.end();
    Ok(())
}

/// With what a random client sends: see [`schemathesis`].
pub(crate) fn apis() -> anyhow::Result<()> {
    schemathesis::install()?;
    run(&mut cargo(["build", "-p", "erfa"]))?;
    schemathesis::ask(&erfa()?)
}

/// One file after the other: each starts servers and browsers of its own.
fn browser_tests() -> anyhow::Result<()> {
    let chromium = needs::chromium().context("Chromium has gone")?;
    let mut node = program("node", ["--test", "--test-concurrency=1"]);
    run(node.current_dir(needs::browser_tests()).env("ERFA_BIN", erfa()?).env("CHROMIUM", chromium))
}

/// The program that `cargo build` made.
fn erfa() -> anyhow::Result<PathBuf> {
    let metadata = output(&mut cargo(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: serde_json::Value =
        serde_json::from_str(&metadata).context("cargo describes the workspace in JSON")?;
    let target = metadata["target_directory"].as_str().context("cargo says where it builds")?;
    Ok(PathBuf::from(target).join("debug/erfa"))
}
