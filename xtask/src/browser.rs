//! Chromium and its driver: for the wasm tests in a browser and for the page's own. Firefox, for the page's main path.
//!
//! `EARNMARK_CHROMIUM`, `CHROMEDRIVER` and `EARNMARK_FIREFOX` name others than the usual ones. `webdriver.json` holds how
//! Chromium is started; where it lies elsewhere, a copy with its place goes to `target/`.

use crate::{apt, shell};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

const USUAL: &str = "/usr/bin/chromium";

/// A browser that can be driven.
pub struct Browser {
    chromium: PathBuf,
    driver: PathBuf,
}

impl Browser {
    /// The browser on this machine, if there is one with a driver.
    pub fn present() -> Option<Self> {
        let chromium =
            named("EARNMARK_CHROMIUM").or_else(|| first(&["chromium", "chromium-browser", "google-chrome"]))?;
        let driver = named("CHROMEDRIVER").or_else(|| first(&["chromedriver"]))?;
        Some(Self { chromium, driver })
    }

    /// The browser on this machine, installed if it can be.
    ///
    /// # Errors
    /// A sentence that says how to get one.
    pub fn ensure() -> Result<Self, String> {
        if let Some(browser) = Self::present() {
            shell::say(&format!("browser: {}, driven by {}", browser.chromium.display(), browser.driver.display()));
            return Ok(browser);
        }
        let help = "install Chromium and chromedriver, or name them in EARNMARK_CHROMIUM and CHROMEDRIVER";
        apt::install(&["chromium", "chromium-driver"]).map_err(|reason| format!("no browser: {reason}; {help}"))?;
        Self::present().ok_or_else(|| format!("no browser after its installation: {help}"))
    }

    /// Tells the runner of the wasm tests to use this browser.
    ///
    /// # Errors
    /// `webdriver.json` cannot be read, or its copy not be written.
    pub fn for_wasm_tests(&self, cargo: &mut Command) -> Result<(), String> {
        // In a worker, as the page has the engine: the driver gives up on a page that says nothing for half a minute.
        cargo.env("WASM_BINDGEN_USE_DEDICATED_WORKER", "1").env("WASM_BINDGEN_TEST_TIMEOUT", "300");
        cargo.env("CHROMEDRIVER", &self.driver);
        if self.chromium != Path::new(USUAL) {
            cargo.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", self.webdriver_json()?);
        }
        Ok(())
    }

    /// Tells the page's tests where the browser is.
    pub fn for_page_tests(&self, npm: &mut Command) {
        npm.env("EARNMARK_CHROMIUM", &self.chromium).env("CHROMEDRIVER", &self.driver);
    }

    fn webdriver_json(&self) -> Result<PathBuf, String> {
        let usual = shell::root().join("webdriver.json");
        let copy = shell::root().join("target/webdriver.json");
        let text = std::fs::read_to_string(&usual).map_err(|error| format!("{}: {error}", usual.display()))?;
        let place = self.chromium.display().to_string().replace('\\', "/");
        std::fs::write(&copy, text.replace(USUAL, &place)).map_err(|error| format!("{}: {error}", copy.display()))?;
        Ok(copy)
    }
}

/// A Firefox, which is driven without a driver.
pub struct Firefox(PathBuf);

impl Firefox {
    fn present() -> Option<Self> {
        named("EARNMARK_FIREFOX").or_else(|| first(&["firefox-esr", "firefox"])).map(Self)
    }

    /// The Firefox on this machine, installed if it can be.
    ///
    /// # Errors
    /// A sentence that says how to get one.
    pub fn ensure() -> Result<Self, String> {
        if let Some(firefox) = Self::present() {
            shell::say(&format!("Firefox: {}", firefox.0.display()));
            return Ok(firefox);
        }
        let help = "install Firefox, or name it in EARNMARK_FIREFOX";
        apt::install(&["firefox-esr"]).map_err(|reason| format!("no Firefox: {reason}; {help}"))?;
        Self::present().ok_or_else(|| format!("no Firefox after its installation: {help}"))
    }

    /// Tells the page's tests where it is.
    pub fn for_page_tests(&self, npm: &mut Command) {
        npm.env("EARNMARK_FIREFOX", &self.0);
    }
}

fn named(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from).filter(|path| path.is_file())
}

fn first(names: &[&str]) -> Option<PathBuf> {
    names.iter().find_map(|name| shell::which(name))
}
