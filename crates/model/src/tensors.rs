//! Weights from and to safetensors files.

use half::{bf16, f16};
use safetensors::{
    Dtype, SafeTensors,
    tensor::{TensorView, serialize},
};

use crate::{
    aligned::Aligned,
    config::Config,
    error::{LoadError, TensorError},
    llama::{Layout, Llama},
};

/// Longest accepted header, in bytes.
const HEADER_MAX: u64 = 16 << 20;

/// Number type of a written file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// 32 bits: exact.
    F32,
    /// 16 bits with the exponent of `f32`: half the size.
    Bf16,
}

/// The tensors of several safetensors files.
#[derive(Debug)]
pub(crate) struct Shards<'a> {
    files: Vec<SafeTensors<'a>>,
}

impl<'a> Shards<'a> {
    /// Reads the headers; nothing is allocated for a header beyond the cap.
    pub(crate) fn open(files: &[&'a [u8]]) -> Result<Self, TensorError> {
        let files = files.iter().map(|bytes| open(bytes)).collect::<Result<Vec<_>, _>>()?;
        let shards = Self { files };
        let mut names = shards.names();
        names.sort_unstable();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(TensorError::Duplicate { name: pair[0].to_owned() });
        }
        Ok(shards)
    }

    /// Names of all tensors.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.files.iter().flat_map(SafeTensors::names).collect()
    }

    /// Shape of a tensor, if it exists.
    pub(crate) fn shape(&self, name: &str) -> Option<Vec<usize>> {
        self.tensor(name).map(|tensor| tensor.shape().to_vec())
    }

    /// Copies a tensor of the expected shape, widened to `f32`.
    pub(crate) fn read(
        &self,
        name: &str,
        shape: &[usize],
        out: &mut [f32],
    ) -> Result<(), TensorError> {
        let missing = || TensorError::Missing { name: name.to_owned() };
        let tensor = self.tensor(name).ok_or_else(missing)?;
        if tensor.shape() != shape {
            let (expected, found) = (shape.to_vec(), tensor.shape().to_vec());
            return Err(TensorError::Shape { name: name.to_owned(), expected, found });
        }
        let data = tensor.data();
        match tensor.dtype() {
            Dtype::F32 => widen(data, out, f32::from_le_bytes),
            Dtype::F16 => widen(data, out, |bytes| f16::from_le_bytes(bytes).to_f32()),
            Dtype::BF16 => widen(data, out, |bytes| bf16::from_le_bytes(bytes).to_f32()),
            other => {
                let dtype = format!("{other:?}");
                return Err(TensorError::Dtype { name: name.to_owned(), dtype });
            }
        }
        match out.iter().position(|value| !value.is_finite()) {
            None => Ok(()),
            Some(index) => Err(TensorError::NotFinite { name: name.to_owned(), index }),
        }
    }

    fn tensor(&self, name: &str) -> Option<TensorView<'_>> {
        self.files.iter().find_map(|file| file.tensor(name).ok())
    }
}

fn open(bytes: &[u8]) -> Result<SafeTensors<'_>, TensorError> {
    let header = bytes.first_chunk::<8>().map_or(0, |length| u64::from_le_bytes(*length));
    if header == 0 || header > HEADER_MAX || header > bytes.len() as u64 - 8 {
        return Err(TensorError::Header { bytes: header });
    }
    SafeTensors::deserialize(bytes).map_err(TensorError::Container)
}

fn widen<const N: usize>(data: &[u8], out: &mut [f32], number: impl Fn([u8; N]) -> f32) {
    for (out, &bytes) in out.iter_mut().zip(data.as_chunks::<N>().0) {
        *out = number(bytes);
    }
}

/// Writes named tensors as one file. The order of the file is that of the
/// names, so the same tensors give the same bytes.
pub(crate) fn write(tensors: &[(String, Vec<usize>, &[f32])], precision: Precision) -> Vec<u8> {
    let dtype = match precision {
        Precision::F32 => Dtype::F32,
        Precision::Bf16 => Dtype::BF16,
    };
    let bytes: Vec<Vec<u8>> = tensors
        .iter()
        .map(|(_, _, values)| match precision {
            Precision::F32 => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            Precision::Bf16 => {
                values.iter().flat_map(|&value| bf16::from_f32(value).to_le_bytes()).collect()
            }
        })
        .collect();
    let views = tensors.iter().zip(&bytes).map(|((name, shape, _), bytes)| {
        let view = TensorView::new(dtype, shape.clone(), bytes);
        (name.as_str(), view.expect("the bytes have the length of the shape"))
    });
    serialize(views, None).expect("tensors in memory serialize")
}

impl Llama {
    /// Loads the weights of a configuration from the contents of one or more
    /// safetensors files. F16 and BF16 are widened to `f32`.
    ///
    /// A tied network may carry a copy of the embedding as `lm_head.weight`,
    /// and old exports carry `rotary_emb.inv_freq` buffers; both are ignored.
    ///
    /// # Errors
    /// The configuration is out of range; a tensor is missing, unexpected,
    /// given twice, of another shape or number type, or not finite; a header
    /// is malformed or absurd.
    pub fn from_safetensors(config: &Config, shards: &[&[u8]]) -> Result<Self, LoadError> {
        config.validate().map_err(LoadError::Config)?;
        let layout = Layout::new(config);
        let weights = read_weights(config, &layout, shards).map_err(LoadError::Tensors)?;
        Self::from_aligned(config, weights).map_err(LoadError::Config)
    }

    /// The weights as one safetensors file, with the names of `transformers`.
    pub fn to_safetensors(&self, precision: Precision) -> Vec<u8> {
        let tensors: Vec<_> = (self.layout.tensors().into_iter())
            .map(|(name, shape, range)| (name, shape, &self.weights[range]))
            .collect();
        write(&tensors, precision)
    }
}

fn read_weights(
    config: &Config,
    layout: &Layout,
    shards: &[&[u8]],
) -> Result<Aligned, TensorError> {
    let shards = Shards::open(shards)?;
    let tensors = layout.tensors();
    for name in shards.names() {
        let ignored =
            name.ends_with("rotary_emb.inv_freq") || (config.tied && name == "lm_head.weight");
        if !ignored && tensors.iter().all(|(known, ..)| known != name) {
            return Err(TensorError::Unexpected { name: name.to_owned() });
        }
    }
    // Shapes first: a small file must not make us allocate a large network.
    for (name, shape, _) in &tensors {
        let found = shards.shape(name);
        let found = found.ok_or_else(|| TensorError::Missing { name: name.clone() })?;
        if found != *shape {
            return Err(TensorError::Shape { name: name.clone(), expected: shape.clone(), found });
        }
    }
    let mut weights = Aligned::zeros(layout.total());
    for (name, shape, range) in tensors {
        shards.read(&name, &shape, &mut weights[range])?;
    }
    Ok(weights)
}
