//! What the tests need besides Rust: a browser with letters to write, and Node with its packages.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::bail;

use crate::{
    command::{answers, is_root, output, program, root, run},
    step::say,
};

/// The first version of Node that runs the tests of the browser.
const NODE_MAJOR_MIN: u32 = 20;

/// A program or a file that is looked for, and the Debian packages that bring it.
struct Need {
    what: &'static str,
    packages: &'static [&'static str],
    is_there: fn() -> bool,
}

const NEEDS: [Need; 5] = [
    Need {
        what: "a C compiler (cc), for zstd",
        packages: &["gcc", "libc6-dev"],
        is_there: || answers("cc", ["--version"]),
    },
    Need {
        what: "Chromium (or name one with the environment variable CHROMIUM)",
        packages: &["chromium"],
        is_there: || chromium().is_some(),
    },
    Need {
        what: "the fonts DejaVu, so that pages have letters",
        packages: &["fonts-dejavu-core"],
        is_there: || Path::new("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf").exists(),
    },
    Need {
        what: "Node 20 or newer, and npm (Debian 12 has an older one)",
        packages: &["nodejs", "npm"],
        is_there: || node_major().is_some_and(|major| major >= NODE_MAJOR_MIN) && answers("npm", ["--version"]),
    },
    Need {
        what: "Python 3 with venv, for schemathesis",
        packages: &["python3", "python3-venv"],
        is_there: || answers("python3", ["-c", "import ensurepip, venv"]),
    },
];

/// The tests of the browser.
pub(crate) fn browser_tests() -> PathBuf {
    root().join("tests/browser")
}

/// The tests with a real OpenID provider.
fn openid_tests() -> PathBuf {
    root().join("tests/oidc")
}

/// Chromium, if there is one.
pub(crate) fn chromium() -> Option<PathBuf> {
    if let Some(named) = env::var_os("CHROMIUM").filter(|named| !named.is_empty()) {
        return Some(PathBuf::from(named));
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let found = |name: &str| env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file());
    names.into_iter().find_map(found)
}

/// Installs what is missing when that is possible, else says what it is.
pub(crate) fn install() -> anyhow::Result<()> {
    let missing = || NEEDS.iter().filter(|need| !(need.is_there)()).collect::<Vec<_>>();
    let needed = missing();
    let packages: Vec<_> = needed.iter().flat_map(|need| need.packages).copied().collect();
    if packages.is_empty() {
        return Ok(());
    }
    if is_root() && answers("apt-get", ["--version"]) {
        say(&format!("installing {}", packages.join(", ")));
        let apt = |args: &[&str]| run(program("apt-get", ["-qq"]).args(args).env("DEBIAN_FRONTEND", "noninteractive"));
        apt(&["update"])?;
        apt(&[&["install", "--yes", "--no-install-recommends"], &packages[..]].concat())?;
    }
    let missing: Vec<_> = missing().iter().map(|need| need.what).collect();
    if !missing.is_empty() {
        let packages = packages.join(" ");
        bail!("missing: {}; on Debian: sudo apt-get install {packages}", missing.join("; "));
    }
    Ok(())
}

/// Brings the packages that the lock files name, unless they are there.
pub(crate) fn install_node_packages() -> anyhow::Result<()> {
    [browser_tests(), openid_tests()].iter().try_for_each(|dir| install_packages_of(dir))
}

fn install_packages_of(dir: &Path) -> anyhow::Result<()> {
    let changed = |file: &str| dir.join(file).metadata().and_then(|metadata| metadata.modified()).ok();
    let installed = changed("node_modules/.package-lock.json");
    if installed.is_some() && installed >= changed("package-lock.json") && installed >= changed("package.json") {
        say("they are there");
        return Ok(());
    }
    run(program("npm", ["ci", "--no-audit", "--no-fund"]).current_dir(dir))
}

fn node_major() -> Option<u32> {
    let version = output(&mut program("node", ["--version"])).ok()?;
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}
