//! The secret that a store belongs to.

use super::Bench;

pub(in crate::store) async fn a_store_keeps_the_mark_of_its_first_secret(bench: &dyn Bench) {
    let store = bench.store();
    for mark in [i64::MIN, 7, i64::MIN] {
        assert_eq!(store.secret_mark(mark).await.unwrap(), i64::MIN);
    }
}
