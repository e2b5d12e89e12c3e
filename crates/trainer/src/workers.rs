//! Fork and join: items to whichever worker is free.

use std::{sync::Mutex, thread};

/// Gives every item to a worker with a buffer of its own, one thread each.
///
/// Which worker gets an item depends on time, so `work` must leave its result
/// in the item.
pub(crate) fn share_out<W: Send, T: Send>(
    workers: &mut [W],
    items: impl Iterator<Item = T> + Send,
    work: impl Fn(&mut W, T) + Sync,
) {
    let waiting = Mutex::new(items);
    let next = || waiting.lock().ok().and_then(|mut items| items.next());
    thread::scope(|scope| {
        for worker in workers {
            scope.spawn(|| std::iter::from_fn(next).for_each(|item| work(worker, item)));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::share_out;

    #[test]
    fn every_item_is_worked_once() {
        for workers in [1, 2, 5] {
            let mut counts = vec![0; workers];
            let mut items = [0; 100];
            share_out(&mut counts, items.iter_mut().enumerate(), |count, (i, item)| {
                *item += i + 1;
                *count += 1;
            });
            assert_eq!(counts.iter().sum::<usize>(), 100);
            assert!(items.iter().enumerate().all(|(i, &item)| item == i + 1));
        }
    }
}
