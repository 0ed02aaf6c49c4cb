//! The library of plans under `rules/`: every file loads, nothing is found in any of them, and all of their tests hold.
#![expect(clippy::panic, reason = "a test fails by panicking")]

use earnmark::Folder;
use earnmark::project::test_folder;
use std::path::Path;

#[test]
fn every_plan_holds_and_is_tested() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let scripts = std::fs::read_dir(&folder).unwrap().filter_map(Result::ok);
    let scripts = scripts.filter(|file| file.path().extension().is_some_and(|ending| ending == "rhai")).count();
    holds_and_is_tested(&Folder::read_scripts(&folder).unwrap(), scripts);
}

/// One plan a file, none left out and none a module: nothing is found in any, each has tests, and all of them hold.
fn holds_and_is_tested(folder: &Folder, scripts: usize) {
    let trials = match test_folder(folder, &[]) {
        Ok(trials) => trials,
        Err(refused) => panic!("{:#?}", refused.findings),
    };
    assert!(trials.warnings.is_empty(), "{:#?}", trials.warnings);
    assert_eq!(trials.plans.len(), scripts, "{:?}", trials.plans);
    for plan in &trials.plans {
        assert!(trials.tested.iter().any(|tested| tested.plan == *plan), "`{plan}` has no test");
    }
    let findings: Vec<_> = trials.tested.iter().flat_map(|tested| tested.findings()).collect();
    assert!(findings.is_empty(), "{findings:#?}");
}

/// What a person who chooses needs: one line for a list, when to use it, where to begin.
#[test]
fn every_plan_says_when_to_use_it_and_what_to_change_first() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    for file in std::fs::read_dir(&folder).unwrap().filter_map(Result::ok).map(|file| file.path()) {
        if file.extension().is_none_or(|ending| ending != "rhai") {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let head: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//")).map(str::trim).collect();
        let (name, line) = head.first().unwrap().split_once(": ").unwrap();
        assert!(!name.is_empty() && line.len() >= 40 && line.ends_with('.'), "{}: {line}", file.display());
        let place = |start: &str| head.iter().position(|line| line.starts_with(start));
        let (when, change) = (place("When: "), place("Change first: "));
        assert!(head.get(1) == Some(&"") && when == Some(2) && change > when, "{}: {head:?}", file.display());
    }
}

/// Every script of `docs/recipes.md` behind the first line that the page names, in a project with the columns that it names.
#[test]
fn every_recipe_loads_and_its_tests_hold() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/recipes.md")).unwrap();
    let code = |part: &str| -> Vec<String> {
        let mut blocks = vec![String::new()];
        for line in part.lines() {
            match line.strip_prefix("    ") {
                Some(line) => blocks.last_mut().unwrap().extend([line, "\n"]),
                None if line.is_empty() => blocks.last_mut().unwrap().push('\n'),
                None => blocks.push(String::new()),
            }
        }
        blocks.into_iter().filter(|block| !block.trim().is_empty()).collect()
    };
    let (introduction, recipes) = page.split_once("\n## ").unwrap();
    let introduced = code(introduction);
    let [first, columns] = introduced.as_slice() else { panic!("{introduced:#?}") };
    let mut folder = Folder::default();
    folder
        .put("earnmark.toml", format!("format = 1\ncompany = {{ name = \"Recipes\", currency = \"USD\" }}\n{columns}"));
    let recipes: Vec<&str> = recipes.split("\n### ").skip(1).collect();
    for (number, recipe) in recipes.iter().enumerate() {
        let blocks = code(recipe);
        let [script] = blocks.as_slice() else { panic!("one script a recipe: {recipe}") };
        let first = first.trim().replace("Recipes", &format!("Recipe {number}"));
        folder.put(format!("rules/recipe-{number}.rhai"), format!("{first}\n{script}"));
    }
    holds_and_is_tested(&folder, recipes.len());
}
