//! The crate at its boundary, on a small random network.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use inference::{
    AdapterSource, Engine, EngineOptions, Finish, Generation, InferenceError, Piece, Request,
    SourceError,
};
use model::{
    Config, KvCache, Llama, Lora, LoraOptions, PeftAdapter, Precision, SequenceError, Tokenizer,
};
use primitives::{Digest, keccak256};

const CONTEXT: usize = 48;
const LETTERS: u32 = 26;
const END: u32 = LETTERS;

fn config() -> Config {
    Config {
        hidden: 16,
        layers: 2,
        heads: 4,
        kv_heads: 2,
        head_width: 4,
        ffn: 24,
        vocabulary: END as usize + 1,
        context: CONTEXT,
        norm_epsilon: 1e-5,
        rope_theta: 10_000.0,
        tied: true,
        bos: None,
        eos: vec![END],
    }
}

/// One token per letter, and one that ends an answer.
fn tokenizer() -> Tokenizer {
    let mut vocabulary = String::new();
    for (token, letter) in (0..LETTERS).zip('a'..) {
        write!(vocabulary, "\"{letter}\":{token},").expect("strings take text");
    }
    let json = format!(
        r#"{{"version":"1.0","truncation":null,"padding":null,"normalizer":null,
        "pre_tokenizer":null,"post_processor":null,"decoder":{{"type":"Fuse"}},
        "added_tokens":[{{"id":{END},"content":"<end>","single_word":false,"lstrip":false,
        "rstrip":false,"normalized":false,"special":true}}],
        "model":{{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,
        "end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,
        "vocab":{{{vocabulary}"<end>":{END}}},"merges":[]}}}}"#
    );
    Tokenizer::from_json(json.as_bytes()).expect("the tokenizer is well formed")
}

fn lora(seed: u64) -> Lora {
    let options = LoraOptions { rank: 2, ..LoraOptions::default() };
    let mut lora = Lora::init(&config(), &options, seed).expect("the shape fits");
    // A fresh adapter changes nothing: its B is zero. Give it something to say.
    for (parameter, place) in lora.parameters_mut().iter_mut().zip(0_u16..) {
        *parameter +=
            f32::from((place * 31 + u16::try_from(seed).unwrap_or(0) * 17) % 13) / 20.0 - 0.3;
    }
    lora
}

/// Adapters in a table; counts nothing and caches nothing.
struct Shelf(BTreeMap<String, PeftAdapter>);

impl Shelf {
    fn new(seeds: &[u64]) -> Self {
        let files = |seed: &u64| (format!("field-{seed}"), lora(*seed).to_peft(Precision::F32));
        Self(seeds.iter().map(files).collect())
    }
}

impl AdapterSource for Shelf {
    fn digest(&self, name: &str) -> Option<Digest> {
        self.0.get(name).map(|files| keccak256(&files.weights))
    }

    fn files(&self, digest: Digest) -> Result<PeftAdapter, SourceError> {
        let found = self.0.values().find(|files| keccak256(&files.weights) == digest);
        found.cloned().ok_or_else(|| "the blob is gone".into())
    }
}

fn engine() -> Engine {
    let base = Llama::random(&config(), 1).expect("the shape is sound");
    Engine::new(Arc::new(base), Arc::new(tokenizer()), EngineOptions::default())
}

fn request(adapter: Option<u64>) -> Request {
    Request {
        adapter: adapter.map(|seed| format!("field-{seed}")),
        prompt: vec![3, 1, 4, 1, 5],
        max_tokens: Some(12),
        ..Request::default()
    }
}

fn run(engine: &mut Engine, request: &Request) -> Generation {
    let mut generation = engine.begin(request, &Shelf::new(&[1, 2, 3])).expect("accepted");
    engine.finish(&mut generation).expect("it runs");
    generation
}

