//! Shingles, their Jaccard similarity, and `MinHash` bands.

/// Words in a word shingle.
const WORDS: usize = 2;
/// Characters in a character shingle.
const CHARACTERS: usize = 5;
const BANDS: usize = 16;
/// `MinHash` values in a band: with 16 bands, sets with similarity 0.7 share one with
/// probability 1 − (1 − 0.7⁴)¹⁶ = 0.99.
const BAND_ROWS: usize = 4;

/// Ascending distinct hashes of the word pairs and of the runs of five characters.
pub(super) fn shingles(words: &[String]) -> Vec<u64> {
    let pairs = words.windows(WORDS.min(words.len())).map(|pair| hash(pair.join(" ").as_bytes()));
    let text: Vec<char> = words.join(" ").chars().collect();
    let runs = text.windows(CHARACTERS.min(text.len()).max(1)).map(|run| {
        let run: String = run.iter().collect();
        mix(hash(run.as_bytes()))
    });
    let mut shingles: Vec<u64> = pairs.chain(runs).collect();
    shingles.sort_unstable();
    shingles.dedup();
    shingles
}

/// Size of the intersection over size of the union of two ascending sets, in parts per million.
pub(super) fn jaccard_ppm(a: &[u64], b: &[u64]) -> u32 {
    let common = a.iter().filter(|shingle| b.binary_search(shingle).is_ok()).count();
    let union = (a.len() + b.len() - common).max(1);
    u32::try_from(common * 1_000_000 / union).unwrap_or(0)
}

/// One hash per band; sets that share a band are likely alike.
pub(super) fn bands(shingles: &[u64]) -> impl Iterator<Item = (usize, u64)> {
    (0..BANDS).map(move |band| {
        let rows = (0..BAND_ROWS).map(|row| smallest(shingles, (band * BAND_ROWS + row) as u64));
        (band, rows.fold(0, |above, value| mix(above ^ value)))
    })
}

fn smallest(shingles: &[u64], permutation: u64) -> u64 {
    let seed = mix(permutation);
    shingles.iter().map(|shingle| mix(shingle ^ seed)).min().unwrap_or(u64::MAX)
}

/// FNV-1a.
fn hash(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

/// The finalizer of `SplitMix64`, a permutation of 64-bit words.
const fn mix(word: u64) -> u64 {
    let word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}
