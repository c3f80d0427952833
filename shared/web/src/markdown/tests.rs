//! What Markdown becomes, and what it never becomes.

use super::markdown;

fn html(source: &str) -> String {
    markdown(source).into_string()
}

#[test]
fn the_ordinary() {
    for (source, expected) in [
        ("Hej **du** och *du*", "<p>Hej <strong>du</strong> och <em>du</em></p>\n"),
        ("rad ett\nrad två", "<p>rad ett<br>\nrad två</p>\n"),
        ("# Rubrik", "<h4>Rubrik</h4>\n"),
        ("## A\n## B", "<h4>A</h4>\n<h4>B</h4>\n"),
        ("###### A\n# B\n### C\n#### D\n## E", "<h4>A</h4>\n<h4>B</h4>\n<h5>C</h5>\n<h6>D</h6>\n<h5>E</h5>\n"),
        ("1 < 2 & 3", "<p>1 &lt; 2 &amp; 3</p>\n"),
        ("3. tre", "<ol start=\"3\">\n<li>tre</li>\n</ol>\n"),
        (
            "[a](https://a.example 'b')",
            "<p><a href=\"https://a.example\" title=\"b\" rel=\"nofollow noopener ugc\">a</a></p>\n",
        ),
        ("[a](/threads/1)", "<p><a href=\"/threads/1\" rel=\"nofollow noopener ugc\">a</a></p>\n"),
        (
            "|a|b|\n|-|-|\n|1|2|",
            "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody>\n<tr><td>1</td><td>2</td></tr>\n</tbody></table>\n",
        ),
        ("`http://a.example`", "<p><code>http://a.example</code></p>\n"),
    ] {
        assert_eq!(html(source), expected, "{source}");
    }
}

#[test]
fn bare_addresses_become_links_without_the_sentence_around_them() {
    let link = |address: &str| format!("<a href=\"{address}\" rel=\"nofollow noopener ugc\">{address}</a>");
    let (a, b) = ("https://a.example/x_y_(z)?q=1", "http://b.example");
    assert_eq!(
        html(&format!("Se {a}. Och ({b}), xhttp://c")),
        format!("<p>Se {}. Och ({}), xhttp://c</p>\n", link(a), link(b))
    );
    assert_eq!(html("http:// https://"), "<p>http:// https://</p>\n");
    assert_eq!(html("[https://a.example](https://b.example)").matches("<a ").count(), 1);
}

#[test]
fn an_image_becomes_a_link_with_its_alternative_text() {
    assert_eq!(
        html("![en *bild*](https://a.example/b.png)"),
        "<p><a href=\"https://a.example/b.png\" rel=\"nofollow noopener ugc\">en <em>bild</em></a></p>\n"
    );
    assert!(html("![](https://a.example/b.png)").contains(">https://a.example/b.png</a>"));
    assert_eq!(
        html("[![bild](https://a.example/b.png)](https://c.example)"),
        "<p><a href=\"https://c.example\" rel=\"nofollow noopener ugc\">bild</a></p>\n"
    );
}

/// Ways in which scripts have come through Markdown or sanitisers elsewhere.
const ATTACKS: &[&str] = &[
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg onload=alert(1)>",
    "<a href='javascript:alert(1)'>a</a>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](java&#115;cript:alert(1))",
    "[a](  javascript:alert(1))",
    "[a](<java\tscript:alert(1)>)",
    "[a](\u{1}javascript:alert(1))",
    "[a](vbscript:alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "![a](javascript:alert(1))",
    "![a](data:image/svg+xml,<svg onload=alert(1)>)",
    "![a\" onerror=\"alert(1)](https://a.example/x.png)",
    "[a](https://a.example \"b\\\" onmouseover=\\\"alert(1)\")",
    "[a](https://a.example/\"onmouseover=\"alert(1))",
    "<javascript:alert(1)>",
    "<https://a.example/\"onmouseover=alert(1)>",
    "```\"><script>alert(1)</script>\ncode\n```",
    "``` x\" onclick=\"alert(1)\ncode\n```",
    "<style>@import 'https://a.example/x.css';</style>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<form action=/threads><button>a</button></form>",
    "<base href=https://a.example>",
    "<meta http-equiv=refresh content=0>",
    "<p id=posts class=button style=position:fixed>a</p>",
    "| a |\n|---|\n| <img src=x onerror=alert(1)> |",
    "# <script>alert(1)</script>",
    "https://a.example/<script>alert(1)</script>",
    "https://a.example/\"onmouseover=\"alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\\<script>alert(1)</script>",
    "<!-- --><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php alert(1) ?>",
    "<a\u{0}href=javascript:alert(1)>a</a>",
];

