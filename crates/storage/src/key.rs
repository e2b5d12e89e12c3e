//! Keys of tables: bytes that sort as their values do.

use alloy_primitives::{Address, FixedBytes};

/// A key; its bytes sort as the values sort.
pub trait TableKey: Sized {
    /// Appends the key's bytes.
    fn write(&self, bytes: &mut Vec<u8>);

    /// Reads exactly these bytes; `None` when they are no such key.
    fn read(bytes: &[u8]) -> Option<Self>;

    /// The key's bytes.
    fn to_key(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.write(&mut bytes);
        bytes
    }
}

/// A key of one length, which may stand before another in a pair.
pub trait FixedKey: TableKey {
    /// Its length in bytes.
    const WIDTH: usize;
}

macro_rules! integer_keys {
    ($($integer:ty),*) => {$(
        impl TableKey for $integer {
            fn write(&self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_be_bytes());
            }

            fn read(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self::from_be_bytes)
            }
        }

        impl FixedKey for $integer {
            const WIDTH: usize = size_of::<Self>();
        }
    )*};
}

integer_keys!(u8, u32, u64, u128);

impl<const N: usize> TableKey for FixedBytes<N> {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(self.as_slice());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl<const N: usize> FixedKey for FixedBytes<N> {
    const WIDTH: usize = N;
}

impl TableKey for Address {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(self.as_slice());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|bytes: [u8; 20]| Self::from(bytes))
    }
}

impl FixedKey for Address {
    const WIDTH: usize = 20;
}

impl TableKey for String {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(self.as_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        Self::from_utf8(bytes.to_vec()).ok()
    }
}

impl<A: FixedKey, B: TableKey> TableKey for (A, B) {
    fn write(&self, bytes: &mut Vec<u8>) {
        self.0.write(bytes);
        self.1.write(bytes);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (first, second) = bytes.split_at_checked(A::WIDTH)?;
        Some((A::read(first)?, B::read(second)?))
    }
}

impl<A: FixedKey, B: FixedKey> FixedKey for (A, B) {
    const WIDTH: usize = A::WIDTH + B::WIDTH;
}
