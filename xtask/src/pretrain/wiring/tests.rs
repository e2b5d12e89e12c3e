use model::{Config, Example, Llama, Workspace};

use super::wire;
use crate::seeded::Seeded;

/// The share of a random sequence's second half that its first half predicts, in percent.
fn repeated(model: &Llama) -> usize {
    let mut seeded = Seeded::new(9);
    let (mut right, mut asked) = (0, 0);
    for _ in 0..8 {
        let half: Vec<u32> =
            (0..30).map(|_| 10 + u32::try_from(seeded.below(480)).expect("small")).collect();
        let tokens = [half.as_slice(), &half].concat();
        let mut workspace = Workspace::new();
        model
            .loss(None, &Example::new(&tokens, half.len() + 1), &mut workspace)
            .expect("a short example");
        // A fair guess among 490 tokens costs 6.2 nats.
        right += workspace.token_nats().iter().filter(|nats| **nats < 5.0).count();
        asked += half.len() - 1;
    }
    100 * right / asked
}

#[test]
fn wired_weights_copy_what_random_weights_do_not() {
    let config = Config { vocabulary: 490, ..crate::pretrain::config() };
    let mut model = Llama::random(&config, 1).expect("the configuration is in range");
    let before = repeated(&model);
    wire(&mut model, 1);
    assert!(before < 5 && repeated(&model) > 60, "{before} % before, {} % after", repeated(&model));
}
