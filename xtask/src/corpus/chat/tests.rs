use super::{Stage, write, write_lookup};
use crate::corpus::invent::Inventor;
use crate::corpus::wording::Split;
use crate::corpus::{Chat, Role};
use crate::seeded::Seeded;

fn inventor() -> Inventor {
    let paragraph = "Small words make a plain sentence. ".repeat(8);
    Inventor::new(&[paragraph])
}

#[test]
fn every_lookup_is_answered_by_a_record_that_names_what_is_asked() {
    let (inventor, mut seeded) = (inventor(), Seeded::new(3));
    for _ in 0..200 {
        let Chat { messages } = write_lookup(&inventor, Split::HeldOut, &mut seeded);
        let [system, user, assistant] = messages.as_slice() else { panic!("three messages") };
        let lines: Vec<&str> = system.content.lines().collect();
        assert_eq!(lines.len(), 5);
        let is_asked = |question: &str| {
            let mut words =
                question.split(' ').skip(1).map(|word| word.trim_end_matches(['?', '.', ',', ';']));
            words.any(|word| user.content.contains(word))
        };
        let states = |pair: &[&str]| pair[1] == assistant.content && is_asked(pair[0]);
        assert!(lines[1..].chunks_exact(2).any(states), "{messages:?}");
        assert!(assistant.learn && !user.learn && !system.learn);
    }
}

#[test]
fn every_stage_has_something_to_learn_and_repeats_with_its_seed() {
    let inventor = inventor();
    for stage in [Stage::Copy, Stage::Short, Stage::Full] {
        let chats = |seed| {
            let mut seeded = Seeded::new(seed);
            (0..100).map(|_| write(&inventor, stage, Split::Train, &mut seeded)).collect::<Vec<_>>()
        };
        let learnt =
            |chat: &Chat| chat.messages.iter().any(|m| m.learn && m.role == Role::Assistant);
        assert!(chats(7).iter().all(learnt));
        let json = |chats: Vec<Chat>| serde_json::to_string(&chats).expect("chats are plain data");
        assert_eq!(json(chats(7)), json(chats(7)));
    }
}
