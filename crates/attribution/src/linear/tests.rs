use proptest::prelude::*;

use super::*;

fn check_eigen(matrix: &[f64], size: usize) {
    let eigen = symmetric_eigen(matrix.to_vec(), size);
    assert!(eigen.values.is_sorted_by(|left, right| left >= right));
    let norm = matrix.iter().map(|x| x * x).sum::<f64>().sqrt().max(1.0);
    for (i, left) in eigen.vectors.iter().enumerate() {
        for (j, right) in eigen.vectors.iter().enumerate() {
            let product: f64 = left.iter().zip(right).map(|(x, y)| x * y).sum();
            assert!((product - f64::from(u8::from(i == j))).abs() < 1e-10, "orthonormal {i} {j}");
        }
        for row in 0..size {
            let line = &matrix[row * size..(row + 1) * size];
            let image: f64 = line.iter().zip(left).map(|(a, x)| a * x).sum();
            assert!((image - eigen.values[i] * left[row]).abs() < 1e-10 * norm, "A·x = λ·x");
        }
    }
}

#[test]
fn special_matrices() {
    check_eigen(&[], 0);
    check_eigen(&[3.0], 1);
    check_eigen(&[0.0; 16], 4);
    check_eigen(&[2.0, 1.0, 1.0, 2.0], 2);
    check_eigen(&[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0], 3);
    check_eigen(&[1.0; 25], 5);
}

proptest! {
    #[test]
    fn eigenvectors_of_random_matrices(size in 1_usize..18, entries in prop::collection::vec(-3.0..3.0, 18 * 18)) {
        let matrix: Vec<f64> = (0..size * size)
            .map(|at| (at / size, at % size))
            .map(|(row, column)| entries[row.min(column) * 18 + row.max(column)])
            .collect();
        check_eigen(&matrix, size);
    }

    #[test]
    fn dot_equals_the_plain_sum(values in prop::collection::vec(-2.0_f32..2.0, 0..70)) {
        let plain: f64 = values.iter().map(|x| f64::from(*x) * f64::from(*x)).sum();
        prop_assert!((dot(&values, &values) - plain).abs() < 1e-9);
    }
}

#[test]
fn the_gram_matrix_does_not_depend_on_the_number_of_workers() {
    let rows: Vec<Vec<f32>> = (0..13)
        .map(|row| (0..37).map(|column| ((row * 37 + column) as f32).sqrt()).collect())
        .collect();
    let one = gram(&rows, 1);
    for workers in 2..6 {
        assert_eq!(gram(&rows, workers), one);
    }
}
