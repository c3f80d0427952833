//! Mail, as files in `outbox/` of the data directory, for whatever carries it on.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use contracts::directory::Address;
use lettre::message::{
    Body, Mailbox, Message,
    header::{ContentTransferEncoding, ContentType},
};
use types::Timestamp;
use uuid::Uuid;
use web::{Lang, dates};

use crate::{
    TEXTS,
    commands::{LINK_MINUTES, Link},
};

/// How long a line of a mail may be (RFC 5322, section 2.1.1).
const LINE_BYTES_MAX: usize = 998;

/// Where mail is put, and who it is from.
#[derive(Clone, Debug)]
pub(crate) struct Outbox {
    directory: PathBuf,
    from: Mailbox,
    host: String,
}

/// A mail to one person.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    id: Uuid,
    to: Address,
    subject: String,
    text: String,
    at: Timestamp,
}

/// Why a mail was not put into the outbox.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The address is none that mail can be sent to.
    #[error("the address can't be written in a mail")]
    Address(#[from] lettre::address::AddressError),
    /// The mail can't be made.
    #[error("the mail can't be made: {0}")]
    Form(#[from] lettre::error::Error),
    /// The text has lines that are too long for mail.
    #[error("the text has lines that are too long for a mail")]
    Text,
    /// The disk.
    #[error("the outbox {} can't be written: {source}", path.display())]
    Disk {
        /// Which file or directory.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

impl Mail {
    /// The mail with a sign-in link, in both languages.
    pub(crate) fn sign_in(to: Address, link: &Link, at: Timestamp) -> Self {
        let text_in = |lang| {
            let t = TEXTS.texts(lang);
            let until = dates::moment_text(lang, link.expires_at);
            let lead = t.with("mail-sign-in-lead", [("minutes", LINK_MINUTES)]);
            let end = t.with("mail-sign-in-end", [("until", &until)]);
            format!("{lead}\n\n{}\n\n{end}\n", link.url)
        };
        let t = TEXTS.texts(Lang::Sv);
        let english = TEXTS.texts(Lang::En);
        let subject = format!("{} / {}", t.get("mail-sign-in-subject"), english.get("mail-sign-in-subject"));
        let text = format!("{}\n-- \n\n{}", text_in(Lang::Sv), text_in(Lang::En));
        Self { id: link.session.uuid(), to, subject, text, at }
    }
}

impl Mail {
    /// The mail that tells somebody that they are invited and how they come in, in both languages.
    pub(crate) fn invitation(id: Uuid, to: Address, agency: &str, origin: &str, at: Timestamp) -> Self {
        let text_in = |lang| {
            let t = TEXTS.texts(lang);
            let lead = t.with("mail-invitation-lead", [("agency", agency)]);
            format!("{lead}\n\n{origin}/sign-in\n\n{}\n", t.with("mail-invitation-end", [("address", to.as_str())]))
        };
        let (t, english) = (TEXTS.texts(Lang::Sv), TEXTS.texts(Lang::En));
        let subject = format!("{} / {}", t.get("mail-invitation-subject"), english.get("mail-invitation-subject"));
        let text = format!("{}\n-- \n\n{}", text_in(Lang::Sv), text_in(Lang::En));
        Self { id, to, subject, text, at }
    }
}

impl Outbox {
    /// The outbox of a data directory; mail is from the host that people see in the browser.
    pub(crate) fn open(data: &Path, origin: &str) -> Result<Self, MailError> {
        let directory = data.join("outbox");
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&directory).map_err(disk(&directory))?;
        let host = origin.split_once("://").map_or(origin, |(_, rest)| rest);
        let host = host.rsplit_once(':').map_or(host, |(host, _)| host).trim_matches(['[', ']']);
        // An address in digits needs brackets in mail, which few programs take; it is only seen in development.
        let host =
            if host.bytes().any(|b| b.is_ascii_alphabetic()) && !host.contains(':') { host } else { "localhost" };
        let from = Mailbox::new(Some("Erfa".to_owned()), lettre::Address::new("no-reply", host)?);
        Ok(Self { directory, from, host: host.to_owned() })
    }

    /// Puts a mail into the outbox, whole and durable.
    pub(crate) async fn send(&self, mail: Mail) -> Result<(), MailError> {
        let bytes = self.format(&mail)?;
        let name = format!("{}-{}.eml", mail.at.strftime("%Y%m%dT%H%M%SZ"), mail.id);
        let directory = self.directory.clone();
        let written = tokio::task::spawn_blocking(move || write(&directory, &name, &bytes));
        written.await.unwrap_or_else(|_| Err(disk(&self.directory)(io::Error::other("the writing was interrupted"))))
    }

    fn format(&self, mail: &Mail) -> Result<Vec<u8>, MailError> {
        let seconds = u64::try_from(mail.at.as_second()).unwrap_or_default();
        // As it is, so that a link can be taken from the file where nothing carries the mail on yet.
        let text = mail.text.replace('\n', "\r\n");
        if text.lines().any(|line| line.len() > LINE_BYTES_MAX) {
            return Err(MailError::Text);
        }
        let body = Body::dangerous_pre_encoded(text.into_bytes(), ContentTransferEncoding::EightBit);
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, mail.to.as_str().parse()?))
            .subject(mail.subject.clone())
            .date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
            .message_id(Some(format!("<{}@{}>", mail.id, self.host)))
            .header(ContentType::TEXT_PLAIN)
            .body(body)?;
        Ok(message.formatted())
    }
}

