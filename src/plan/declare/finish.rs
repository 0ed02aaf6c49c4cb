//! What only the whole plan can show.

use crate::plan::elaborate::Elaborator;

impl Elaborator<'_> {
    /// Checks that need every declaration of the script.
    pub(in crate::plan) fn finish(&mut self) {
        self.rules_apart();
    }
}
