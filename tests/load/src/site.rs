//! The server that is put under load, and who and what is there.

use std::{
    fs,
    net::{SocketAddr, ToSocketAddrs as _},
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail, ensure};
use contracts::forum::ArenaAccess;
use serde_json::json;
use system_tests::{RATES_RAISED, Server as Own, World};

use crate::{
    call::call_well,
    data::Data,
    options::{Options, Plan},
    orders::{Server, Thread},
    progress::Progress,
};

/// How many posts a thread has that was there beforehand.
const THREAD_POSTS: u64 = 10_000;
/// How long what was acknowledged may take to be read.
const READ_WITHIN: Duration = Duration::from_secs(30);

/// A server with people and threads.
pub(crate) struct Site {
    pub(crate) server: Server,
    /// Its process, if that is on this machine.
    pub(crate) pid: Option<u32>,
    pub(crate) tokens: Vec<String>,
    /// The cookie of somebody who has signed in, if the server is its own.
    pub(crate) session: Option<String>,
    /// The ids of the threads.
    threads: Vec<String>,
    /// How many posts each had when posts were last counted.
    posts: Vec<u64>,
    own: Option<(Own, Data)>,
}

impl Site {
    pub(crate) fn open(options: &Options, plan: &Plan, progress: &mut Progress) -> anyhow::Result<Self> {
        match (&options.server, &options.tokens, &options.arena) {
            (Some(url), Some(tokens), Some(arena)) => {
                let (server, tokens) = (server_of(url)?, tokens_of(tokens, plan.people)?);
                Self::with_threads(server, options.server_pid, tokens, arena, plan.threads)
            }
            _ => Self::own(options, plan, progress),
        }
    }

    /// Starts a server on a directory that holds nothing but who and what is needed.
    fn own(options: &Options, plan: &Plan, progress: &mut Progress) -> anyhow::Result<Self> {
        progress.begin(&format!("making {} people, and starting a server", plan.people));
        let data = Data::make(options.data.join(std::process::id().to_string()))?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (arena, tokens, session) = runtime.block_on(World::write(data.path(), async |world| {
            let agency = world.agency("Mätmyndigheten").await;
            let (mut people, mut tokens, mut author) = (Vec::new(), Vec::new(), None);
            for _ in 0..plan.people {
                let inhabitant = world.person(agency, &[]).await;
                people.push(inhabitant.person);
                tokens.push(inhabitant.token.clone());
                author = Some(inhabitant);
            }
            let arena = world.arena("Mätning", ArenaAccess::Open, &people).await;
            for (at, posts) in threads_of(options.events).enumerate() {
                progress.at(|| format!("{} of {} posts", at as u64 * THREAD_POSTS, options.events));
                let author = author.as_ref().expect("there is somebody");
                world.thread(arena, author, &format!("Tidigare {}", at + 1), posts).await;
            }
            let session = world.session(people[0]).await;
            (arena, tokens, session)
        }));
        progress.at(|| "the server reads the log".to_owned());
        let connections = format!("limits.connections_max={}", options.sockets + options.slow + plan.authors + 1_000);
        let arguments = [&["--log-filter", "warn", "--set", &connections][..], &RATES_RAISED].concat();
        let own = Own::start_at(data.path(), "127.0.0.1:0", &arguments);
        let (server, pid) = (server_of(&own.url)?, own.id());
        let site = Self::with_threads(server, Some(pid), tokens, &arena.to_string(), plan.threads)?;
        Ok(Self { session: Some(session), own: Some((own, data)), ..site })
    }

    fn with_threads(
        server: Server,
        pid: Option<u32>,
        tokens: Vec<String>,
        arena: &str,
        threads: usize,
    ) -> anyhow::Result<Self> {
        let request = format!("POST /api/forum/v1/arenas/{arena}/threads");
        let open = |number: usize| {
            let title = format!("Mätning {}", number + 1);
            let thread = json!({ "kind": "discussion", "title": title, "body": "Första inlägget." });
            let answer = call_well(&server, &tokens[number % tokens.len()], &request, Some(&thread))?;
            Ok(answer["id"].as_str().context("a thread has an id")?.to_owned())
        };
        let threads = (0..threads).map(open).collect::<anyhow::Result<Vec<_>>>()?;
        Ok(Self { server, pid, tokens, session: None, posts: vec![1; threads.len()], threads, own: None })
    }

