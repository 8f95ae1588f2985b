//! No answer from before a change survives it, and memory has a bound.

use super::Cache;

#[test]
fn an_answer_from_before_a_change_is_not_kept() {
    let cache: Cache<&str, u32> = Cache::new(10);
    let before = cache.ticket();
    cache.invalidate(|_| false);
    cache.insert(before, "a", 1, 1);
    assert_eq!(cache.get("a"), None);
    cache.insert(cache.ticket(), "a", 1, 2);
    assert_eq!(cache.get("a"), Some(2));
}

#[test]
fn a_change_forgets_what_it_touches() {
    let cache: Cache<&str, u32> = Cache::new(10);
    for (key, value) in [("a", 1), ("b", 2)] {
        cache.insert(cache.ticket(), key, 1, value);
    }
    cache.invalidate(|key| *key == "a");
    assert_eq!((cache.get("a"), cache.get("b")), (None, Some(2)));
}

#[test]
fn the_weight_has_a_bound() {
    let cache: Cache<u32, u32> = Cache::new(10);
    for key in 0..1_000 {
        cache.insert(cache.ticket(), key, 3, key);
        assert_eq!(cache.get(&key), Some(key));
        let kept = (0..1_000).filter(|key| cache.get(key).is_some()).count();
        assert!(kept <= 3, "{kept} entries of weight 3");
    }
    cache.insert(cache.ticket(), 5_000, 11, 1);
    assert_eq!(cache.get(&5_000), None, "heavier than the whole cache");
    assert_eq!(cache.get(&999), Some(999));
}

#[test]
fn an_entry_that_is_replaced_weighs_once() {
    let cache: Cache<u32, u32> = Cache::new(10);
    cache.insert(cache.ticket(), 1, 2, 0);
    for value in 0..100 {
        cache.insert(cache.ticket(), 2, 4, value);
    }
    assert_eq!((cache.get(&1), cache.get(&2)), (Some(0), Some(99)));
}
