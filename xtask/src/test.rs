//! The steps of `setup`, `wasm-test` and `test`, in their order.
//!
//! A step whose ground is missing (no compiler for wasm, no npm packages, no browser) is skipped with
//! that reason; the step that should have laid the ground has failed or said why it could not.

use crate::browser::{Browser, Firefox};
use crate::steps::{Outcome, Steps, Stop};
use crate::wasm::{TARGET, Way};
use crate::{bindgen, page, shell, size};

/// `cargo xtask setup`
///
/// # Errors
/// A step failed.
pub fn setup() -> Result<(), String> {
    let mut steps = Steps::default();
    Ground::lay(&mut steps, true).lay_bindgen(&mut steps);
    steps.finish()
}

/// `cargo xtask wasm-test`
///
/// # Errors
/// A step failed.
pub fn wasm_only() -> Result<(), String> {
    let mut steps = Steps::default();
    let mut ground = Ground::lay(&mut steps, false);
    ground.lay_bindgen(&mut steps);
    wasm_tests(&mut steps, &ground);
    steps.finish()
}

/// `cargo xtask test`
///
/// # Errors
/// A step failed.
pub fn everything() -> Result<(), String> {
    let mut steps = Steps::default();
    let mut ground = Ground::lay(&mut steps, true);
    let mut built = false;
    steps.beside(
        |steps| {
            ground.lay_bindgen(steps);
            wasm_tests(steps, &ground);
            built = the_page(steps, &ground);
        },
        native,
    );
    // Beside nothing but what stands back, for it waits for screens.
    let beside = |steps: &mut Steps| {
        steps.step("model of pay", model);
    };
    steps.beside(beside, |steps| page_in_browser(steps, &ground, built));
    steps.finish()
}

/// What the steps stand on.
struct Ground {
    way: Option<Way>,
    browser: Option<Browser>,
    firefox: Option<Firefox>,
    npm: bool,
}

impl Ground {
    /// Installs what is missing but for wasm-bindgen, one step for each part.
    fn lay(steps: &mut Steps, with_page: bool) -> Self {
        let (mut way, mut browser, mut firefox) = (None, None, None);
        steps.step("setup: library for wasm", || {
            let found = Way::ensure()?;
            shell::say(found.describe());
            way = Some(found);
            Ok(())
        });
        steps.step("setup: browser", || {
            browser = Some(Browser::ensure().map_err(Stop::Skipped)?);
            Ok(())
        });
        if with_page {
            steps.step("setup: Firefox", || {
                firefox = Some(Firefox::ensure().map_err(Stop::Skipped)?);
                Ok(())
            });
        }
        let npm = with_page && steps.step("setup: npm packages", || Ok(page::packages()?));
        Self { way, browser, firefox, npm }
    }

    /// wasm-bindgen's command, which takes minutes to build the first time.
    fn lay_bindgen(&mut self, steps: &mut Steps) {
        if !steps.step("setup: wasm-bindgen", || Ok(bindgen::ensure()?)) {
            self.way = None;
        }
    }

    fn wasm(&self) -> Result<&Way, Stop> {
        self.way.as_ref().ok_or_else(|| missing("the compiler for wasm or wasm-bindgen"))
    }

    fn browser(&self) -> Result<&Browser, Stop> {
        self.browser.as_ref().ok_or_else(|| missing("a browser with its driver"))
    }

    fn firefox(&self) -> Result<&Firefox, Stop> {
        self.firefox.as_ref().ok_or_else(|| missing("Firefox"))
    }

    fn npm(&self) -> Outcome {
        if self.npm { Ok(()) } else { Err(missing("the npm packages")) }
    }
}

fn missing(what: &str) -> Stop {
    Stop::Skipped(format!("it needs {what}: see the setup steps"))
}

/// Format, lints and native tests, those in the documentation among them; then its links.
fn native(steps: &mut Steps) {
    let cargo = |arguments: &[&str]| -> Outcome { Ok(shell::run(shell::cargo().args(arguments))?) };
    steps.step("format", || cargo(&["fmt", "--all", "--check"]));
    steps.step("lints", || cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]));
    steps.step("tests, native", || cargo(&["test", "--workspace", "--no-fail-fast"]));
    steps.step("documentation", || {
        let mut doc = shell::cargo();
        doc.env("RUSTDOCFLAGS", "-D warnings -A rustdoc::private_intra_doc_links").args([
            "doc",
            "--lib",
            "--no-deps",
            "--document-private-items",
        ]);
        Ok(shell::run(&mut doc)?)
    });
}

