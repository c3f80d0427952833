//! The provider as a child process.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};

/// A running provider. It is killed when this is dropped.
pub(crate) struct Provider {
    child: Child,
    pub(crate) issuer: String,
}

impl Provider {
    /// Starts it. `client_keys` are those that Erfa proves itself with; without, it has a secret.
    pub(crate) fn start(client_keys: Option<Value>) -> Self {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("oidc");
        let is_installed = dir.join("node_modules/oidc-provider").is_dir();
        assert!(is_installed, "run `npm ci` in tests/oidc (`cargo xtask test` does)");
        let options = json!({ "clientJwks": client_keys });
        let mut child = Command::new("node")
            .args(["provider.mjs", &options.to_string()])
            .current_dir(dir)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).expect("the provider says where it is");
        Self { child, issuer: said["issuer"].as_str().unwrap().to_owned() }
    }

    /// Tells it what to do from now on.
    pub(crate) async fn told(&self, what: Value) -> Value {
        let client = system_tests::client().build().unwrap();
        let answer = client.post(format!("{}/told", self.issuer)).json(&what).send().await.unwrap();
        answer.json().await.unwrap()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
