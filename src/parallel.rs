//! The same work on many pieces: on all cores natively, one after another in the browser. The results stand in the order of
//! the pieces, so nothing depends on how many cores there are.

/// Works each piece.
#[cfg(not(target_arch = "wasm32"))]
pub fn each<T: Sync, R: Send>(pieces: &[T], work: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    use rayon::prelude::*;
    if pieces.len() < 2 {
        return pieces.iter().map(work).collect();
    }
    pieces.par_iter().map(work).collect()
}

/// Works each piece.
#[cfg(target_arch = "wasm32")]
pub fn each<T, R>(pieces: &[T], work: impl Fn(&T) -> R) -> Vec<R> {
    pieces.iter().map(work).collect()
}
