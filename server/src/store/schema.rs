//! The tables, for both databases.

use diesel::{allow_tables_to_appear_in_same_query, joinable, table};

table! {
    projects (id) {
        id -> BigInt,
        name -> Text,
        schedulers -> BigInt,
        created_at_ms -> BigInt,
    }
}

table! {
    keys (key_id) {
        key_id -> Text,
        project_id -> BigInt,
        name -> Text,
        role -> Integer,
        service_name -> Nullable<Text>,
        scheduler_id_prefix -> Nullable<Text>,
        requests_per_second -> Nullable<BigInt>,
        secret_hash -> Binary,
        created_at_ms -> BigInt,
        expires_at_ms -> Nullable<BigInt>,
        revoked_at_ms -> Nullable<BigInt>,
        last_used_at_ms -> Nullable<BigInt>,
    }
}

table! {
    schedulers (id) {
        id -> BigInt,
        project_id -> BigInt,
        scheduler_id -> Text,
        folded_id -> Text,
        service_name -> Text,
        settings -> Text,
        created_at_ms -> BigInt,
        updated_at_ms -> BigInt,
    }
}

table! {
    scheduler_states (scheduler_key) {
        scheduler_key -> BigInt,
        health -> Integer,
        due_at_ms -> Nullable<BigInt>,
        state -> Text,
    }
}

table! {
    scheduler_labels (scheduler_key, name) {
        scheduler_key -> BigInt,
        name -> Text,
        value -> Text,
    }
}

table! {
    runs (scheduler_key, run_id) {
        scheduler_key -> BigInt,
        run_id -> Text,
        is_named -> Bool,
        status -> Integer,
        first_mark_at_ms -> BigInt,
        run -> Text,
    }
}

table! {
    incidents (id) {
        id -> Text,
        project_id -> BigInt,
        scheduler_key -> BigInt,
        state -> Integer,
        opened_at_ms -> BigInt,
        incident -> Text,
    }
}

table! {
    channels (id) {
        id -> BigInt,
        project_id -> BigInt,
        name -> Text,
        is_enabled -> Bool,
        disabled_reason -> Text,
        sealed_settings -> Binary,
        created_at_ms -> BigInt,
        is_default -> Bool,
        fallback_id -> Nullable<BigInt>,
        failing_since_ms -> Nullable<BigInt>,
        failing_result -> Text,
    }
}

table! {
    outbox (id) {
        id -> BigInt,
        notification_key -> Text,
        project_id -> BigInt,
        scheduler_key -> BigInt,
        channel_id -> BigInt,
        incident_id -> Text,
        event_number -> BigInt,
        event -> Integer,
        incident -> Text,
        state -> Integer,
        attempts -> BigInt,
        not_before_ms -> BigInt,
        lease_token -> BigInt,
        last_result -> Text,
        created_at_ms -> BigInt,
        settled_at_ms -> Nullable<BigInt>,
        repeat_number -> BigInt,
        repeat_every_ms -> Nullable<BigInt>,
        delay_ms -> BigInt,
        was_held -> Bool,
    }
}

table! {
    delivery_attempts (id) {
        id -> BigInt,
        outbox_id -> BigInt,
        attempted_at_ms -> BigInt,
        took_ms -> BigInt,
        is_delivered -> Bool,
        result -> Text,
    }
}

table! {
    recipients (project_id, address) {
        project_id -> BigInt,
        address -> Text,
        asked_at_ms -> BigInt,
        confirmed_at_ms -> Nullable<BigInt>,
    }
}

table! {
    policies (id) {
        id -> BigInt,
        project_id -> BigInt,
        kind -> Integer,
        policy -> Text,
        created_by -> Text,
        created_at_ms -> BigInt,
    }
}

table! {
    audit (id) {
        id -> BigInt,
        project_id -> BigInt,
        at_ms -> BigInt,
        by_name -> Text,
        key_id -> Text,
        action -> Text,
        target -> Text,
        note -> Text,
    }
}

table! {
    slots (scheduler_key, slot_ms) {
        scheduler_key -> BigInt,
        slot_ms -> BigInt,
        ending -> Integer,
        run_id -> Nullable<Text>,
    }
}

table! {
    threads (channel_id, incident_id) {
        channel_id -> BigInt,
        incident_id -> Text,
        project_id -> BigInt,
        reference -> Text,
        created_at_ms -> BigInt,
    }
}

table! {
    rejected_reports (id) {
        id -> BigInt,
        project_id -> BigInt,
        scheduler_id -> Text,
        received_at_ms -> BigInt,
        reason -> Text,
        message -> Text,
        raw -> Text,
    }
}

table! {
    counters (name) {
        name -> Text,
        value -> BigInt,
    }
}

table! {
    blind_windows (from_ms) {
        from_ms -> BigInt,
        to_ms -> BigInt,
    }
}

table! {
    servers (server_id) {
        server_id -> Text,
        count -> BigInt,
        stored_until_ms -> BigInt,
    }
}

table! {
    leases (name) {
        name -> Text,
        holder -> Text,
        epoch -> BigInt,
        count -> BigInt,
    }
}

joinable!(scheduler_states -> schedulers (scheduler_key));
joinable!(incidents -> schedulers (scheduler_key));
joinable!(outbox -> schedulers (scheduler_key));
joinable!(keys -> projects (project_id));
joinable!(delivery_attempts -> outbox (outbox_id));
allow_tables_to_appear_in_same_query!(
    projects,
    keys,
    schedulers,
    scheduler_states,
    scheduler_labels,
    incidents,
    outbox,
    delivery_attempts,
    channels,
    runs,
);
