use super::{Shape, words};

#[track_caller]
fn check(text: &str, expect: &[&str]) {
    let found: Vec<String> =
        words(text).map(|word| word.terms().into_iter().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(found, expect);
}

#[test]
fn identifiers_stay_whole_and_give_their_parts() {
    check("What is E0382?", &["what", "is", "E0382 e0382"]);
    check("(os.path.join)", &["join os os.path.join path"]);
    check("Africa/Abidjan.", &["abidjan africa africa/abidjan"]);
    check("use std::vec;", &["use", "std std::vec vec"]);
    check("__init__", &["__init__ init"]);
    check("C++ and C#", &["c c++", "and", "c c#"]);
}

#[test]
fn a_code_differs_from_the_word_that_it_spells() {
    check("in IN I", &["in", "IN in", "i"]);
}

#[test]
fn possessives_and_punctuation_do_not_count() {
    check("rustc's E0015, isn't -- ... 's", &["rustc", "E0015 e0015", "isn isn't t", "s"]);
    check("", &[]);
    check("Ünïcode 東京", &["ünïcode", "東京"]);
}

#[test]
fn shapes_tell_names_from_words() {
    let shapes: Vec<Shape> = words("Which two-letter code of Kabul is AF, HashMap or x_1?")
        .map(|word| word.shape)
        .collect();
    let (plain, capitalised, identifier) = (Shape::Plain, Shape::Capitalised, Shape::Identifier);
    let expect =
        [plain, plain, plain, plain, capitalised, plain, identifier, identifier, plain, identifier];
    assert_eq!(shapes, expect);
}
