//! The plans of `rules/` as projects to start from: each with the sample data beside it, and settings made from both.

use super::out::Written;
use super::{Everywhere, Failure, Format, commands, print, usage_of};
use crate::domain::diagnostic::nearest;
use crate::templates::{TEMPLATES, Template};
use serde::Serialize;

/// The settings of the library: they declare the columns and roles that its plans read beyond the standard ones.
const LIBRARY: &str = include_str!("../../rules/earnmark.toml");

const HEAD: &str = "# What this company's files are called and which of their columns mean what. `earnmark check` says what is wrong with it.
format = 1

[company]
name = \"My company\"
currency = \"USD\"
";

/// The sample data that a plan of the library needs: files of `data/` by the kind of fact that each holds.
type Data = &'static [(&'static str, &'static str)];

macro_rules! data {
    ($($name:literal: $($kind:literal)*;)*) => {
        &[$(($name, &[$(($kind, include_str!(concat!("../../rules/data/", $name, "/", $kind, ".csv")))),*])),*]
    };
}

const DATA: &[(&str, Data)] = data! {
    "starter": "deals" "lines";
    "account-management": "deals" "events" "quotas";
    "contest": "deals";
    "draw": "deals" "payees" "quotas";
    "hardware-margin": "deals";
    "new-hire": "deals" "payees" "quotas";
    "objectives": "deals" "payees" "scores" "metrics";
    "partners": "deals" "events" "payees" "lines";
    "pay-on-cash": "deals" "events";
    "renewals-residuals": "deals" "events";
    "retroactive-quarter": "deals" "events" "quotas";
    "sales-development": "deals" "shares" "quotas";
    "sales-management": "deals" "lines" "quotas";
    "software-sales": "deals" "events" "quotas";
    "team-pool": "deals" "payees";
};

/// The lines of a section of the library's settings, to its blank line or the end.
fn section(name: &str) -> impl Iterator<Item = &'static str> {
    let mut lines = LIBRARY.lines();
    let heading = format!("[{name}]");
    lines.find(|line| *line == heading);
    lines.take_while(|line| !line.is_empty())
}

/// A row of the list.
#[derive(Serialize)]
struct Listed {
    template: &'static str,
    description: &'static str,
}

/// A plan of the library with its data, as a project.
pub struct Starting {
    template: Template,
    data: Data,
}

impl Starting {
    /// The template of a name.
    ///
    /// # Errors
    /// There is none: the nearest name and all of them are told.
    pub fn named(name: &str) -> Result<Self, Failure> {
        let Some(template) = TEMPLATES.into_iter().find(|template| template.name == name) else {
            let names = TEMPLATES.map(|template| template.name);
            let near = nearest(name, names).map(|near| format!("did you mean `{near}`? "));
            let help = format!("{}there are: {}", near.unwrap_or_default(), names.join(", "));
            return Err(usage_of(format!("there is no template `{name}`"), &help));
        };
        let data = DATA.iter().find(|(of, _)| *of == name).map_or(&[] as Data, |(_, data)| data);
        Ok(Self { template, data })
    }

    /// The project: settings, the plan as the library has it, the data.
    pub fn files(&self) -> Vec<Written> {
        let Template { name, plan } = self.template;
        let mut files = vec![
            Written::new("earnmark.toml", self.settings()),
            Written::new(format!("rules/{name}.rhai"), plan.to_owned()),
        ];
        let data = self.data.iter().map(|(kind, text)| Written::new(format!("data/{kind}.csv"), (*text).to_owned()));
        files.extend(data);
        files
    }

    /// Every column is called what it means; of what the library declares, that which this data has.
    fn settings(&self) -> String {
        let mut text = HEAD.to_owned();
        for (kind, data) in self.data {
            let columns: Vec<&str> = data.lines().next().unwrap_or_default().split(',').collect();
            let name = |line: &str| line.split(" = ").next().is_some_and(|name| columns.contains(&name));
            let own: Vec<&str> = section(&format!("columns.{kind}")).filter(|line| name(line)).collect();
            if !own.is_empty() {
                text.push_str(&format!("\n[columns.{kind}]\n{}\n", own.join("\n")));
            }
            if columns.contains(&"role") {
                text.push_str(&format!("\n[roles]\n{}\n", section("roles").collect::<Vec<_>>().join("\n")));
            }
        }
        for (kind, data) in self.data {
            let columns = data.lines().next().unwrap_or_default().split(',');
            let columns: Vec<String> = columns.map(|name| format!("{name} = \"{name}\"")).collect();
            text.push_str(&format!("\n[{kind}]\nfile = \"{kind}.csv\"\ncolumns = {{ {} }}\n", columns.join(", ")));
        }
        text
    }
}

/// Prints the templates with what each is for.
pub fn list(everywhere: &Everywhere) -> Result<(), Failure> {
    let rows = TEMPLATES.into_iter().map(|one| Listed { template: one.name, description: one.description() });
    let rows: Vec<Listed> = rows.collect();
    match everywhere.format {
        Format::Json => print(&commands::json(&rows)?),
        Format::Csv => {
            let lines = rows.iter().map(|row| format!("{},\"{}\"\n", row.template, row.description));
            print(&format!("template,description\n{}", lines.collect::<String>()))
        }
        Format::Table => {
            let lines = rows.iter().map(|row| format!("{:<20} {}\n", row.template, row.description));
            print(&lines.collect::<String>())
        }
    }
}
