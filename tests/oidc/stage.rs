//! Erfa and its providers, with people.

use std::{fs, fs::File, path::PathBuf};

use contracts::{
    Audience,
    directory::{AffiliationStarted, PersonEvent, PersonInvited, Role},
};
use event_log::Expected;
use serde_json::json;
use system_tests::{Inhabitant, Server, World, erfa};
use tempfile::TempDir;
use types::{Line, PersonId, SystemIds};

use crate::{browser::Browser, provider::Provider};

/// The key with which Erfa proves itself in these tests.
pub(crate) const KEY: &str = include_str!("client-key.pem");

pub(crate) struct Stage {
    pub(crate) providers: Vec<Provider>,
    pub(crate) server: Server,
    pub(crate) ada: Inhabitant,
    /// The cookie of somebody who has been invited, and has not joined.
    invited: String,
    data: TempDir,
}

impl Stage {
    /// Erfa with one provider called `agency`, whose table has these lines more.
    pub(crate) async fn with(more: &str) -> Self {
        Self::start(vec![("agency", Provider::start(None))], more).await
    }

    pub(crate) async fn start(providers: Vec<(&str, Provider)>, more: &str) -> Self {
        let data = tempfile::tempdir().unwrap();
        let (ada, invited) = World::write(data.path(), async |world| {
            let agency = world.agency("Verket").await;
            world.person(agency, &[Role::Secretariat]).await;
            let ada = world.person(agency, &[Role::Participant, Role::Secretariat]).await;
            let (person, email) = (PersonId::new(&SystemIds), Some(Line::new("ny@verket.example").unwrap()));
            let invited = vec![PersonInvited { email, agency }.into()];
            world.commit::<PersonEvent>(person.uuid(), Expected::NoStream, Audience::Agency(agency), invited).await;
            let works = vec![AffiliationStarted { agency }.into()];
            world.commit::<PersonEvent>(person.uuid(), Expected::Exists, Audience::Participants, works).await;
            (ada, world.session(person).await)
        })
        .await;
        let file = |name: &str| data.path().join(name);
        fs::write(file("secret"), "a secret that is long enough for anybody\n").unwrap();
        fs::write(file("key.pem"), KEY).unwrap();
        let mut config = String::new();
        for (name, provider) in &providers {
            config += &format!("[openid.{name}]\nissuer = \"{}\"\nclient_id = \"erfa\"\n", provider.issuer);
            config += "algorithms = [\"ES256\"]\nscopes = [\"profile\", \"org\"]\n";
            if !more.contains("client_auth") {
                let secret = file("secret").display().to_string();
                config += &format!("client_auth = \"client_secret_basic\"\nsecret_file = \"{secret}\"\n");
            }
            config += &more.replace("KEY_FILE", &file("key.pem").display().to_string());
            config += "\n";
        }
        fs::write(file("erfa.toml"), config).unwrap();
        let (config, dir) = (file("erfa.toml"), data.path().display().to_string());
        let mut command = erfa(&["serve", "--json", "--data", &dir, "--listen", "127.0.0.1:0"]);
        command.args(["--metrics-listen", "127.0.0.1:0", "--log-format", "json", "--config"]).arg(config);
        command.stderr(File::create(file("said")).unwrap());
        let server = Server::start_by(command);
        for (name, provider) in &providers {
            let redirect = format!("{}/sign-in/openid/{name}/answer", server.url);
            let logout = format!("{}/sign-in/openid/{name}/logout", server.url);
            let after = format!("{}/sign-in", server.url);
            provider.told(json!({ "redirect": redirect, "logoutUri": logout, "afterLogout": after })).await;
        }
        let providers = providers.into_iter().map(|(_, provider)| provider).collect();
        Self { providers, server, ada, invited, data }
    }

    pub(crate) fn provider(&self) -> &Provider {
        &self.providers[0]
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(&self.server.url)
    }

    /// A browser in which ada has signed in by a link.
    pub(crate) fn browser_of_ada(&self) -> Browser {
        self.browser().with(&self.ada.cookie)
    }

    /// A browser in which somebody who has not joined has taken their invitation's link.
    pub(crate) fn browser_of_invited(&self) -> Browser {
        self.browser().with(&self.invited)
    }

    /// Links ada's account.
    pub(crate) async fn link(&self) {
        let mut browser = self.browser_of_ada();
        let leave = browser.submit("/me", "/me/identities", &[]).await;
        let answer = browser.through(&leave).await;
        let linked = browser.open(answer.as_str()).await;
        assert_eq!(linked.status, 303, "{}", linked.page.html);
        assert_eq!(linked.location.unwrap().path(), "/me");
    }

    /// What Erfa's process has said, line by line.
    pub(crate) fn said(&self) -> Vec<String> {
        let said: PathBuf = self.data.path().join("said");
        fs::read_to_string(said).unwrap().lines().map(str::to_owned).collect()
    }
}
