//! The same work on many pieces: on all cores natively, one after another in the browser, and in unit tests, some of which watch
//! what their own thread does. The results stand in the order of the pieces, so nothing depends on how many cores there are.

/// Fewer pieces are sooner done than other cores are asked.
#[cfg(not(any(target_arch = "wasm32", test)))]
const FEW: usize = 4;

/// Whether there may be another core: where there is none, nothing is gained by work that may turn out to be in vain.
pub const OTHERS: bool = cfg!(not(target_arch = "wasm32"));

/// Works each piece.
#[cfg(not(any(target_arch = "wasm32", test)))]
pub fn each<T: Sync, R: Send>(pieces: &[T], work: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    use rayon::prelude::*;
    if pieces.len() < FEW {
        return pieces.iter().map(work).collect();
    }
    pieces.par_iter().map(work).collect()
}

/// Works two things that do not wait for each other.
#[cfg(not(any(target_arch = "wasm32", test)))]
pub fn both<A: Send, B: Send>(a: impl FnOnce() -> A + Send, b: impl FnOnce() -> B + Send) -> (A, B) {
    rayon::join(a, b)
}

/// Works two things that do not wait for each other.
#[cfg(any(target_arch = "wasm32", test))]
pub fn both<A, B>(a: impl FnOnce() -> A, b: impl FnOnce() -> B) -> (A, B) {
    (a(), b())
}

/// Works each piece with something that goes from one piece to the next on a core, such as memory that is used again.
#[cfg(not(any(target_arch = "wasm32", test)))]
pub fn each_with<T: Sync, W, R: Send>(
    pieces: &[T],
    with: impl Fn() -> W + Sync + Send,
    work: impl Fn(&mut W, &T) -> R + Sync + Send,
) -> Vec<R> {
    use rayon::prelude::*;
    if pieces.len() < FEW {
        let mut with = with();
        return pieces.iter().map(|piece| work(&mut with, piece)).collect();
    }
    pieces.par_iter().map_init(with, work).collect()
}

/// Works each piece with something that goes from one piece to the next.
#[cfg(any(target_arch = "wasm32", test))]
pub fn each_with<T, W, R>(pieces: &[T], with: impl Fn() -> W, work: impl Fn(&mut W, &T) -> R) -> Vec<R> {
    let mut with = with();
    pieces.iter().map(|piece| work(&mut with, piece)).collect()
}

/// Works each piece.
#[cfg(any(target_arch = "wasm32", test))]
pub fn each<T, R>(pieces: &[T], work: impl Fn(&T) -> R) -> Vec<R> {
    pieces.iter().map(work).collect()
}

/// Sorts, equal ones in the order in which they stood.
#[cfg(not(any(target_arch = "wasm32", test)))]
pub fn sort_by<T: Send>(items: &mut [T], compare: impl Fn(&T, &T) -> std::cmp::Ordering + Sync) {
    use rayon::slice::ParallelSliceMut as _;
    // What stands in order needs no room to be sorted in.
    if !items.is_sorted_by(|a, b| compare(a, b).is_le()) {
        items.par_sort_by(compare);
    }
}

/// Sorts, equal ones in the order in which they stood.
#[cfg(any(target_arch = "wasm32", test))]
pub fn sort_by<T>(items: &mut [T], compare: impl Fn(&T, &T) -> std::cmp::Ordering) {
    items.sort_by(compare);
}