/// The readable version: the whole sequence is read anew for each token.
fn greedy(base: &Llama, lora: Option<&Lora>, prompt: &[u32], tokens_max: usize) -> Vec<u32> {
    let mut tokens = prompt.to_vec();
    while tokens.len() < prompt.len() + tokens_max {
        let mut cache = KvCache::new(base.config(), CONTEXT);
        let logits = base.forward(lora, &tokens, &mut cache).expect("it fits");
        let best = (0..logits.len()).max_by(|a, b| logits[*a].total_cmp(&logits[*b]));
        match best.and_then(|token| u32::try_from(token).ok()) {
            Some(token) if token != END => tokens.push(token),
            _ => break,
        }
    }
    tokens.split_off(prompt.len())
}

#[test]
fn greedy_answers_equal_the_plain_loop() {
    let mut engine = engine();
    for adapter in [None, Some(1), Some(2)] {
        let generation = run(&mut engine, &request(adapter));
        let lora = adapter.map(lora);
        let expect = greedy(engine.base(), lora.as_ref(), generation.prompt(), 12);
        assert_eq!(generation.tokens(), expect);
        assert_eq!(generation.usage().answer_tokens, expect.len());
        assert_eq!(generation.text(), engine.tokenizer().decode(&expect).expect("letters"));
    }
}

#[test]
fn adapters_answer_differently() {
    let mut engine = engine();
    let answers: Vec<Vec<u32>> = [None, Some(1), Some(2), Some(3)]
        .map(|adapter| run(&mut engine, &request(adapter)).tokens().to_vec())
        .into();
    for (place, answer) in answers.iter().enumerate() {
        assert!(!answers[..place].contains(answer), "{answers:?}");
    }
}

#[test]
fn a_seed_decides_a_sampled_answer() {
    let mut engine = engine();
    let sampled = |seed| Request { temperature: 1.5, top_p: 0.95, seed, ..request(Some(1)) };
    let first = run(&mut engine, &sampled(1));
    assert_eq!(first.tokens(), run(&mut engine, &sampled(1)).tokens());
    let others: Vec<_> =
        (2..6).map(|seed| run(&mut engine, &sampled(seed)).tokens().to_vec()).collect();
    assert!(others.iter().any(|tokens| tokens != first.tokens()));
}

#[test]
fn log_probabilities_sum_to_the_score() {
    let mut engine = engine();
    let generation = run(&mut engine, &Request { temperature: 1.0, ..request(Some(1)) });
    let lora = lora(1);
    let score =
        engine.score(Some(&lora), generation.prompt(), generation.tokens()).expect("it fits");
    let sum: f64 = generation.log_probabilities().iter().sum();
    assert!((score.log_probability - sum).abs() < 1e-3, "{score:?} {sum}");
    assert_eq!(score.tokens, generation.tokens().len());
    let base = engine.score(None, &[3], generation.tokens()).expect("it fits");
    let lift = engine
        .lift_micronats(Some(&lora), generation.prompt(), &[3], generation.tokens())
        .expect("it fits");
    let tokens = f64::from(u32::try_from(score.tokens).expect("few"));
    let expect = (score.log_probability - base.log_probability) / tokens;
    assert!((f64::from(i32::try_from(lift).expect("small")) / 1e6 - expect).abs() < 1e-6);
}

#[test]
fn an_answer_ends_before_a_stop_text() {
    let mut engine = engine();
    let whole = run(&mut engine, &request(None)).text().to_owned();
    assert!(whole.len() >= 6, "{whole}");
    let stop = &whole[3..5];
    let generation = run(&mut engine, &Request { stop: vec![stop.to_owned()], ..request(None) });
    let expect = &whole[..whole.find(stop).expect("it is there")];
    assert_eq!((generation.text(), generation.finish()), (expect, Some(Finish::Stop)));
    assert_eq!(generation.tokens().len(), expect.len());
}

