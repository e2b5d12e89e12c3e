//! Strided matrix views and their product.

/// A read-only matrix: element `(i, j)` is `data[i·row_stride + j·column_stride]`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Matrix<'a> {
    data: &'a [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

/// A writable matrix with the layout of [`Matrix`] and unit column stride.
#[derive(Debug)]
pub(crate) struct MatrixMut<'a> {
    data: &'a mut [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
}

impl<'a> Matrix<'a> {
    /// Row-major, rows `row_stride` apart.
    pub(crate) fn new(data: &'a [f32], rows: usize, columns: usize, row_stride: usize) -> Self {
        assert!(columns <= row_stride, "rows overlap");
        assert!(fits(data.len(), rows, columns, row_stride), "matrix beyond its data");
        Self { data, rows, columns, row_stride, column_stride: 1 }
    }

    /// Row-major without gaps.
    pub(crate) fn dense(data: &'a [f32], rows: usize, columns: usize) -> Self {
        Self::new(data, rows, columns, columns)
    }

    /// The transpose, without moving data.
    pub(crate) fn t(self) -> Self {
        Self {
            data: self.data,
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
        }
    }
}

impl<'a> MatrixMut<'a> {
    /// Row-major, rows `row_stride` apart.
    pub(crate) fn new(data: &'a mut [f32], rows: usize, columns: usize, row_stride: usize) -> Self {
        assert!(columns <= row_stride, "rows overlap");
        assert!(fits(data.len(), rows, columns, row_stride), "matrix beyond its data");
        Self { data, rows, columns, row_stride }
    }

    /// Row-major without gaps.
    pub(crate) fn dense(data: &'a mut [f32], rows: usize, columns: usize) -> Self {
        Self::new(data, rows, columns, columns)
    }
}

fn fits(length: usize, rows: usize, columns: usize, row_stride: usize) -> bool {
    rows == 0 || columns == 0 || (rows - 1) * row_stride + columns <= length
}

/// What happens to the former contents of the destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Into {
    /// `dst = scale · lhs · rhs`
    Overwrite,
    /// `dst += scale · lhs · rhs`
    Add,
}

/// `dst = [dst +] scale · lhs[m,k] · rhs[k,n]`, on one thread.
///
/// The same inputs give the same bits on the same kind of processor.
pub(crate) fn multiply(
    dst: MatrixMut<'_>,
    into: Into,
    scale: f32,
    lhs: Matrix<'_>,
    rhs: Matrix<'_>,
) {
    assert_eq!(lhs.columns, rhs.rows, "inner dimensions differ");
    assert_eq!((dst.rows, dst.columns), (lhs.rows, rhs.columns), "outer dimensions differ");
    if dst.rows == 0 || dst.columns == 0 {
        return;
    }
    let stride = |stride: usize| isize::try_from(stride).expect("strides lie within a slice");
    // SAFETY: the constructors of the views checked that every (i, j) below
    // (rows, columns) lies inside the slice, the dimensions agree as asserted
    // above, and `dst` borrows its data exclusively, so nothing aliases it.
    unsafe {
        gemm::gemm(
            dst.rows,
            dst.columns,
            lhs.columns,
            dst.data.as_mut_ptr(),
            1,
            stride(dst.row_stride),
            into == Into::Add,
            lhs.data.as_ptr(),
            stride(lhs.column_stride),
            stride(lhs.row_stride),
            rhs.data.as_ptr(),
            stride(rhs.column_stride),
            stride(rhs.row_stride),
            1.0,
            scale,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

/// `c [m, n] = a [m, k] · b [k, n]`, row-major: the product that everything
/// here is made of, for a measurement of the machine.
///
/// # Panics
/// If a slice is too short.
pub fn product(c: &mut [f32], a: &[f32], b: &[f32], (m, k, n): (usize, usize, usize)) {
    let c = MatrixMut::dense(c, m, n);
    multiply(c, Into::Overwrite, 1.0, Matrix::dense(a, m, k), Matrix::dense(b, k, n));
}

#[cfg(test)]
mod tests;
