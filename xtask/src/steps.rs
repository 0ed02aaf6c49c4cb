//! The account of a long run: every step is named, timed and kept; a table and one line close it.
//!
//! A step that fails does not end the run: who reads the table wants to know all that is wrong.

use std::time::{Duration, Instant};

/// Why a step did not pass.
pub enum Stop {
    /// It went wrong; the sentence says what and what to do.
    Failed(String),
    /// It could not be tried here; the sentence says why.
    Skipped(String),
}

impl From<String> for Stop {
    fn from(reason: String) -> Self {
        Self::Failed(reason)
    }
}

/// What a step gives back.
pub type Outcome = Result<(), Stop>;

struct Line {
    name: String,
    took: Duration,
    outcome: Outcome,
}

/// The steps run so far.
#[derive(Default)]
pub struct Steps {
    lines: Vec<Line>,
}

impl Steps {
    /// Runs one step and keeps its outcome and time; `true` if it passed.
    pub fn step(&mut self, name: &str, work: impl FnOnce() -> Outcome) -> bool {
        println!("\n== {name}");
        let begun = Instant::now();
        let outcome = work();
        let took = begun.elapsed();
        match &outcome {
            Ok(()) => println!("-- {name}: passed, {:.1} s", took.as_secs_f64()),
            Err(Stop::Failed(reason)) => println!("-- {name}: FAILED, {reason}"),
            Err(Stop::Skipped(reason)) => println!("-- {name}: skipped, {reason}"),
        }
        let passed = outcome.is_ok();
        self.lines.push(Line { name: name.to_owned(), took, outcome });
        passed
    }

    /// Prints the table, the reasons and, as the last line, the count.
    ///
    /// # Errors
    /// An empty text if any step failed: all has been said by then.
    pub fn finish(self) -> Result<(), String> {
        println!("\n{:>8}  step", "seconds");
        for line in &self.lines {
            let word = match line.outcome {
                Ok(()) => "",
                Err(Stop::Failed(_)) => "  FAILED",
                Err(Stop::Skipped(_)) => "  skipped",
            };
            println!("{:>8.1}  {}{word}", line.took.as_secs_f64(), line.name);
        }
        let total: Duration = self.lines.iter().map(|line| line.took).sum();
        println!("{:>8.1}  in all\n", total.as_secs_f64());
        let (mut passed, mut failed, mut skipped) = (0_usize, 0_usize, 0_usize);
        for line in &self.lines {
            match &line.outcome {
                Ok(()) => passed = passed.saturating_add(1),
                Err(Stop::Failed(reason)) => {
                    failed = failed.saturating_add(1);
                    println!("failed   {}: {reason}", line.name);
                }
                Err(Stop::Skipped(reason)) => {
                    skipped = skipped.saturating_add(1);
                    println!("skipped  {}: {reason}", line.name);
                }
            }
        }
        let aside = if skipped == 0 { String::new() } else { format!(", {skipped} skipped") };
        println!("{passed} passed, {failed} failed{aside}");
        if failed == 0 { Ok(()) } else { Err(String::new()) }
    }
}
