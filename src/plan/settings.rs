//! The registry of declarations and their settings: what each takes, its default, what it means.
//!
//! One list serves the check of names, completion and the reference, so that they cannot disagree.

mod component;
mod credit;
mod rules;

/// A setting of a declaration.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// What may stand there.
    pub takes: &'static str,
    /// What holds without it; empty for a required one.
    pub default: &'static str,
    /// What it means.
    pub doc: &'static str,
    /// What may stand in its `#{ … }`; empty where it takes none, or any names.
    pub keys: &'static [Setting],
}

impl Setting {
    /// Whether it must be given.
    #[must_use]
    pub fn required(&self) -> bool {
        self.default.is_empty()
    }

    /// The same setting with `#{ … }`.
    const fn keys(self, keys: &'static [Setting]) -> Self {
        Self { keys, ..self }
    }
}

const fn setting(name: &'static str, takes: &'static str, default: &'static str, doc: &'static str) -> Setting {
    Setting { name, takes, default, doc, keys: &[] }
}

/// A declaration.
#[derive(Clone, Copy, Debug)]
pub struct Declaration {
    /// Its name.
    pub name: &'static str,
    /// What it declares.
    pub doc: &'static str,
    /// Its settings.
    pub settings: &'static [Setting],
}

impl Declaration {
    /// The setting of a name.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&'static Setting> {
        self.settings.iter().find(|setting| setting.name == name)
    }

    /// One of them, in a sentence: `a bonus`, `an override`, `objectives`.
    #[must_use]
    pub fn one(&self) -> String {
        match self.name {
            "objectives" => self.name.to_owned(),
            "override" => format!("an {}", self.name),
            _ => format!("a {}", self.name),
        }
    }

    /// That of the script, in a sentence: `this bonus`, `these objectives`.
    #[must_use]
    pub fn this(&self) -> String {
        let word = if self.name == "objectives" { "these" } else { "this" };
        format!("{word} {}", self.name)
    }

    /// `has`, or `have`: as its name is one or many.
    #[must_use]
    pub fn has(&self) -> &'static str {
        if self.name == "objectives" { "have" } else { "has" }
    }
}

/// The names of all declarations with settings.
pub const DECLARATIONS: [&str; 13] = [
    "plan",
    "measure",
    "commission",
    "spiff",
    "bonus",
    "objectives",
    "override",
    "pool",
    "residual",
    "cap",
    "draw",
    "guarantee",
    "clawback",
];

/// The declaration of a test, whose lines are words of its payee: see [`super::declare::TEST_WORDS`].
pub const TEST: &str = "test";

const fn declared(name: &'static str, doc: &'static str, settings: &'static [Setting]) -> Declaration {
    Declaration { name, doc, settings }
}

/// All declarations with settings.
pub const REGISTRY: [Declaration; 13] = [
    declared("plan", "What the plan is called, its currency and its days. Once, first.", credit::PLAN),
    declared("measure", "What is credited, and towards what.", credit::MEASURE),
    declared("commission", "Pays on each credit of the payee's own.", component::COMMISSION),
    declared("spiff", "Pays on each deal, often for a time.", component::SPIFF),
    declared("bonus", "Pays a payee for a period.", component::BONUS),
    declared("objectives", "Pays a payee for objectives met in a period.", component::OBJECTIVES),
    declared("override", "Pays a manager on what a team was credited, or earned.", component::OVERRIDE),
    declared(
        "pool",
        "Works an amount once and divides it: over everybody together, also where it is on a measure or component that each follows alone, and against the quota of all. What it reads in its amount is the same for all.",
        component::POOL,
    ),
    declared("residual", "Pays a deal again and again, by instalments.", component::RESIDUAL),
    declared(
        "cap",
        "Limits what components pay together, after their own limits: of two caps the one across fewer components first.",
        rules::CAP,
    ),
    declared("draw", "Tops pay up, or advances it; what was advanced is owed.", rules::DRAW),
    declared("guarantee", "Tops pay up; nothing is owed.", rules::GUARANTEE),
    declared("clawback", "Takes back what a deal earned when something happens to it.", rules::CLAWBACK),
];

/// The declaration of a name.
#[must_use]
pub fn declaration(name: &str) -> Option<&'static Declaration> {
    REGISTRY.iter().find(|declaration| declaration.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_names_is_that_of_the_registry() {
        assert_eq!(REGISTRY.map(|declaration| declaration.name), DECLARATIONS);
        for declaration in REGISTRY {
            let mut names: Vec<&str> = declaration.settings.iter().map(|setting| setting.name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), declaration.settings.len(), "{}", declaration.name);
        }
    }
}
