//! What a Datanet takes.

/// Limits of files and records, and how alike two records may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Largest file, in bytes.
    pub file_bytes_max: usize,
    /// Most records in one file.
    pub records_max: usize,
    /// Longest question or variant, in bytes.
    pub question_bytes_max: usize,
    /// Longest answer, in bytes.
    pub answer_bytes_max: usize,
    /// Longest statement of a source, in bytes.
    pub source_bytes_max: usize,
    /// Most variants of one question.
    pub variants_max: usize,
    /// Two answers are alike from this similarity (Jaccard over shingles) on, in parts per million.
    pub answer_alike_ppm: u32,
    /// Two questions ask for the same from this share of their rare words on, in parts per million.
    pub question_alike_ppm: u32,
    /// As `answer_alike_ppm`, for putting admitted records into one cluster.
    pub cluster_answer_alike_ppm: u32,
    /// As `question_alike_ppm`, for putting admitted records into one cluster.
    pub cluster_question_alike_ppm: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            file_bytes_max: 32 << 20,
            records_max: 100_000,
            question_bytes_max: 2_000,
            answer_bytes_max: 16_000,
            source_bytes_max: 500,
            variants_max: 32,
            answer_alike_ppm: 550_000,
            question_alike_ppm: 600_000,
            cluster_answer_alike_ppm: 400_000,
            cluster_question_alike_ppm: 450_000,
        }
    }
}
