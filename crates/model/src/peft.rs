//! Adapters from and to the folder format of the PEFT library.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    config::Config,
    error::{AdapterError, TensorError},
    lora::{Lora, LoraLayout, LoraOptions, Module, RANK_MAX, Target},
    tensors::{Precision, Shards, write},
};

/// An adapter folder in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeftAdapter {
    /// `adapter_config.json`
    pub config: Vec<u8>,
    /// `adapter_model.safetensors`
    pub weights: Vec<u8>,
}

/// `adapter_config.json`; options that we lack must have their neutral value.
#[derive(Debug, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "the shape of a foreign file")]
struct Foreign {
    peft_type: String,
    #[serde(default)]
    task_type: Option<String>,
    #[serde(default)]
    base_model_name_or_path: Option<String>,
    r: usize,
    lora_alpha: f32,
    #[serde(default)]
    lora_dropout: f64,
    #[serde(default)]
    target_modules: Value,
    #[serde(default)]
    use_rslora: bool,
    #[serde(default)]
    fan_in_fan_out: bool,
    #[serde(default)]
    use_dora: bool,
    #[serde(default = "no_bias")]
    bias: String,
    #[serde(default)]
    modules_to_save: Value,
    #[serde(default)]
    layers_to_transform: Value,
    #[serde(default)]
    rank_pattern: Value,
    #[serde(default)]
    alpha_pattern: Value,
    #[serde(default)]
    inference_mode: bool,
}

fn no_bias() -> String {
    "none".to_owned()
}

impl Foreign {
    fn refuse_unsupported(&self) -> Result<(), AdapterError> {
        let empty = |value: &Value| match value {
            Value::Null => true,
            Value::Array(list) => list.is_empty(),
            Value::Object(map) => map.is_empty(),
            _ => false,
        };
        let checks = [
            ("peft_type", self.peft_type == "LORA", self.peft_type.clone()),
            ("fan_in_fan_out", !self.fan_in_fan_out, "true".to_owned()),
            ("use_dora", !self.use_dora, "true".to_owned()),
            ("bias", self.bias == "none", self.bias.clone()),
            ("modules_to_save", empty(&self.modules_to_save), self.modules_to_save.to_string()),
            (
                "layers_to_transform",
                empty(&self.layers_to_transform),
                self.layers_to_transform.to_string(),
            ),
            ("rank_pattern", empty(&self.rank_pattern), self.rank_pattern.to_string()),
            ("alpha_pattern", empty(&self.alpha_pattern), self.alpha_pattern.to_string()),
            ("lora_alpha", self.lora_alpha.is_finite(), self.lora_alpha.to_string()),
        ];
        match checks.into_iter().find(|(_, fine, _)| !fine) {
            None => Ok(()),
            Some((field, _, value)) => Err(AdapterError::Unsupported { field, value }),
        }
    }
}

/// `[…].layers.N.self_attn.q_proj.lora_A.weight`
fn tensor_name(module: &Module, matrix: &str) -> String {
    let (layer, path) = (module.layer, module.target.path());
    format!("base_model.model.model.layers.{layer}.{path}.lora_{matrix}.weight")
}

impl Lora {
    /// Reads the two files of an adapter folder: `adapter_config.json` and
    /// `adapter_model.safetensors`. The adapted modules are those that the
    /// tensors name; every layer must adapt the same.
    ///
    /// # Errors
    /// An option that would change the result and is not computed here, a rank
    /// out of range, or tensors that are missing, unexpected, of another shape
    /// or not finite.
    pub fn from_peft(
        config: &Config,
        options: &[u8],
        weights: &[u8],
    ) -> Result<Self, AdapterError> {
        let foreign: Foreign = serde_json::from_slice(options).map_err(AdapterError::Syntax)?;
        foreign.refuse_unsupported()?;
        if foreign.r == 0 || foreign.r > RANK_MAX {
            return Err(AdapterError::Rank { rank: foreign.r });
        }
        let shards = Shards::open(&[weights]).map_err(AdapterError::Tensors)?;
        let names = shards.names();
        let targets = Target::ALL.into_iter().filter(|target| {
            let part = format!(".{}.lora_A.weight", target.path());
            names.iter().any(|name| name.ends_with(&part))
        });
        let options = LoraOptions {
            rank: foreign.r,
            alpha: foreign.lora_alpha,
            rank_stabilised: foreign.use_rslora,
            targets: targets.collect(),
        };
        let layout = LoraLayout::new(config, &options)?;
        let parameters = read(&layout, &shards).map_err(AdapterError::Tensors)?;
        Self::from_parameters(config, &options, parameters)
    }

    /// The adapter folder that PEFT loads.
    #[expect(clippy::missing_panics_doc, reason = "numbers and strings always serialize")]
    pub fn to_peft(&self, precision: Precision) -> PeftAdapter {
        let options = self.layout().options();
        let names: Vec<&str> = options.targets.iter().map(|target| target.name()).collect();
        let foreign = Foreign {
            peft_type: "LORA".to_owned(),
            task_type: Some("CAUSAL_LM".to_owned()),
            base_model_name_or_path: None,
            r: options.rank,
            lora_alpha: options.alpha,
            lora_dropout: 0.0,
            target_modules: names.into(),
            use_rslora: options.rank_stabilised,
            fan_in_fan_out: false,
            use_dora: false,
            bias: no_bias(),
            modules_to_save: Value::Null,
            layers_to_transform: Value::Null,
            rank_pattern: Value::Object(serde_json::Map::new()),
            alpha_pattern: Value::Object(serde_json::Map::new()),
            inference_mode: true,
        };
        let config = serde_json::to_vec_pretty(&foreign);
        let config = config.expect("a struct of numbers and strings serializes");
        let tensors: Vec<_> = tensors(self.layout())
            .map(|(name, shape, range)| (name, shape, &self.parameters()[range]))
            .collect();
        PeftAdapter { config, weights: write(&tensors, precision) }
    }
}

type Tensor = (String, Vec<usize>, std::ops::Range<usize>);

fn tensors(layout: &LoraLayout) -> impl Iterator<Item = Tensor> {
    let rank = layout.options().rank;
    layout.modules().iter().flat_map(move |module| {
        [
            (tensor_name(module, "A"), vec![rank, module.inputs], module.a.clone()),
            (tensor_name(module, "B"), vec![module.outputs, rank], module.b.clone()),
        ]
    })
}

fn read(layout: &LoraLayout, shards: &Shards<'_>) -> Result<Vec<f32>, TensorError> {
    let known: Vec<Tensor> = tensors(layout).collect();
    let unknown = |name: &&str| known.iter().all(|(known, ..)| known != *name);
    if let Some(name) = shards.names().iter().find(|name| unknown(name)) {
        return Err(TensorError::Unexpected { name: (*name).to_owned() });
    }
    let mut parameters = vec![0.0; layout.total()];
    for (name, shape, range) in known {
        shards.read(&name, &shape, &mut parameters[range])?;
    }
    Ok(parameters)
}
