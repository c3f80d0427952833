//! A request to the API now and then, waited for.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::{orders::Server, post::answer};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Asks, and gives the status and what was answered.
pub(crate) fn call(server: &Server, token: &str, request: &str, body: Option<&Value>) -> anyhow::Result<(u16, Value)> {
    let mut stream = TcpStream::connect_timeout(&server.address, PATIENCE)
        .with_context(|| format!("no server answers at {}", server.address))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let body = body.map_or_else(String::new, Value::to_string);
    let head = format!(
        "{request} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        server.host,
        body.len()
    );
    stream.write_all((head + &body).as_bytes())?;
    let (mut came, mut buffer) = (Vec::new(), vec![0; 64 * 1024]);
    loop {
        match stream.read(&mut buffer).with_context(|| format!("`{request}` is not answered"))? {
            0 => bail!("`{request}` was answered by the end of the connection"),
            count => came.extend(&buffer[..count]),
        }
        if let Some((status, length)) = answer::whole(&came).map_err(|what| anyhow::anyhow!("`{request}`: {what}"))? {
            let head = crate::websocket::head_bytes(&came).unwrap_or(length);
            return Ok((status, serde_json::from_slice(&came[head..length]).unwrap_or_default()));
        }
    }
}

/// Asks for something that is there or comes to be.
pub(crate) fn call_well(server: &Server, token: &str, request: &str, body: Option<&Value>) -> anyhow::Result<Value> {
    match call(server, token, request, body)? {
        (200..300, answer) => Ok(answer),
        (status, answer) => bail!("`{request}` was answered with {status}: {answer}"),
    }
}
