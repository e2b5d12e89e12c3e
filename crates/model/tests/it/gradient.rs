//! Every component of every gradient against central differences in `f64`.

use model::{
    Config, Example, Llama, Lora, LoraGradient, LoraOptions, SequenceError, Target, Workspace,
};

use crate::oracle::{Oracle, tiny, widen};

const STEP: f64 = 1e-5;

/// A network whose weights are large enough that every path matters.
pub(crate) fn network(config: &Config) -> Llama {
    let mut model = Llama::random(config, 3).expect("the shape is valid");
    for (i, weight) in model.weights_mut().iter_mut().enumerate() {
        *weight = *weight * 10.0 + ((i * 37 % 101) as f32 - 50.0) / 400.0;
    }
    model
}

pub(crate) fn adapter(config: &Config, targets: &[Target]) -> Lora {
    let options =
        LoraOptions { rank: 3, alpha: 4.0, targets: targets.to_vec(), ..LoraOptions::default() };
    let mut lora = Lora::init(config, &options, 5).expect("the options are valid");
    for (i, value) in lora.parameters_mut().iter_mut().enumerate() {
        *value += ((i * 53 % 97) as f32 - 48.0) / 200.0;
    }
    lora
}

pub(crate) fn text(length: usize) -> Vec<u32> {
    (0..length).map(|i| (i * i * 3 + i) as u32 % 11).collect()
}

fn check(name: &str, ours: &[f32], loss: impl Fn(&mut dyn FnMut(&mut [f64])) -> f64) {
    let norm = ours.iter().map(|g| g * g).sum::<f32>().sqrt();
    assert!(norm > 0.1, "{name}: the gradient vanishes");
    for (i, &ours) in ours.iter().enumerate() {
        let up = loss(&mut |values| values[i] += STEP);
        let down = loss(&mut |values| values[i] -= STEP);
        let exact = (up - down) / (2.0 * STEP);
        let error = (f64::from(ours) - exact).abs();
        assert!(error < 2e-5 * (1.0 + f64::from(norm)), "{name} [{i}]: {ours} is not {exact}");
    }
}

#[test]
fn full_gradient_is_the_derivative() {
    for tied in [true, false] {
        let config = tiny(tied);
        let model = network(&config);
        let example = Example::new(&text(9), 3);
        let mut gradient = vec![0.0; config.parameters()];
        let loss = model.full_gradient(&example, &mut Workspace::new(), &mut gradient);
        let loss = loss.expect("the example is valid");
        assert_eq!(loss.tokens, 6);
        check("weights", &gradient, |change| {
            let mut weights = widen(model.weights());
            change(&mut weights);
            let value = Oracle { config: &config, weights, lora: None }.loss(&example);
            assert!((value - loss.sum_nats).abs() < 1e-2);
            value
        });
    }
}

#[test]
fn lora_gradient_is_the_derivative() {
    for targets in [&Target::ALL[..], &[Target::V, Target::Q], &[Target::K, Target::Up, Target::O]]
    {
        let config = tiny(true);
        let (model, lora) = (network(&config), adapter(&config, targets));
        let example = Example::new(&text(10), 6);
        let mut gradient = LoraGradient::zeros(lora.layout());
        let loss = model.lora_gradient(&lora, &example, &mut Workspace::new(), &mut gradient);
        assert_eq!(loss.expect("the example is valid").tokens, 4);
        check("adapter", gradient.values(), |change| {
            let mut parameters = widen(lora.parameters());
            change(&mut parameters);
            let weights = widen(model.weights());
            let lora = Some((lora.layout(), parameters));
            Oracle { config: &config, weights, lora }.loss(&example)
        });
    }
}

#[test]
fn long_sequences_cross_attention_blocks() {
    let config = tiny(true);
    let (model, lora) = (network(&config), adapter(&config, &Target::ALL));
    let example = Example::new(&text(150), 1);
    let mut gradient = LoraGradient::zeros(lora.layout());
    let loss = model.lora_gradient(&lora, &example, &mut Workspace::new(), &mut gradient);
    let oracle = |parameters| {
        let lora = Some((lora.layout(), parameters));
        Oracle { config: &config, weights: widen(model.weights()), lora }.loss(&example)
    };
    let exact = oracle(widen(lora.parameters()));
    assert!((loss.expect("the example is valid").sum_nats - exact).abs() < 1e-5 * exact);
    let norm = widen(gradient.values()).iter().map(|g| g * g).sum::<f64>().sqrt();
    let shifted = |sign: f64| {
        let shift = |(p, g): (&f32, &f32)| f64::from(*p) + sign * STEP * f64::from(*g) / norm;
        oracle(lora.parameters().iter().zip(gradient.values()).map(shift).collect())
    };
    let slope = (shifted(1.0) - shifted(-1.0)) / (2.0 * STEP);
    assert!((slope - norm).abs() < 1e-3 * norm, "slope {slope}, norm {norm}");
}

#[test]
fn examples_add_up_and_buffers_leave_no_trace() {
    let config = tiny(true);
    let model = network(&config);
    let examples =
        [Example::new(&text(40), 1), Example::new(&text(7), 2), Example::new(&text(20), 15)];
    let mut shared = Workspace::new();
    let (mut together, mut apart) =
        (vec![0.0; config.parameters()], vec![0.0; config.parameters()]);
    for example in &examples {
        let reused = model.full_gradient(example, &mut shared, &mut together).expect("valid");
        let mut alone = vec![0.0; config.parameters()];
        let fresh = model.full_gradient(example, &mut Workspace::new(), &mut alone).expect("valid");
        assert_eq!(reused, fresh);
        assert_eq!(shared.token_nats().len(), fresh.tokens);
        for (sum, value) in apart.iter_mut().zip(&alone) {
            *sum += value;
        }
    }
    for (together, apart) in together.iter().zip(&apart) {
        assert!((together - apart).abs() < 1e-4, "{together} {apart}");
    }
}

#[test]
fn the_lora_gradient_of_an_example_is_reproducible_on_any_thread() {
    let config = tiny(false);
    let (model, lora) = (network(&config), adapter(&config, &Target::ALL));
    let example = Example::new(&text(50), 1);
    let gradient = || {
        let mut gradient = LoraGradient::zeros(lora.layout());
        model.lora_gradient(&lora, &example, &mut Workspace::new(), &mut gradient).expect("valid");
        gradient
    };
    let here = gradient();
    std::thread::scope(|scope| {
        let others: Vec<_> = (0..3).map(|_| scope.spawn(gradient)).collect();
        for other in others {
            assert_eq!(here, other.join().expect("the thread finishes"));
        }
    });
}

#[test]
fn unreadable_sequences_are_refused() {
    let config = tiny(true);
    let model = network(&config);
    let loss = |example: &Example| model.loss(None, example, &mut Workspace::new());
    assert!(matches!(loss(&Example::new(&[], 0)), Err(SequenceError::Empty)));
    assert!(matches!(loss(&Example::new(&[1, 2, 3], 3)), Err(SequenceError::Empty)));
    assert!(matches!(
        loss(&Example::new(&[1, 11, 3], 1)),
        Err(SequenceError::Token { token: 11, .. })
    ));
    assert!(matches!(
        loss(&Example::new(&[1, 2, 11], 1)),
        Err(SequenceError::Token { token: 11, .. })
    ));
    assert!(matches!(loss(&Example::new(&[1; 170], 1)), Err(SequenceError::Capacity { .. })));
    assert!(Example::with_targets(vec![1], vec![]).is_err());
}
