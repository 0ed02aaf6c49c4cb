//! Findings as the terminal shows them: the first line says enough, then the place, the cause and the help.

use crate::domain::diagnostic::{Diagnostic, Place, Severity};
use crate::domain::texts::Texts;
use crate::project::Refused;
use crate::report::answers::findings;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

/// So many findings are shown in the terminal: nobody reads on.
const MOST: usize = 200;

/// Tells the findings on stderr, with a last line that counts them; as JSON where the results are.
pub fn tell(refused: &Refused, as_json: bool) {
    if as_json && let Ok(text) = serde_json::to_string_pretty(&findings(refused)) {
        anstream::eprintln!("{text}");
        return;
    }
    let errors = refused.findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    for finding in refused.findings.iter().take(MOST) {
        anstream::eprintln!("{}\n", rendered(finding, &refused.texts));
    }
    let more = refused.findings.len().saturating_sub(MOST);
    if more > 0 {
        anstream::eprintln!("{more} more findings are not shown; `--format json` has them all\n");
    }
    if errors > 0 {
        let noun = if errors == 1 { "error" } else { "errors" };
        anstream::eprintln!("{errors} {noun}; nothing was computed and nothing was written");
    }
}

/// One finding as text with colours; the stream takes them away where there is no terminal.
pub fn rendered(finding: &Diagnostic, texts: &Texts) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(clean(&finding.message)).id(finding.code.word());
    let mut group = Group::with_title(title);
    match &finding.place {
        Place::Text(span) => {
            if let Some(text) = texts.get(&span.file) {
                let primary = AnnotationKind::Primary.span(span.start..span.end.max(span.start));
                let primary = match &finding.label {
                    Some(label) => primary.label(clean(label)),
                    None => primary,
                };
                let mut snippet = Snippet::source(text).path(&*span.file).annotation(primary);
                for label in finding.labels.iter().filter(|label| label.span.file == span.file) {
                    let at = label.span.start..label.span.end.max(label.span.start);
                    snippet = snippet.annotation(AnnotationKind::Context.span(at).label(clean(&label.text)));
                }
                group = group.element(snippet);
            }
        }
        Place::Cell(cell) => {
            let column = if cell.column.is_empty() { String::new() } else { format!(" {}", cell.column) };
            let value = if cell.value.is_empty() { String::new() } else { format!(" {:?}", cell.value) };
            group = group.element(Origin::path(clean(&format!("{}:{}{column}{value}", cell.file, cell.row))));
        }
        Place::File(file) => group = group.element(Origin::path(clean(file))),
        Place::None => {}
    }
    for text in &finding.notes {
        group = group.element(Level::NOTE.message(clean(text)));
    }
    if let Some(why) = &finding.why {
        group = group.element(Level::NOTE.with_name("why").message(clean(why)));
    }
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(clean(help)));
    }
    Renderer::styled().render(&[group])
}

/// Text from files without the control characters that a terminal would obey, those of direction among them: they would
/// show an id as another one.
pub fn clean(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let kept = |c: char| if (c.is_control() && c != '\n') || turns(c) { char::REPLACEMENT_CHARACTER } else { c };
    text.chars().map(kept).collect()
}
