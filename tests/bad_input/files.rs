//! A list of agencies that can't be taken: which line, what is wrong, and nothing of it is imported.

use std::fs;

use contracts::directory::Role;
use system_tests::{Server, World, run, tree};

const HEADER: &str = "name,short_name,website,former_or_other_names";

#[tokio::test]
async fn a_wrong_list_is_refused_line_by_line_and_nothing_is_taken() {
    let data = tempfile::tempdir().unwrap();
    World::write(data.path(), async |world| {
        let agency = world.agency("Amyndigheten").await;
        world.person(agency, &[Role::Secretariat]).await;
    })
    .await;
    let good = "Bra myndighet,BM,https://www.bra.example,";
    let with = |rows: &str| format!("{HEADER}\n{good}\n{rows}").into_bytes();
    let latin1 = [with("R"), vec![0xE5], b"det,,,\n".to_vec()].concat();
    let cases: [(&str, Vec<u8>, &[&str]); 9] = [
        ("nothing", Vec::new(), &["line 1:", HEADER]),
        (
            "another header",
            format!("namn,kort,webb,andra\n{good}\n").into_bytes(),
            &["line 1:", "`namn,kort,webb,andra`"],
        ),
        ("Latin-1", latin1, &["line 3:", "not UTF-8"]),
        ("an open quote", with("\"Verket,,,\n"), &["line 3:", "never closed"]),
        ("a stray quote", with("Ver\"ket,,,\n"), &["line 3:", "inside a field"]),
        ("the same name", with("Bra myndighet,,,\n"), &["line 3:", "line 2 already"]),
        ("a comma too many", with("Verket,,,,\n"), &["line 3:", "5 fields"]),
        (
            "several mistakes",
            with("Verket,,ftp://x,\n,,,\nVer\u{202E}ket,,,\n"),
            &["line 3:", "line 4:", "line 5:", "U+202E"],
        ),
        ("a file too large", with(&"x".repeat(9 * 1024 * 1024)), &["split it"]),
    ];
    let file = data.path().join("agencies.csv");
    let import = ["import", "agencies", file.to_str().unwrap()];
    let mut server = None;
    for runs in [false, true] {
        if runs {
            server = Some(Server::start(data.path()));
        }
        let events = || run(data.path(), &["log", "stats", "--json"]).json()["events"].clone();
        let before = events();
        for (what, bytes, words) in &cases {
            fs::write(&file, bytes).unwrap();
            let files = tree(data.path());
            let refused = run(data.path(), &import).refused();
            assert!(refused.contains("nothing was imported"), "{what}: {refused}");
            for words in *words {
                assert!(refused.contains(words), "{what} should say `{words}`: {refused}");
            }
            assert!(runs || tree(data.path()) == files, "{what} changed something");
        }
        assert_eq!(events(), before, "nothing was imported");
        fs::remove_file(&file).unwrap();
        assert!(run(data.path(), &import).refused().contains("can't be read"));
    }
    drop(server);
}
