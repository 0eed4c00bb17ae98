//! What goes on by itself: looking at deadlines, and sending notifications.

use std::time::Duration;

use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::error::ServiceError;
use crate::service::{Judge, Services};

/// How often deadlines are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// How often the outbox is looked at when nothing rings.
const OUTBOX_EVERY: Duration = Duration::from_secs(1);

/// Looks at deadlines until `stopping`. A look that fails is made again: what is
/// due stays due, and the time in between counts as blindness.
pub async fn judge(services: Services, stopping: CancellationToken) {
    let mut judge = None;
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stopping.cancelled() => break,
            _ = ticks.tick() => {}
        }
        if let Err(error) = look(&services, &mut judge).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "deadlines could not be looked at"
            );
        }
    }
    // One that cannot say so is found to be dead a little later.
    if let Some(judge) = judge
        && let Err(error) = judge.leave().await
    {
        tracing::warn!(error = &error as &dyn std::error::Error, "could not make way for others");
    }
}

async fn look(services: &Services, judge: &mut Option<Judge>) -> Result<(), ServiceError> {
    if judge.is_none() {
        *judge = Some(services.judge().await?);
    }
    if let Some(judge) = judge {
        judge.look().await?;
    }
    Ok(())
}

/// Sends notifications until `stopping`; those under way are finished.
pub async fn deliver(services: Services, stopping: CancellationToken) {
    let mut deliveries = services.deliveries();
    loop {
        if let Err(error) = deliveries.begin().await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the outbox could not be read"
            );
        }
        tokio::select! {
            () = stopping.cancelled() => break,
            () = deliveries.pause(OUTBOX_EVERY) => {}
        }
    }
    deliveries.finish().await;
}
