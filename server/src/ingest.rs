//! Many small writes, few large ones.
//!
//! Callers hand in one item, or a few that belong together, and wait; one task drains
//! whatever has queued up and writes it in a single transaction. There is no timer: while one write is under
//! way the next batch gathers behind it, so a quiet server answers at once and a
//! busy one writes in bulk. Items are written in the order in which they came.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// Callers that may wait. More wait outside, which slows them down.
pub const QUEUE_MAX: usize = 16 * 1024;

/// Items in one write, exceeded by those that the last caller handed in together. Of many heartbeats of one scheduler in a write only the sum is
/// stored, so a flood gains by large ones; a quiet server never sees one.
pub const BATCH_MAX: usize = 4_096;

/// What writes batches.
pub trait BatchWriter: Send + 'static {
    /// One thing to write.
    type Item: Send + 'static;
    /// What becomes of it.
    type Outcome: Send + 'static;

    /// Writes the items in one go; returns one outcome per item, in order, once
    /// they would survive a power cut.
    fn write(&mut self, items: Vec<Self::Item>) -> impl Future<Output = Vec<Self::Outcome>> + Send;
}

/// The queue has ended: the server is stopping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the server is stopping")]
pub struct Closed;

/// The way in. Cheap to clone; the task ends once every clone is gone.
pub struct Ingest<I, O> {
    queue: mpsc::Sender<Waiting<I, O>>,
    unwritten: Arc<Unwritten>,
}

impl<I, O> Clone for Ingest<I, O> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone(), unwritten: Arc::clone(&self.unwritten) }
    }
}

/// One caller, with what it handed in.
struct Waiting<I, O> {
    items: Vec<I>,
    written: oneshot::Sender<Vec<O>>,
    /// Counted among the unwritten until this goes.
    counted: Counted,
}

/// How many callers came in at which moments and are not written yet, in order.
#[derive(Default)]
struct Unwritten {
    moments: Mutex<Moments>,
}

#[derive(Default)]
struct Moments {
    /// The moments, each with the number of its callers that are not written.
    waiting: VecDeque<(Instant, usize)>,
    /// The number of the first of them.
    first: u64,
}

/// Moments are this far apart: callers that come in between share one.
const MOMENT: Duration = Duration::from_millis(10);

/// One caller that came in. It counts until it is written or given up.
struct Counted {
    unwritten: Arc<Unwritten>,
    moment: u64,
}

impl Unwritten {
    fn count(self: &Arc<Self>) -> Counted {
        let now = Instant::now();
        let mut moments = self.moments.lock().unwrap_or_else(PoisonError::into_inner);
        match moments.waiting.back_mut() {
            Some((moment, count)) if now.duration_since(*moment) < MOMENT => *count += 1,
            _ => moments.waiting.push_back((now, 1)),
        }
        let moment = moments.first + moments.waiting.len() as u64 - 1;
        Counted { unwritten: Arc::clone(self), moment }
    }

    fn lag(&self) -> Duration {
        let moments = self.moments.lock().unwrap_or_else(PoisonError::into_inner);
        moments.waiting.front().map_or(Duration::ZERO, |(moment, _)| moment.elapsed())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut moments = self.unwritten.moments.lock().unwrap_or_else(PoisonError::into_inner);
        let place = usize::try_from(self.moment - moments.first).unwrap_or(usize::MAX);
        if let Some((_, count)) = moments.waiting.get_mut(place) {
            *count -= 1;
        }
        while moments.waiting.front().is_some_and(|(_, count)| *count == 0) {
            moments.waiting.pop_front();
            moments.first += 1;
        }
    }
}

impl<I: Send + 'static, O: Send + 'static> Ingest<I, O> {
    /// The way in, and the task that serves it. The task ends, with the queue
    /// written out, once every handle is gone.
    pub fn new<W>(writer: W) -> (Self, impl Future<Output = ()> + Send)
    where
        W: BatchWriter<Item = I, Outcome = O>,
    {
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        (Self { queue, unwritten: Arc::default() }, drain(writer, waiting))
    }

