//! The plans of `rules/`, embedded: what a new plan starts from, in the terminal and on the page.
//!
//! The head comment of each says what it is, `When:` to use it, and what to `Change first:`.

/// A plan of the library.
#[derive(Clone, Copy, Debug)]
pub struct Template {
    /// The name of its file, without the ending.
    pub name: &'static str,
    /// The script.
    pub plan: &'static str,
}

macro_rules! templates {
    ($($name:literal)*) => {
        [$(Template { name: $name, plan: include_str!(concat!("../rules/", $name, ".rhai")) }),*]
    };
}

/// All of them: the one to learn from first, the others by name.
pub const TEMPLATES: [Template; 15] = templates! {
    "starter"
    "account-management"
    "contest"
    "draw"
    "hardware-margin"
    "new-hire"
    "objectives"
    "partners"
    "pay-on-cash"
    "renewals-residuals"
    "retroactive-quarter"
    "sales-development"
    "sales-management"
    "software-sales"
    "team-pool"
};

impl Template {
    /// What it is called.
    #[must_use]
    pub fn title(&self) -> &'static str {
        let first = self.plan.lines().next().unwrap_or_default().trim_start_matches(['/', ' ']);
        first.split_once(": ").map_or(first, |(title, _)| title)
    }

    /// What it is for, in one line.
    #[must_use]
    pub fn description(&self) -> &'static str {
        let first = self.plan.lines().next().unwrap_or_default();
        first.split_once(": ").map_or(first, |(_, line)| line)
    }

    /// When to use it.
    #[must_use]
    pub fn when(&self) -> String {
        self.paragraph("When: ")
    }

    /// What to change first.
    #[must_use]
    pub fn change_first(&self) -> String {
        self.paragraph("Change first: ")
    }

    /// The lines of the head comment from a word on, to the next one or the end of the comment.
    fn paragraph(&self, word: &str) -> String {
        let head = self.plan.lines().map_while(|line| line.strip_prefix("//")).map(str::trim);
        let mut lines = head.skip_while(|line| !line.starts_with(word));
        let first = lines.next().and_then(|line| line.strip_prefix(word)).unwrap_or_default().to_owned();
        lines
            .take_while(|line| !line.is_empty() && !line.starts_with("Change first: "))
            .fold(first, |text, line| format!("{text} {line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_says_what_it_is_when_to_use_it_and_what_to_change_first() {
        for template in TEMPLATES {
            let told = [template.title(), template.description(), &template.when(), &template.change_first()];
            assert!(told.iter().all(|text| text.len() > 3), "{}: {told:?}", template.name);
            assert!(template.when().ends_with(['.', ')']), "{}: {}", template.name, template.when());
            assert!(!template.when().contains("Change first"), "{}", template.name);
        }
        let draw = TEMPLATES[3];
        assert_eq!(draw.title(), "Draw against commission");
        assert!(draw.when().starts_with("where deals are large and months apart, and pay should come evenly. What"));
    }
}
