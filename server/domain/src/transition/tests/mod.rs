//! What must hold of whole lives, then each rule as a sentence.

mod clocks;
mod incidents;
mod ledger;
mod limits;
mod lives;
mod ownership;
mod people;
mod replay;
mod runs;
mod silence;
mod slots;
mod thresholds;
mod zones;
