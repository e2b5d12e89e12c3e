use super::*;

#[test]
fn bursts_are_sealed_at_once_and_a_lasting_load_keeps_to_the_clock() {
    let interval = Duration::from_millis(100);
    assert_eq!(pause(interval, 0), interval);
    assert_eq!(pause(interval, AHEAD_MAX_S / 2), interval);
    assert_eq!(pause(interval, AHEAD_MAX_S * 3 / 4), Duration::from_millis(500));
    assert_eq!(pause(interval, AHEAD_MAX_S), Duration::from_secs(1));
    assert_eq!(pause(interval, u64::MAX), Duration::from_secs(1));
    assert_eq!(pause(Duration::from_secs(12), AHEAD_MAX_S), Duration::from_secs(12));
    // A producer that is busy without end.
    for interval in [Duration::ZERO, interval] {
        let (mut clock, mut block_s) = (Duration::ZERO, 0u64);
        for _ in 0..10_000 {
            clock += pause(interval, block_s.saturating_sub(clock.as_secs()));
            block_s = clock.as_secs().max(block_s + 1);
            assert!(block_s <= clock.as_secs() + AHEAD_MAX_S + 1);
        }
    }
}