    /// The threads as those see them who begin to read now.
    pub(crate) fn topics(&self) -> Vec<Thread> {
        let topics = self.threads.iter().zip(&self.posts);
        topics.map(|(id, posts)| Thread { topic: format!("thread/{id}"), next: posts + 1 }).collect()
    }

    /// Where one posts into the threads.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.threads.iter().map(|id| format!("/api/forum/v1/threads/{id}/posts")).collect()
    }

    /// Where one reads the threads in a browser.
    pub(crate) fn pages(&self) -> Vec<String> {
        self.threads.iter().map(|id| format!("/threads/{id}")).collect()
    }

    /// Counts the posts, once what was acknowledged since they were last counted can be read. How many are new.
    pub(crate) fn count(&mut self, acknowledged: u64) -> anyhow::Result<u64> {
        let begun = Instant::now();
        loop {
            let posts = self.threads.iter().map(|id| self.posts_of(id)).collect::<anyhow::Result<Vec<_>>>()?;
            let new = posts.iter().sum::<u64>() - self.posts.iter().sum::<u64>();
            if new >= acknowledged || begun.elapsed() > READ_WITHIN {
                self.posts = posts;
                return Ok(new);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Where the server's data is, if it is one of our own.
    pub(crate) fn data(&self) -> Option<&Path> {
        self.own.as_ref().map(|(_, data)| data.path())
    }

    /// How many posts the first thread has now.
    pub(crate) fn posts_of_first(&self) -> anyhow::Result<u64> {
        self.threads.first().map_or(Ok(0), |id| self.posts_of(id))
    }

    /// The number of the post that comes next in each thread, as it was last counted.
    pub(crate) fn next(&self) -> Vec<u64> {
        self.posts.iter().map(|posts| posts + 1).collect()
    }

    fn posts_of(&self, thread: &str) -> anyhow::Result<u64> {
        let answer = call_well(&self.server, &self.tokens[0], &format!("GET /api/forum/v1/threads/{thread}"), None)?;
        answer["posts"].as_u64().context("a thread says how many posts it has")
    }
}

/// How many posts there are to be in each thread, for so many together.
fn threads_of(posts: u64) -> impl Iterator<Item = u32> {
    let full = (0..posts / THREAD_POSTS).map(|_| THREAD_POSTS as u32);
    full.chain(Some((posts % THREAD_POSTS) as u32).filter(|rest| *rest > 0))
}

/// Where a server with this address is.
fn server_of(url: &str) -> anyhow::Result<Server> {
    if url.starts_with("https://") {
        bail!("--server {url}: TLS is not spoken here; name Erfa's own port, behind the proxy, with http://");
    }
    let host = url.strip_prefix("http://").map(|host| host.trim_end_matches('/'));
    let host = host.with_context(|| format!("--server {url}: expected http://HOST:PORT"))?;
    let with_port = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
    let address: Option<SocketAddr> = with_port.to_socket_addrs().ok().and_then(|mut addresses| addresses.next());
    let address =
        address.with_context(|| format!("--server {url}: there is no such host; expected http://HOST:PORT"))?;
    Ok(Server { address, host: host.to_owned() })
}

/// The tokens in a file, at least as many as there are to be people.
fn tokens_of(file: &Path, people: usize) -> anyhow::Result<Vec<String>> {
    let text = fs::read_to_string(file).with_context(|| format!("--tokens {} can't be read", file.display()))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let tokens: Vec<String> = lines.map(str::to_owned).collect();
    let (found, name) = (tokens.len(), file.display());
    let plain = |token: &String| token.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
    ensure!(tokens.iter().all(plain), "--tokens {name}: expected an API token on each line, and nothing else");
    ensure!(found >= people, "--tokens {name} holds {found} tokens, and {people} people are needed");
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_named_by_its_address() {
        let server = server_of("http://127.0.0.1:8080/").unwrap();
        assert_eq!((server.address.to_string(), &*server.host), ("127.0.0.1:8080".to_owned(), "127.0.0.1:8080"));
        assert_eq!(server_of("http://127.0.0.1").unwrap().address.port(), 80);
        for wrong in ["https://127.0.0.1", "127.0.0.1:80", "http://"] {
            let refused = format!("{:#}", server_of(wrong).unwrap_err());
            assert!(refused.contains("http://"), "{refused}");
        }
    }
}
