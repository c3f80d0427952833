//! The file of agencies: what is read, and each mistake.

use super::*;

const HEAD: &str = "name,short_name,website,former_or_other_names\r\n";

fn refused(file: &str) -> String {
    parse(file.as_bytes()).unwrap_err().to_string()
}

fn refused_rows(rows: &str) -> String {
    refused(&format!("{HEAD}{rows}"))
}

#[test]
fn a_file_is_read() {
    let file =
        format!("\u{FEFF}{HEAD}\"Rådet för hälsa, arbetsliv\",RHA,https://www.rha.example,FAS| Rådet \r\nVerket,,,\n");
    let rows = parse(file.as_bytes()).unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[0].line, rows[1].line), (2, 3));
    let first = &rows[0].agency;
    assert_eq!(first.name.as_str(), "Rådet för hälsa, arbetsliv");
    assert_eq!(first.short_name.as_ref().unwrap().as_str(), "RHA");
    assert_eq!(first.website.as_ref().unwrap().as_str(), "https://www.rha.example");
    assert_eq!(first.other_names.iter().map(|n| n.as_str()).collect::<Vec<_>>(), ["FAS", "Rådet"]);
    let second = &rows[1].agency;
    assert_eq!((&second.short_name, &second.website, second.other_names.len()), (&None, &None, 0));
}

#[test]
fn a_web_address_may_have_a_remark() {
    let rows = parse(format!("{HEAD}Verket,,https://verket.example (Nord),\n").as_bytes()).unwrap();
    let website = rows[0].agency.website.as_ref().unwrap().as_str();
    assert_eq!(website, "https://verket.example (Nord)");
    assert!(!is_web_address(website), "no link leads there");
    assert!(is_web_address("https://verket.example/om?x=1"));
}

#[test]
fn a_doubled_quote_is_one() {
    let rows = parse(format!("{HEAD}\"Verket \"\"Nord\"\"\",,,\n").as_bytes()).unwrap();
    assert_eq!(rows[0].agency.name.as_str(), "Verket \"Nord\"");
}

#[test]
fn a_wrong_header_is_line_1() {
    let says = "line 1: the first line must be `name,short_name,website,former_or_other_names`, and is";
    for file in ["", "\n", "namn,kort,webb,andra\nVerket,,,\n", "name;short_name;website;former_or_other_names\n"] {
        let told = refused(file);
        assert!(told.starts_with(says), "{told}");
        assert!(told.contains("write the header"), "{told}");
    }
}

#[test]
fn another_encoding_is_found_with_its_line() {
    let mut file = format!("{HEAD}Verket,,,\n").into_bytes();
    file.extend(b"R\xE5det,,,\n");
    let told = parse(&file).unwrap_err().to_string();
    assert_eq!(told, "line 3: the text is not UTF-8: save the file as “CSV UTF-8”");
    let utf16: Vec<u8> = "name".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(parse(&[&[0xFF, 0xFE][..], &utf16].concat()).unwrap_err().to_string().contains("UTF-8"));
}

#[test]
fn quotes_are_closed_and_stand_around_fields() {
    assert!(refused_rows("Verket,,,\n\"Rådet,,,\nNämnden,,,\n").starts_with("line 3: the quote that begins here"));
    assert!(refused_rows("Ver\"ket,,,\n").starts_with("line 2: a quote stands inside"));
    assert!(refused_rows("\"Ver\"ket,,,\n").starts_with("line 2: a quote stands inside"));
    assert!(refused_rows("\"a\nb\" x,,,\n").starts_with("line 3: a quote stands inside"));
}

#[test]
fn a_field_that_can_t_be_taken_is_named() {
    for (row, says) in [
        ("Verket,V\n", "line 2: there are 2 fields instead of 4"),
        ("Verket,V,,,\n", "line 2: there are 5 fields instead of 4"),
        (",V,,\n", "line 2: the name is missing"),
        ("  ,V,,\n", "line 2: the name is missing"),
        ("Ver\u{0}ket,,,\n", "line 2: `name`: the text holds the character U+0000"),
        ("Ver\u{202E}ket,,,\n", "line 2: `name`: the text holds the character U+202E"),
        ("\"Ver\nket\",,,\n", "line 2: `name`: the text has more than one line"),
        ("Verket,,javascript:alert(1),\n", "line 2: `website` is no web address"),
        ("Verket,,https://,\n", "line 2: `website` is no web address"),
        ("Verket,,www.verket.example,\n", "line 2: `website` is no web address"),
        ("Verket,,,a|b\u{7}c\n", "line 2: `former_or_other_names`: the text holds the character U+0007"),
    ] {
        let told = refused_rows(row);
        assert!(told.starts_with(says), "{row:?} gave {told}");
        assert!(told.matches(':').count() >= 2, "it says what to do: {told}");
    }
    let long = refused_rows(&format!("{},,,\n", "n".repeat(201)));
    assert!(long.starts_with("line 2: `name`: the text has 201 characters, at most 200 are taken: shorten"), "{long}");
    let long = refused_rows(&format!("Verket,{},,\n", "n".repeat(41)));
    assert!(long.starts_with("line 2: `short_name`: the text has 41 characters"), "{long}");
    let many = refused_rows(&format!("Verket,,,{}\n", (0..51).map(|n| format!("V{n}|")).collect::<String>()));
    assert!(many.starts_with("line 2: there are 51 former or other names"), "{many}");
}

#[test]
fn a_name_stands_once() {
    assert_eq!(
        refused_rows("Verket,,,\nRådet,,,\nVERKET ,,,\n"),
        "line 4: the name `VERKET` stands on line 2 already: keep one of the two lines"
    );
}

#[test]
fn all_mistakes_are_told_up_to_a_limit() {
    let told = refused_rows(",,,\nVerket,,,\nRådet\n");
    assert_eq!(told.lines().count(), 2, "{told}");
    let refused = parse(format!("{HEAD}{}", ",,,\n".repeat(30)).as_bytes()).unwrap_err();
    assert_eq!((refused.mistakes.len(), refused.more), (MISTAKES_MAX, 10));
    assert!(refused.to_string().ends_with("and 10 more mistakes"));
}

#[test]
fn size_is_bounded() {
    let told = parse(&vec![b'n'; BYTES_MAX + 1]).unwrap_err().to_string();
    assert!(told.contains("split it"), "{told}");
    let rows: String = (0..=ROWS_MAX).map(|n| format!("Verket {n},,,\n")).collect();
    assert!(refused_rows(&rows).contains("more than 20000 agencies"));
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_answered(bytes: Vec<u8>) {
        let _ = parse(&bytes);
        let mut file = HEAD.as_bytes().to_vec();
        file.extend(bytes);
        let _ = parse(&file);
    }
}
