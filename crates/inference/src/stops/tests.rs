use proptest::prelude::*;

use super::*;

fn check(stops: &[&str], parts: &[&str], expect: &str) {
    let mut watch = Stops::new(stops.iter().map(ToString::to_string).collect());
    let mut shown = String::new();
    let mut stopped = false;
    for part in parts {
        let (text, stop) = watch.push(part);
        shown.push_str(&text);
        if stop {
            stopped = true;
            break;
        }
    }
    if !stopped {
        shown.push_str(&watch.finish());
    }
    assert_eq!(shown, expect);
}

#[test]
fn stops_across_parts() {
    check(&["END"], &["abcE", "ND", "def"], "abc");
    check(&["END"], &["abcE", "Ndef"], "abcENdef");
    check(&["END"], &["abcEN"], "abcEN");
    check(&["aab"], &["aaa", "ab"], "aa");
    check(&["ü\n", "x"], &["grü", "n", "ü", "\n"], "grün");
    check(&[], &["abc"], "abc");
    check(&["b", "ab"], &["a", "b"], "");
}

proptest! {
    #[test]
    fn parts_do_not_matter(text in "[abü]{0,20}", stop in "[abü]{1,3}", cuts in prop::collection::vec(1_usize..4, 20)) {
        let letters: Vec<char> = text.chars().collect();
        let mut parts: Vec<String> = Vec::new();
        let mut rest = letters.as_slice();
        for cut in cuts {
            let (part, tail) = rest.split_at(cut.min(rest.len()));
            parts.push(part.iter().collect());
            rest = tail;
        }
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let expect = text.split(&stop).next().unwrap_or("");
        check(&[&stop], &parts, expect);
    }
}
