//! What every store does alike, as one suite that each database runs.
//!
//! A case takes a [`Bench`] with an empty store. It is run if [`conformance_suite`]
//! names it; a case that is not named is dead code, and the compiler says so.

pub(super) mod audit;
mod bench;
pub(super) mod channels;
pub(super) mod counters;
pub(super) mod keys;
pub(super) mod outbox;
pub(super) mod policies;
pub(super) mod presence;
pub(super) mod recipients;
pub(super) mod rejected;
pub(super) mod threads;

pub(super) use bench::{Bench, NOW, later, notifications};

/// Runs every case against the benches that `$open` of the calling module makes.
macro_rules! conformance_suite {
    ($open:ident) => {
        $crate::store::conformance::cases! { $open:
            keys {
                a_project_is_made_once,
                a_key_comes_back_as_it_went_in,
                a_project_has_no_more_keys_than_it_may,
                sessions_of_people_take_no_place_of_keys_and_are_forgotten,
                keys_are_listed_the_oldest_first,
                a_key_of_another_project_cannot_be_revoked,
                a_revoked_key_keeps_the_time_of_its_end,
                every_change_of_a_key_moves_the_epoch,
                the_last_use_moves_by_minutes_and_never_back,
            }
            channels {
                a_channel_comes_back_as_it_went_in,
                a_project_has_no_more_channels_than_it_may,
                a_channel_of_another_project_does_not_exist,
                an_update_replaces_all_but_when_it_was_made,
                the_number_of_a_deleted_channel_is_not_used_again,
                a_deleted_channel_is_told_nothing_more,
            }
            counters {
                a_store_keeps_the_mark_of_its_first_secret,
            }
            presence {
                a_new_store_knows_of_no_server,
                every_sign_of_life_is_another,
                a_lease_is_taken_only_as_it_was_seen,
                a_lease_of_the_past_is_not_renewed,
                of_many_servers_one_takes_the_lease,
                a_server_that_leaves_makes_way,
                a_gap_between_all_signs_of_life_is_a_window,
                a_gap_is_recorded_once,
            }
            outbox {
                a_claim_carries_what_a_sender_needs,
                a_claimed_notification_is_not_claimed_again_before_its_lease_ends,
                a_settlement_with_an_old_lease_changes_nothing,
                what_is_settled_stays_settled,
                resolved_is_not_claimed_before_opened_is_settled,
                an_abandoned_notification_makes_way_for_the_next,
                an_event_waits_with_the_one_before_it,
                a_slow_channel_holds_up_no_other,
                those_of_one_recipient_can_be_asked_for,
                the_longest_due_are_claimed_first_up_to_the_limit,
                a_claim_says_that_its_channel_is_off_or_gone,
                a_notification_is_written_once,
                many_senders_never_hold_the_same_notification,
                deliveries_tell_what_became_of_each,
                a_forgotten_scheduler_is_not_spoken_of,
                what_is_delivered_is_told_again_until_something_newer_is,
                nothing_is_told_again_while_something_newer_waits,
                a_channel_is_reminded_once_of_what_it_was_told,
                what_is_delayed_waits_with_all_that_follows_it,
                a_fallback_is_told_once_however_often_it_is_asked_to,
                attempts_leave_receipts_and_say_whether_a_channel_fails,
            }
            audit {
                entries_come_back_as_they_went_in_the_newest_first,
                pages_of_entries_cover_them_once,
                old_entries_are_forgotten_a_few_at_a_time,
            }
            policies {
                a_policy_comes_back_as_it_went_in,
                a_project_has_no_more_policies_of_a_kind_than_it_may,
                a_policy_of_another_project_or_kind_does_not_exist,
            }
            threads {
                a_thread_is_remembered_as_it_was_first_named,
                a_thread_of_another_project_does_not_exist,
                threads_go_with_their_channel_and_with_age,
            }
            recipients {
                an_address_is_asked_once_in_a_while,
                an_address_that_confirmed_is_asked_no_more,
                only_so_many_addresses_are_asked_in_a_day,
                what_waited_for_an_owner_is_due_when_they_confirm,
            }
            rejected {
                refused_reports_are_listed_the_newest_first,
                a_refused_report_may_hold_a_nul,
                refused_reports_are_forgotten_by_age_in_portions,
            }
        }
    };
}

/// One test per case.
macro_rules! cases {
    ($open:ident: $($file:ident { $($case:ident,)* })*) => {
        $(
            mod $file {
                $(
                    #[tokio::test]
                    async fn $case() {
                        $crate::store::conformance::$file::$case(&super::$open()).await;
                    }
                )*
            }
        )*
    };
}

pub(super) use {cases, conformance_suite};