/// What stands inside tags, for every tag of well-formed HTML whose texts and attributes escape `<`.
fn tags(html: &str) -> Vec<&str> {
    html.split('<').skip(1).map(|rest| rest.split_once('>').map_or(rest, |(tag, _)| tag)).collect()
}

#[test]
fn nothing_of_the_corpus_of_attacks_comes_through() {
    let names = [
        "p",
        "br",
        "hr",
        "strong",
        "em",
        "del",
        "code",
        "pre",
        "blockquote",
        "ul",
        "ol",
        "li",
        "h4",
        "h5",
        "h6",
        "a",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    ];
    for attack in ATTACKS {
        for source in [attack.to_string(), format!("> {attack}"), format!("* a\n  {attack}"), format!("**{attack}**")] {
            let html = html(&source);
            for tag in tags(&html) {
                let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
                assert!(names.contains(&name), "{source:?} gave <{tag}>");
                // Quoted values may say what they like; names of attributes may not.
                let outside: String = tag.split('"').step_by(2).collect();
                for attribute in outside.split_whitespace().skip(1) {
                    assert!(["href=", "title=", "rel=", "start="].contains(&attribute), "{source:?} gave <{tag}>");
                }
                if let Some((_, href)) = tag.split_once("href=\"") {
                    let href = href.split('"').next().unwrap_or_default();
                    // Without a scheme an address stays within this site; a `%` can't stand in a scheme.
                    let scheme = href.split_once(':').map_or("", |(scheme, _)| scheme);
                    let within = scheme.is_empty() || scheme.contains(['/', '%', '?', '#']);
                    assert!(within || ["http", "https", "mailto"].contains(&scheme), "{source:?} gave <{tag}>");
                }
            }
        }
    }
}

#[test]
fn nesting_is_bounded_and_what_is_said_stays() {
    for opening in [">", "> ", "* ", "1. ", "- > "] {
        let html = html(&format!("{}innerst", opening.repeat(10_000)));
        assert!(html.contains("innerst"), "{opening:?}");
        let deepest = html.matches("<blockquote").count() + html.matches("<li").count();
        assert!(deepest <= 16, "{opening:?} gave {deepest} levels");
    }
    for (open, close) in [("*a **b ", "** *"), ("[", "](/x)"), ("![", "](/x)"), ("~~a ", "~~"), ("(", ")")] {
        let html = html(&format!("{}mitt{}", open.repeat(5_000), close.repeat(5_000)));
        assert!(html.contains("mitt"), "{open:?}");
    }
    let staircase: String = (0..300).map(|depth| format!("{}* steg {depth}\n", "  ".repeat(depth))).collect();
    assert!(html(&staircase).contains("steg 299"));
}

#[test]
fn tables_deep_inside_lose_all_of_their_markup_or_none() {
    let html = html(&format!("{}|a|\n{}|-|\n{}|b|", "> ".repeat(40), "> ".repeat(40), "> ".repeat(40)));
    assert!(!html.contains("<t"), "{html}");
    assert!(html.contains('a') && html.contains('b'));
}

#[test]
fn a_character_reference_brings_in_nothing_that_is_not_taken() {
    for source in [
        "v&#x202e;ä&rlm;n&#8295;d&#x2028;t&#1;",
        "[ord](https://example.org/&#x202e;x \"ti&lrm;tel\")",
        "![bild&#x202e;](/x&#x2066;y)",
        "[java](&#1;javascript:x)",
        "# r&#xFEFF;ubrik",
    ] {
        let html = html(source);
        assert!(!html.replace('\n', "").contains(types::is_forbidden), "{source:?} gave {html:?}");
        assert!(!html.contains("javascript"), "{source:?} gave {html:?}");
    }
    assert_eq!(html("v&#x202e;änd").trim(), "<p>vänd</p>");
}
