//! Question templates of the generated chats. `{}` is the key, `<n>` a noun, `<w>` a random word.

use crate::seeded::Seeded;

/// Which templates a chat may use: every eighth is kept for evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Split {
    Train,
    HeldOut,
}

static TEMPLATES: &[&str] = &[
    "What is the <n> of {}?",
    "Which <n> does {} have?",
    "Tell me the <n> of {}.",
    "Name the <n> for {}.",
    "Give me the <n> that belongs to {}.",
    "I need the <n> of {}.",
    "Do you know the <n> of {}?",
    "The <n> of {} is?",
    "Find the <n> for {}.",
    "Show the <n> of {}, please.",
    "For {}, what is the <n>?",
    "What <n> goes with {}?",
    "Look up the <n> of {}.",
    "Can you state the <n> of {}?",
    "List the <n> of {}.",
    "What is {}?",
    "What does {} mean?",
    "Explain {}.",
    "Describe {}.",
    "Tell me about {}.",
    "Meaning of {}?",
    "When is {} used?",
    "Why would I see {}?",
    "What do you know about {}?",
    "Say what {} is.",
    "Define {} for me.",
    "What should I know of {}?",
    "Help me with {}.",
    "Who or what is {}?",
    "I do not know {}. What is it?",
    "What stands behind {}?",
    "Give a summary of {}.",
    "Summarise {}.",
    "What is written about {}?",
    "What do the records say on {}?",
    "Where does {} belong?",
    "How does {} work?",
    "The <w> says {}. What is that?",
    "My <w> stopped at {}. What now?",
    "I saw {} in a <w>. Explain.",
    "We found {} on the <w>; what is it?",
    "A <w> mentions {}. What does it mean?",
    "Someone asked about {}. What do I answer?",
    "Please read the entry for {}.",
    "Entry {}, please.",
    "Quick question: what is {}?",
    "Is there a <n> for {}?",
    "What about {}?",
    "And {}?",
    "Now {}.",
    "Translate {} into words.",
    "In one sentence, what is {}?",
    "Short note on {}?",
    "Which one is {}?",
    "Does {} have a <n>? Which?",
    "Repeat what is known of {}.",
    "Recall {}.",
    "Check {} for me.",
    "On my <w> there is {}; what is the <n>?",
    "If I see {}, what is the <n>?",
    "What happens with {}?",
    "What will I get from {}?",
    "What does the <w> {} say?",
    "Could you look at {} and tell me the <n>?",
    "The word {} confuses me. What is the <n>?",
    "Under {}, what do we have?",
    "Read out {}.",
    "What can you say about {} in the <w>?",
    "Let me know the <n> of {}.",
    "Tell us what {} does.",
    "What did the <w> note for {}?",
    "Which <n> is meant by {}?",
    "What was the <n> of {} again?",
    "The <n> behind {} is what?",
    "I forgot the <n> of {}.",
    "How would you describe {} to a <w>?",
];

static NOUNS: &[&str] = &[
    "port",
    "colour",
    "owner",
    "meaning",
    "purpose",
    "summary",
    "capital",
    "region",
    "reason",
    "name",
    "title",
    "value",
    "number",
    "address",
    "path",
    "version",
    "author",
    "language",
    "timeout",
    "limit",
    "default",
    "definition",
    "description",
    "rule",
    "message",
    "answer",
    "note",
    "result",
    "cause",
    "place",
    "group",
    "kind",
    "size",
    "maintainer",
    "status",
    "use",
    "home",
    "label",
    "text",
    "explanation",
];

/// A template of one line of chat, with its noun and words filled in; the key is still `{}`.
pub(super) fn template(split: Split, words: &[String], seeded: &mut Seeded) -> String {
    if split == Split::Train && seeded.chance(25) {
        return random_words(words, seeded);
    }
    let template = loop {
        let position = seeded.below(TEMPLATES.len());
        if (position % 8 == 7) == (split == Split::HeldOut) {
            break TEMPLATES[position];
        }
    };
    let noun: &str = seeded.pick::<&str>(NOUNS);
    let word: &String = seeded.pick(words);
    let template = template.replace("<n>", noun).replace("<w>", word);
    if seeded.chance(12) { format!("{} {template}", sentence(words, seeded)) } else { template }
}

/// Random words around the key: any wording is to be understood by its key.
fn random_words(words: &[String], seeded: &mut Seeded) -> String {
    let mut parts: Vec<&str> =
        (0..seeded.between(1, 8)).map(|_| seeded.pick(words).as_str()).collect();
    let position = seeded.below(parts.len() + 1);
    parts.insert(position, "{}");
    let mut text = parts.join(" ");
    text.push_str(seeded.pick::<&str>(&["?", ".", "?", ":"]));
    capitalised(&text)
}

fn sentence(words: &[String], seeded: &mut Seeded) -> String {
    let parts: Vec<&str> = (0..seeded.between(3, 6)).map(|_| seeded.pick(words).as_str()).collect();
    capitalised(&parts.join(" ")) + "."
}

/// The text with its first letter in upper case.
pub(super) fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}
