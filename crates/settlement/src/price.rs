//! What an answer costs.

use primitives::{AmountError, Wei};

use crate::options::Price;

impl Price {
    /// The fee of an answer with these token counts. With the most tokens that an answer may have,
    /// it is what has to be reserved before the answer is given.
    ///
    /// # Errors
    /// [`AmountError::Overflow`] past 128 bits.
    pub fn fee(&self, prompt_tokens: u32, answer_tokens: u32) -> Result<Wei, AmountError> {
        let read = times(self.per_prompt_token_wei, prompt_tokens)?;
        let written = times(self.per_answer_token_wei, answer_tokens)?;
        Ok(read.checked_add(written)?.max(self.minimum_wei))
    }
}

fn times(price: Wei, count: u32) -> Result<Wei, AmountError> {
    let product = price.get().checked_mul(u128::from(count));
    product.map(Wei::new).ok_or(AmountError::Overflow { left: price, right: price })
}

#[cfg(test)]
mod tests;
