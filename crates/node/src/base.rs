//! The base model: a folder as Hugging Face lays it out.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::{ChatTemplate, Config, Llama, Tokenizer};
use primitives::{Digest, keccak256};

use crate::error::BaseError;

/// Said in place of a path by who wants no base model.
const NO_BASE: &str = "none";
/// Where a base model is looked for when none is named.
const DEFAULT_FOLDER: &str = "demo/base";

/// A loaded base model.
#[derive(Debug)]
pub(crate) struct Base {
    /// Name of its folder.
    pub(crate) name: String,
    /// keccak-256 of its weights' file; of the files' digests when there are several.
    pub(crate) digest: Digest,
    pub(crate) model: Arc<Llama>,
    pub(crate) tokenizer: Arc<Tokenizer>,
    pub(crate) template: ChatTemplate,
}

impl Base {
    /// Loads the folder at `path`.
    pub(crate) fn load(path: &Path) -> Result<Self, BaseError> {
        let read = |name: &str| read(&path.join(name));
        let file = |name: &str| path.join(name);
        let config = Config::from_json(&read("config.json")?)
            .map_err(|source| BaseError::Config { path: file("config.json"), source })?;
        let text = |path: PathBuf| move |source| BaseError::Text { path, source };
        let tokenizer =
            Tokenizer::from_json(&read("tokenizer.json")?).map_err(text(file("tokenizer.json")))?;
        let template = ChatTemplate::from_json(&read("tokenizer_config.json")?)
            .map_err(text(file("tokenizer_config.json")))?;
        let shards = shards(path)?;
        let (digest, model) = {
            let bytes: Vec<Vec<u8>> =
                shards.iter().map(|shard| self::read(shard)).collect::<Result<_, _>>()?;
            let digests: Vec<Digest> = bytes.iter().map(keccak256).collect();
            let digest = match digests.as_slice() {
                [one] => *one,
                many => keccak256(many.concat()),
            };
            let bytes: Vec<&[u8]> = bytes.iter().map(Vec::as_slice).collect();
            let model = Llama::from_safetensors(&config, &bytes).map_err(|source| {
                BaseError::Weights { path: path.to_owned(), source: Box::new(source) }
            })?;
            (digest, model)
        };
        let name = path.canonicalize().ok();
        let name = name.as_deref().unwrap_or(path).file_name().unwrap_or_default();
        Ok(Self {
            name: name.to_string_lossy().into_owned(),
            digest,
            model: Arc::new(model),
            tokenizer: Arc::new(tokenizer),
            template,
        })
    }

    /// The folder to load: the one named, else `demo/base` in the working directory, in one of its
    /// parents, or beside the program's build folder. `None` when there is none, or for `none`.
    pub(crate) fn find(named: &Path) -> Option<PathBuf> {
        if named == Path::new(NO_BASE) {
            return None;
        }
        if !named.as_os_str().is_empty() {
            return Some(named.to_owned());
        }
        let here = std::env::current_dir().ok();
        let program = std::env::current_exe().ok();
        let places = here.iter().chain(&program).flat_map(|place| place.ancestors());
        let folders = places.map(|place| place.join(DEFAULT_FOLDER));
        folders.into_iter().find(|folder| folder.join("config.json").is_file())
    }
}

fn read(path: &Path) -> Result<Vec<u8>, BaseError> {
    fs::read(path).map_err(|source| BaseError::File { path: path.to_owned(), source })
}

fn shards(folder: &Path) -> Result<Vec<PathBuf>, BaseError> {
    let unreadable = |source| BaseError::File { path: folder.to_owned(), source };
    let mut shards = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("model") && name.ends_with(".safetensors") {
            shards.push(path);
        }
    }
    shards.sort();
    if shards.is_empty() {
        return Err(BaseError::NoWeights { path: folder.to_owned() });
    }
    Ok(shards)
}