/// How many random companies the model and the engine work, the same in every run.
const COMPANIES: &str = "2000";

/// The model of pay under `tests/model`, which shares no code with the engine: over worked examples by itself, then over
/// random companies beside the engine.
///
/// It takes what other work leaves of the processors, where the machine knows how.
fn model() -> Outcome {
    if shell::which("python3").is_none() {
        return Err(Stop::Skipped("it needs python3: install it to compare the engine with its model".to_owned()));
    }
    shell::run(shell::program("python3").arg("tests/model/selfcheck.py"))?;
    // As the tests build it: alone it would be built anew, with every crate of its own features.
    shell::run(shell::cargo().args(["test", "--workspace", "--no-run"]))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| shell::root().join("target"), Into::into);
    let engine = target.join("debug").join(format!("earnmark{}", std::env::consts::EXE_SUFFIX));
    let mut run = match shell::which("nice") {
        Some(_) => {
            let mut nice = shell::program("nice");
            nice.args(["-n", "19", "python3"]);
            nice
        }
        None => shell::program("python3"),
    };
    run.arg("tests/model/run.py").arg("--bin").arg(engine).args(["--count", COMPANIES, "--seed", "1", "--jobs", "2"]);
    Ok(shell::run(&mut run)?)
}

/// The tests of `tests/wasm.rs`, in Node and in a browser.
fn wasm_tests(steps: &mut Steps, ground: &Ground) {
    let test = |in_browser: bool| -> Outcome {
        if !there_are_wasm_tests() {
            return Err(Stop::Skipped("tests/wasm.rs is not there".to_owned()));
        }
        let mut cargo = ground.wasm()?.cargo("test");
        cargo.args(["--test", "wasm"]);
        cargo.env(runner_variable(), bindgen::test_runner());
        if in_browser {
            ground.browser()?.for_wasm_tests(&mut cargo)?;
        }
        Ok(shell::run(&mut cargo)?)
    };
    // The measurements compile there too: nothing else in a test run would see them.
    steps.step("benches for wasm", || {
        let mut cargo = ground.wasm()?.cargo("check");
        Ok(shell::run(cargo.args(["--bench", "formulas"]))?)
    });
    steps.step("tests, wasm in Node", || test(false));
    steps.step("tests, wasm in Chromium", || test(true));
}

fn there_are_wasm_tests() -> bool {
    shell::root().join("tests/wasm.rs").is_file()
}

/// Cargo's variable for the program that runs what was built for the target.
pub fn runner_variable() -> String {
    format!("CARGO_TARGET_{}_RUNNER", TARGET.to_uppercase().replace('-', "_"))
}

/// The page: its engine, lints, tests, build; `true` if there is a page to walk through.
fn the_page(steps: &mut Steps, ground: &Ground) -> bool {
    let npm = |script: &str| -> Outcome {
        ground.npm()?;
        Ok(shell::run(shell::npm().args(["run", script]))?)
    };
    let engine_built = steps.step("engine for the browser (www/pkg)", || Ok(page::engine(ground.wasm()?)?));
    let with_engine = |script: &str| {
        if engine_built { npm(script) } else { Err(Stop::Skipped("the engine was not built: see above".to_owned())) }
    };
    steps.step("page: lints", || npm("lint"));
    steps.step("page: tests", || npm("test"));
    steps.step("npm package", || with_engine("package"));
    steps.step("page: build (www/dist)", || with_engine("build"))
}

/// A walk through the page in a browser, and what it weighs.
fn page_in_browser(steps: &mut Steps, ground: &Ground, built: bool) {
    let needs_page = || {
        if built { Ok(()) } else { Err(Stop::Skipped("the page was not built: see above".to_owned())) }
    };
    steps.step("page: in a browser", || {
        needs_page()?;
        let mut npm = shell::npm();
        ground.browser()?.for_page_tests(&mut npm);
        // The command that the native tests built: the page's digests are compared with its own.
        npm.env("EARNMARK_BIN", shell::root().join("target/debug/earnmark"));
        Ok(shell::run(npm.args(["run", "e2e"]))?)
    });
    steps.step("page: main path in Firefox", || {
        needs_page()?;
        let mut npm = shell::npm();
        ground.firefox()?.for_page_tests(&mut npm);
        // What Firefox shows is compared with what Chromium shows.
        ground.browser()?.for_page_tests(&mut npm);
        Ok(shell::run(npm.args(["run", "e2e:firefox"]))?)
    });
    steps.step("page: size", || {
        needs_page()?;
        Ok(size::print()?)
    });
}