    /// Writes one item; returns once it would survive a power cut. Dropping the
    /// future after it has begun does not take the item back.
    ///
    /// # Errors
    ///
    /// [`Closed`] if the server is stopping; the item may or may not be written.
    pub async fn submit(&self, item: I) -> Result<O, Closed> {
        self.submit_all(vec![item]).await?.pop().ok_or(Closed)
    }

    /// Writes several items in one write, in order; one outcome per item.
    ///
    /// # Errors
    ///
    /// As [`Ingest::submit`].
    pub async fn submit_all(&self, items: Vec<I>) -> Result<Vec<O>, Closed> {
        let (written, outcomes) = oneshot::channel();
        let waiting = Waiting { items, written, counted: self.unwritten.count() };
        self.queue.send(waiting).await.map_err(|_| Closed)?;
        outcomes.await.map_err(|_| Closed)
    }

    /// How long the oldest caller whose items are not written yet has been here.
    pub fn lag(&self) -> Duration {
        self.unwritten.lag()
    }

    /// How many callers wait.
    pub fn depth(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }
}

async fn drain<W: BatchWriter>(
    mut writer: W,
    mut queue: mpsc::Receiver<Waiting<W::Item, W::Outcome>>,
) {
    while let Some(first) = queue.recv().await {
        let mut batch = Vec::new();
        let mut callers = Vec::new();
        let mut next = Some(first);
        while let Some(Waiting { items, written, counted }) = next {
            callers.push((items.len(), written, counted));
            batch.extend(items);
            next = if batch.len() < BATCH_MAX { queue.try_recv().ok() } else { None };
        }
        let count = batch.len();
        let outcomes = writer.write(batch).await;
        debug_assert_eq!(outcomes.len(), count, "one outcome per item");
        let mut outcomes = outcomes.into_iter();
        for (count, caller, _counted) in callers {
            // A caller that hung up has nothing left to learn.
            let _ = caller.send(outcomes.by_ref().take(count).collect());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tokio::sync::Semaphore;

    use super::*;

    struct Slow {
        turns: Arc<Semaphore>,
        batches: Arc<Mutex<Vec<Vec<u32>>>>,
    }

    impl BatchWriter for Slow {
        type Item = u32;
        type Outcome = u32;

        async fn write(&mut self, items: Vec<u32>) -> Vec<u32> {
            self.turns.acquire().await.unwrap().forget();
            self.batches.lock().unwrap().push(items.clone());
            items
        }
    }

    #[tokio::test]
    async fn what_gathers_during_one_write_is_the_next_in_order() {
        let turns = Arc::new(Semaphore::new(0));
        let batches = Arc::new(Mutex::new(Vec::new()));
        let writer = Slow { turns: Arc::clone(&turns), batches: Arc::clone(&batches) };
        let (ingest, task) = Ingest::new(writer);
        let task = tokio::spawn(task);

        // The writer waits for its turn, so everything else gathers behind it.
        let callers: Vec<_> = (0..=100)
            .map(|item| {
                let ingest = ingest.clone();
                tokio::spawn(async move { ingest.submit(item).await })
            })
            .collect();
        while ingest.depth() < 50 {
            tokio::task::yield_now().await;
        }
        let together = tokio::spawn({
            let ingest = ingest.clone();
            async move { ingest.submit_all(vec![101, 102, 103]).await }
        });
        while ingest.depth() < 50 {
            tokio::task::yield_now().await;
        }
        tokio::time::sleep(2 * MOMENT).await;
        assert!(ingest.lag() >= 2 * MOMENT, "what is under way counts");
        turns.add_permits(200);
        for (item, caller) in (0..=100).zip(callers) {
            assert_eq!(caller.await.unwrap(), Ok(item));
        }
        assert_eq!(together.await.unwrap(), Ok(vec![101, 102, 103]));
        assert_eq!(ingest.lag(), Duration::ZERO);
        drop(ingest);
        task.await.unwrap();
        let written: Vec<u32> = batches.lock().unwrap().concat();
        assert_eq!(written, (0..=103).collect::<Vec<_>>());
        assert!(batches.lock().unwrap().len() < 50, "many items share a write");
    }
}
