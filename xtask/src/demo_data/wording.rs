//! The question templates of the Datanets; `{}` stands for the key, always after a space.

/// The templates of one kind of fact.
#[derive(Debug)]
pub(super) struct Wording {
    /// Templates that records use.
    pub(super) asked: &'static [&'static str],
    /// Templates that no record uses.
    pub(super) held_out: &'static [&'static str],
}

pub(super) static RUST_ERROR: Wording = Wording {
    asked: &[
        "What does the Rust error {} mean?",
        "Explain the compiler error {}.",
        "Why does rustc report {}?",
        "My code fails with {}. What is wrong?",
        "When does {} happen?",
        "What is the reason for the error code {}?",
        "I got error {} from cargo build. What does it say?",
        "Give the meaning of rustc's {}.",
        "Tell me what {} stands for.",
        "What went wrong if the compiler prints {}?",
        "Meaning of {}?",
        "Describe the error {} in one sentence.",
    ],
    held_out: &[
        "What is {} about?",
        "The compiler stopped with {}; what happened?",
        "Could you explain what {} is telling me?",
        "How should I understand the message {}?",
        "Please summarise the Rust diagnostic {}.",
    ],
};

pub(super) static PYTHON_FUNCTION: Wording = Wording {
    asked: &[
        "What does {} do in Python?",
        "Explain the function {}.",
        "What is {} for?",
        "Describe {} in one sentence.",
        "When would I call {}?",
        "Give the short documentation of {}.",
        "What happens if I call {}?",
        "Tell me what the Python function {} does.",
        "Summary of {}?",
        "In the standard library, what is {}?",
        "Document {} briefly.",
        "What will {} give me?",
    ],
    held_out: &[
        "How is {} described?",
        "I found {} in a script; what is its purpose?",
        "Please say what {} is used for.",
        "What can I expect from {}?",
        "Remind me of the meaning of {}.",
    ],
};

pub(super) static COUNTRY_CODE: Wording = Wording {
    asked: &[
        "Which country has the code {}?",
        "What does the country code {} stand for?",
        "Name the country with the ISO code {}.",
        "The two-letter code {} belongs to which country?",
        "ISO 3166 code {}: which country?",
        "Whose country code is {}?",
        "Tell me the country behind the code {}.",
        "Expand the country code {}.",
        "An address ends with the code {}. Which country?",
        "Country of {}?",
    ],
    held_out: &[
        "What place does the code {} refer to?",
        "I saw {} on a list of countries; which one is it?",
        "Please decode the country abbreviation {}.",
        "If a form says {}, what country was meant?",
    ],
};

pub(super) static TIME_ZONE: Wording = Wording {
    asked: &[
        "Which country uses the time zone {}?",
        "In which country is {}?",
        "The time zone {} belongs to which country?",
        "Name the country of the zone {}.",
        "My clock is set to {}. Which country am I in?",
        "What country does {} cover?",
        "Tell me the country for the tz entry {}.",
        "Time zone {}: which country?",
        "A server runs on {}. In what country is that?",
        "Country of {}?",
    ],
    held_out: &[
        "Where in the world is {}?",
        "People who set TZ to {} live in which country?",
        "Please say what country the zone name {} points to.",
        "If my phone shows {}, what country is it?",
    ],
};