/// Writes the file beside its place and moves it there, so that nobody takes half a mail.
fn write(directory: &Path, name: &str, bytes: &[u8]) -> Result<(), MailError> {
    let draft = directory.join(format!(".{name}.draft"));
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)
        .map_err(disk(&draft))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(disk(&draft))?;
    let path = directory.join(name);
    fs::rename(&draft, &path).map_err(disk(&path))?;
    fs::File::open(directory).and_then(|directory| directory.sync_all()).map_err(disk(directory))
}

fn disk(path: &Path) -> impl FnOnce(io::Error) -> MailError {
    let path = path.to_owned();
    move |source| MailError::Disk { path, source }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use types::{PersonId, Position, SessionId};

    use super::*;

    fn mail(to: &str) -> Mail {
        let link = Link {
            person: PersonId::from_uuid(Uuid::from_u128(1)),
            session: SessionId::from_uuid(Uuid::from_u128(2)),
            url: "https://erfa.example/sign-in/link?session=2&secret=3".to_owned(),
            expires_at: "2026-03-02T10:15:00Z".parse().unwrap(),
            position: Position::START,
        };
        Mail::sign_in(Address::new(to).unwrap(), &link, "2026-03-02T10:00:00Z".parse().unwrap())
    }

    #[tokio::test]
    async fn a_mail_is_a_whole_file_for_its_owner_alone() {
        let data = tempfile::tempdir().unwrap();
        let outbox = Outbox::open(data.path(), "https://erfa.example").unwrap();
        outbox.send(mail("namn@myndighet.example")).await.unwrap();
        let files: Vec<_> =
            fs::read_dir(data.path().join("outbox")).unwrap().map(|entry| entry.unwrap().path()).collect();
        let [file] = &files[..] else { panic!("one file, not {files:?}") };
        let name = file.file_name().unwrap().to_str().unwrap();
        assert_eq!(name, "20260302T100000Z-00000000-0000-0000-0000-000000000002.eml");
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        let text = fs::read_to_string(file).unwrap();
        let (headers, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(headers.is_ascii(), "headers are encoded: {headers}");
        assert!(body.contains("\r\nhttps://erfa.example/sign-in/link?session=2&secret=3\r\n"), "{body}");
        for expected in
            ["From: Erfa <no-reply@erfa.example>\r\n", "To: namn@myndighet.example\r\n", "Subject: Din =?utf-8?b?"]
        {
            assert!(text.contains(expected), "{expected} in {text}");
        }
    }

    #[test]
    fn both_languages_are_in_the_mail() {
        let text = mail("namn@myndighet.example").text;
        assert_eq!(text.matches("https://erfa.example/sign-in/link?session=2&secret=3").count(), 2);
        assert!(text.contains("15 minuter") && text.contains("15 minutes"), "{text}");
    }

    #[test]
    fn an_invitation_says_where_to_go_and_with_which_address() {
        let to = Address::new("namn@myndighet.example").unwrap();
        let at = "2026-03-02T10:00:00Z".parse().unwrap();
        let text = Mail::invitation(Uuid::from_u128(1), to, "Åmyndigheten", "https://erfa.example", at).text;
        for expected in ["Åmyndigheten", "https://erfa.example/sign-in\n", "namn@myndighet.example"] {
            assert_eq!(text.matches(expected).count(), 2, "{expected} in both languages: {text}");
        }
    }

    #[test]
    fn nothing_gets_into_the_headers() {
        let data = tempfile::tempdir().unwrap();
        let outbox = Outbox::open(data.path(), "http://127.0.0.1:8080").unwrap();
        assert_eq!(outbox.host, "localhost");
        for to in ["namn@x.example, other@x.example", "x", "namn@x.example>", "a@b@c"] {
            assert!(outbox.format(&mail(to)).is_err(), "{to}");
        }
    }
}
