//! nginx with nchan: one message over HTTP, one frame to each socket.

use std::{fs, path::Path, path::PathBuf, process::Command, thread};

use anyhow::{Context as _, anyhow, bail, ensure};

use super::{free, running::Running, topic};
use crate::{data::Data, orders::Thread, post::answer};

/// Files and connections of a worker besides sockets.
const OTHER_FILES: usize = 200;

/// How many messages it keeps in memory for sockets that are behind. With none it passes messages over.
const MESSAGES_KEPT: usize = 1_024;

/// Starts it with as many workers as there are cores. Nothing is logged or kept on disk.
pub(super) fn start(root: &Path, data: PathBuf, sockets: usize) -> anyhow::Result<Running> {
    let (nginx, module) = (root.join("usr/sbin/nginx"), root.join("usr/lib/nginx/modules/ngx_nchan_module.so"));
    for file in [&nginx, &module] {
        ensure!(file.is_file(), "there is no `{}`", file.display());
    }
    let (data, listen) = (Data::make(data)?, free()?);
    let dir = fs::canonicalize(data.path())?;
    let (module, workers) = (fs::canonicalize(module)?, thread::available_parallelism()?);
    // One worker might get all sockets.
    let files = sockets + OTHER_FILES;
    let configuration = format!(
        r#"load_module "{module}";
daemon off;
worker_processes {workers};
worker_rlimit_nofile {files};
pid nginx.pid;
events {{ worker_connections {files}; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  server {{
    listen {listen} reuseport;
    location = /publish {{
      nchan_publisher http; nchan_channel_id $arg_id; nchan_message_buffer_length {MESSAGES_KEPT};
    }}
    location = /subscribe {{
      nchan_subscriber websocket; nchan_channel_id $arg_id; nchan_channel_id_split_delimiter ",";
      nchan_subscriber_first_message newest;
    }}
  }}
}}
"#,
        module = module.display()
    );
    let file = dir.join("nginx.conf");
    fs::write(&file, configuration).context("its configuration can't be written")?;
    let mut command = Command::new(nginx);
    command.args(["-e", "stderr", "-p"]).arg(&dir).arg("-c").arg(file);
    Running::start(&mut command, data, listen, listen)
}

/// Where a socket asks for all these threads.
pub(crate) fn path(threads: &[Thread]) -> String {
    let topics: Vec<_> = threads.iter().map(|thread| &*thread.topic).collect();
    format!("/subscribe?id={}", topics.join(","))
}

pub(super) fn request(text: &str) -> String {
    let (topic, length) = (topic(0), text.len());
    format!("POST /publish?id={topic} HTTP/1.1\r\nHost: peer\r\nContent-Length: {length}\r\n\r\n{text}")
}

/// Takes the answers that are whole, which must be good ones.
pub(super) fn take(came: &[u8]) -> anyhow::Result<(usize, String)> {
    let mut taken = 0;
    while let Some((status, length)) = answer::whole(&came[taken..]).map_err(|what| anyhow!("publishing: {what}"))? {
        match status {
            200..300 => taken += length,
            _ => bail!("publishing was answered with {status}"),
        }
    }
    Ok((taken, String::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_names_all_its_threads() {
        let threads = [0, 1, 2].map(|at| Thread { topic: topic(at), next: 1 });
        assert_eq!(path(&threads), "/subscribe?id=t0,t1,t2");
    }

    #[test]
    fn answers_are_taken_when_they_are_whole_and_must_be_good() {
        let good =
            b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
        for cut in 0..=good.len() {
            let (taken, _) = take(&good[..cut]).unwrap();
            let (more, _) = take(&good[taken..]).unwrap();
            assert_eq!(taken + more, good.len(), "cut at {cut}");
        }
        let refused = take(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n").unwrap_err();
        assert!(refused.to_string().contains("413"), "{refused}");
    }
}
