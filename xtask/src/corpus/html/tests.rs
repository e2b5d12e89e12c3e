use super::{of_page, states};

#[test]
fn keeps_paragraphs_and_code_as_plain_text() {
    let page = "<h1>No</h1><p class=\"x\">Use <code>a &lt; b</code>\n  &amp; c.</p><path d=\"\"/><pre>let x = 1;\nlet y;</pre>";
    assert_eq!(of_page(page), ["Use a < b & c.", "let x = 1;\nlet y;"]);
}

#[test]
fn drops_statements_of_answers_but_not_single_words() {
    let answers = ["A lang item was redefined.".to_owned(), "France".to_owned()];
    assert!(states("Note: A lang item was redefined.", &answers));
    assert!(!states("The Loire is in France.", &answers));
}