#[test]
fn the_end_token_and_the_context_end_an_answer() {
    let mut engine = engine();
    let long = Request { max_tokens: None, ..request(None) };
    let generation = run(&mut engine, &long);
    let room = CONTEXT - long.prompt.len();
    match generation.finish() {
        Some(Finish::Length) => assert_eq!(generation.tokens().len(), room),
        finish => assert_eq!(finish, Some(Finish::End)),
    }
    assert!(!generation.tokens().contains(&END));
    // A base that ends every answer at once.
    let ended = Config { eos: (0..=END).collect(), ..config() };
    let base = Llama::random(&ended, 1).expect("the shape is sound");
    let mut engine = Engine::new(Arc::new(base), Arc::new(tokenizer()), EngineOptions::default());
    let generation = run(&mut engine, &request(None));
    assert_eq!((generation.finish(), generation.tokens().len()), (Some(Finish::End), 0));
}

#[test]
fn interleaved_answers_equal_those_given_alone() {
    let mut engine = engine();
    let requests: Vec<Request> = (0_u64..7)
        .map(|seed| Request {
            temperature: if seed % 2 == 0 { 0.0 } else { 1.0 },
            seed,
            max_tokens: Some(3 + usize::try_from(seed).unwrap_or(0)),
            prompt: (0..=u32::try_from(seed).unwrap_or(0)).collect(),
            ..request(Some(seed % 4).filter(|adapter| *adapter > 0))
        })
        .collect();
    let alone: Vec<Generation> = requests.iter().map(|request| run(&mut engine, request)).collect();
    let shelf = Shelf::new(&[1, 2, 3]);
    let mut together: Vec<Generation> =
        requests.iter().map(|request| engine.begin(request, &shelf).expect("accepted")).collect();
    let mut steps = 0;
    while together.iter().any(|generation| generation.finish().is_none()) {
        let mut batch: Vec<&mut Generation> = together.iter_mut().collect();
        let pieces = engine.step(&mut batch).expect("it runs");
        // First come, first served: one new answer starts at each step.
        let begun = pieces.iter().filter(|piece| piece.is_some()).count();
        assert!(begun <= steps + 1 && (steps >= 7 || pieces[steps].is_some()));
        steps += 1;
    }
    for (alone, together) in alone.iter().zip(&together) {
        assert_eq!(alone.tokens(), together.tokens());
        assert_eq!(alone.log_probabilities(), together.log_probabilities());
        assert_eq!((alone.text(), alone.finish()), (together.text(), together.finish()));
    }
}

#[test]
fn pieces_make_up_the_answer() {
    let mut engine = engine();
    let mut generation = engine.begin(&request(Some(2)), &Shelf::new(&[2])).expect("accepted");
    let mut pieces: Vec<Piece> = Vec::new();
    while let Some(piece) = engine.next(&mut generation).expect("it runs") {
        pieces.push(piece);
    }
    let text: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
    let tokens: Vec<u32> = pieces.iter().filter_map(|piece| piece.token).collect();
    assert_eq!((text.as_str(), tokens.as_slice()), (generation.text(), generation.tokens()));
    assert_eq!(engine.next(&mut generation).expect("it runs"), None);
}

/// A source that has lost its blobs.
struct Gone;
impl AdapterSource for Gone {
    fn digest(&self, _: &str) -> Option<Digest> {
        Some(Digest::ZERO)
    }
    fn files(&self, _: Digest) -> Result<PeftAdapter, SourceError> {
        Err("the blob is gone".into())
    }
}

