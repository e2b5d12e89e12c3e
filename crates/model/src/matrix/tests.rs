#![expect(clippy::float_cmp, reason = "small integers are exact")]

use super::{Into, Matrix, MatrixMut, multiply};

#[test]
fn strided_transposed_and_accumulated() {
    // 2×3 inside rows of 4, times the transpose of 2×3.
    let lhs = [1.0, 2.0, 3.0, 99.0, 4.0, 5.0, 6.0, 99.0];
    let rhs = [1.0, 0.0, 2.0, 0.0, 1.0, 1.0];
    let mut dst = [10.0, 10.0, 7.0, 10.0, 10.0, 7.0];
    multiply(
        MatrixMut::new(&mut dst, 2, 2, 3),
        Into::Add,
        2.0,
        Matrix::new(&lhs, 2, 3, 4),
        Matrix::dense(&rhs, 2, 3).t(),
    );
    assert_eq!(dst, [24.0, 20.0, 7.0, 42.0, 32.0, 7.0]);
    multiply(
        MatrixMut::new(&mut dst, 2, 2, 3),
        Into::Overwrite,
        1.0,
        Matrix::new(&lhs, 2, 3, 4),
        Matrix::dense(&rhs, 2, 3).t(),
    );
    assert_eq!(dst, [7.0, 5.0, 7.0, 16.0, 11.0, 7.0]);
}

#[test]
#[should_panic(expected = "matrix beyond its data")]
fn a_view_cannot_reach_past_its_data() {
    let _ = Matrix::dense(&[0.0; 5], 2, 3);
}