#[test]
fn unknown_and_broken_adapters_are_named() {
    let mut engine = engine();
    let refuse = |engine: &mut Engine, shelf: &Shelf| {
        engine.begin(&request(Some(9)), shelf).map(drop).expect_err("it is refused")
    };
    let error = refuse(&mut engine, &Shelf::new(&[1]));
    assert!(matches!(error, InferenceError::UnknownAdapter { name } if name == "field-9"));
    let mut shelf = Shelf::new(&[9]);
    shelf.0.values_mut().for_each(|files| files.weights.truncate(20));
    assert!(matches!(refuse(&mut engine, &shelf), InferenceError::AdapterFormat { .. }));

    let error = engine.begin(&request(Some(9)), &Gone).map(drop).expect_err("it is refused");
    assert!(matches!(error, InferenceError::AdapterFiles { digest: Digest::ZERO, .. }));
    assert_eq!(engine.residents(), (Vec::new(), 0));
}

#[test]
fn bad_requests_are_refused_with_the_limit() {
    let mut engine = engine();
    let mut refuse = |request: Request| {
        engine.begin(&request, &Shelf::new(&[])).map(drop).expect_err("it is refused")
    };
    let base = || request(None);
    assert!(matches!(
        refuse(Request { prompt: Vec::new(), ..base() }),
        InferenceError::EmptyPrompt
    ));
    assert!(matches!(
        refuse(Request { prompt: vec![1; CONTEXT], ..base() }),
        InferenceError::PromptTooLong { tokens: CONTEXT, limit: 47 }
    ));
    assert!(matches!(
        refuse(Request { prompt: vec![1, 99], ..base() }),
        InferenceError::Sequence(SequenceError::Token { token: 99, position: 1, .. })
    ));
    let parameters = [
        ("temperature", Request { temperature: f32::NAN, ..base() }),
        ("temperature", Request { temperature: -0.1, ..base() }),
        ("top_p", Request { top_p: 0.0, ..base() }),
        ("max_tokens", Request { max_tokens: Some(0), ..base() }),
        ("stop", Request { stop: vec![String::new()], ..base() }),
        ("stop", Request { stop: vec!["a".to_owned(); 5], ..base() }),
    ];
    for (expect, request) in parameters {
        assert!(
            matches!(refuse(request), InferenceError::Sampling { parameter, .. } if parameter == expect)
        );
    }
}

#[test]
fn the_least_recently_used_adapter_makes_room() {
    let bytes = size_of_val(lora(1).parameters());
    let base = Arc::new(Llama::random(&config(), 1).expect("the shape is sound"));
    let options = EngineOptions { adapter_cache_bytes_max: 2 * bytes };
    let mut engine = Engine::new(base, Arc::new(tokenizer()), options);
    let shelf = Shelf::new(&[1, 2, 3]);
    let digest = |name: &str| shelf.digest(name).expect("it is on the shelf");
    let mut held = engine.begin(&request(Some(2)), &shelf).expect("accepted");
    for name in ["field-1", "field-3"] {
        engine.adapter(name, &shelf).expect("it loads");
    }
    let mut expect = vec![digest("field-1"), digest("field-3")];
    expect.sort_unstable();
    assert_eq!(engine.residents(), (expect, 2 * bytes));
    // An answer keeps its adapter though the engine let it go.
    engine.finish(&mut held).expect("it runs");
    assert_eq!(held.tokens(), run(&mut engine, &request(Some(2))).tokens());

    // The same name with other weights is another adapter.
    let mut replaced = Shelf::new(&[1]);
    let other = Shelf::new(&[3]).0.into_values().next().expect("one adapter");
    replaced.0.insert("field-1".to_owned(), other);
    let loaded = engine.adapter("field-1", &replaced).expect("it loads");
    assert_eq!(loaded.digest, digest("field-3"));
}

#[test]
fn one_adapter_is_kept_however_small_the_budget() {
    let base = Arc::new(Llama::random(&config(), 1).expect("the shape is sound"));
    let options = EngineOptions { adapter_cache_bytes_max: 0 };
    let mut engine = Engine::new(base, Arc::new(tokenizer()), options);
    for adapter in [1, 2] {
        run(&mut engine, &request(Some(adapter)));
        assert_eq!(engine.residents().0.len(), 1);
    }
}
