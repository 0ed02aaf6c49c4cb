//! The calls for JavaScript: a thin skin over [`Session`]. Plain values in, JSON text out.
//!
//! A call that cannot be answered throws an error whose message is a JSON list of findings; nothing panics.

use crate::report::answers::WhatIfDeal;
use crate::session::Session;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::*;

/// The engine: one open project.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Engine(Session);

fn json<T: Serialize>(value: &T) -> Result<String, JsError> {
    serde_json::to_string(value).map_err(|error| JsError::new(&error.to_string()))
}

fn answer<T: Serialize, E: Serialize>(result: Result<T, E>) -> Result<String, JsError> {
    match result {
        Ok(value) => json(&value),
        Err(findings) => Err(JsError::new(&json(&findings)?)),
    }
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, JsError> {
    serde_json::from_str(text).map_err(|error| JsError::new(&error.to_string()))
}

/// How much memory a byte of a project's files comes to, with all statements: measured on CSV files.
const OF_A_BYTE: usize = 64;
/// The most that is taken at once.
const MOST_ROOM: usize = 512 * 1024 * 1024;

/// Takes the memory for what is to be opened in one piece, and gives it back to be used: page by page it would be asked for
/// thousands of times, and each time the browser looks at all that it keeps. What is not used costs nothing but addresses.
fn make_room(bytes: usize) {
    let mut room: Vec<u8> = Vec::new();
    if room.try_reserve_exact(bytes.saturating_mul(OF_A_BYTE).min(MOST_ROOM)).is_ok() {
        std::hint::black_box(&room);
    }
}

#[wasm_bindgen]
impl Engine {
    /// An engine with nothing open.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens the sample company: `Opened` as JSON.
    ///
    /// # Errors
    /// None that a user can cause.
    pub fn open_sample(&mut self) -> Result<String, JsError> {
        json(&self.0.open_sample())
    }

    /// Opens files, given as a list of objects with `path` and `bytes`: `Opened` as JSON. `opening` is an `Opening` as JSON,
    /// such as `{}`.
    ///
    /// # Errors
    /// An object that is not of that form.
    pub fn open_files(&mut self, files: js_sys::Array, opening: &str) -> Result<String, JsError> {
        let opening = serde_json::from_str(opening).map_err(|error| JsError::new(&error.to_string()))?;
        let files = taken(&files)?;
        make_room(files.iter().map(|(_, bytes)| bytes.len()).sum());
        json(&self.0.open_with(files, &opening))
    }

    /// The payouts of a project folder in a payout period or a range of them, as CSV; nothing is opened for it. Files are given as
    /// to `open_files`.
    ///
    /// # Errors
    /// Findings as JSON where something stands against the files or the run; an object that is not of that form.
    pub fn payouts_csv(files: js_sys::Array, period: &str) -> Result<String, JsError> {
        match Session::payouts_csv(taken(&files)?, period) {
            Ok(text) => Ok(text),
            Err(findings) => Err(JsError::new(&json(&findings)?)),
        }
    }

    /// The views of a payee in a payout period: a list of `PayView` as JSON.
    ///
    /// # Errors
    /// Findings as JSON where nothing is open or the period is not there.
    pub fn pay(&self, payee: &str, period: &str) -> Result<String, JsError> {
        answer(self.0.pay(payee, period))
    }

    /// The words of the plan language and the project's columns: `Language` as JSON.
    ///
    /// # Errors
    /// None that a user can cause.
    pub fn describe(&self) -> Result<String, JsError> {
        json(&self.0.describe())
    }

    /// The plans of the library: a list of `Template` as JSON.
    ///
    /// # Errors
    /// None that a user can cause.
    pub fn templates(&self) -> Result<String, JsError> {
        json(&self.0.templates())
    }

    /// The scripts of the project as opened: a list of `Script` as JSON.
    ///
    /// # Errors
    /// Findings as JSON where nothing is open.
    pub fn scripts(&self) -> Result<String, JsError> {
        answer(self.0.scripts())
    }

    /// All that is wrong with scripts: a list of `Finding` as JSON. `scripts` is a JSON list of files and texts.
    ///
    /// # Errors
    /// Findings as JSON where nothing is open.
    pub fn check(&self, scripts: &str) -> Result<String, JsError> {
        answer(self.0.check(read(scripts)?))
    }

    /// The tests of scripts, worked: `Tests` as JSON.
    ///
    /// # Errors
    /// Findings as JSON where nothing is open.
    pub fn tests(&self, scripts: &str) -> Result<String, JsError> {
        answer(self.0.tests(read(scripts)?))
    }

    /// What scripts would pay in a payout period, or in all of them where `period` is empty: `Tried` as JSON.
    ///
    /// # Errors
    /// Findings as JSON where nothing is open or the period is not there.
    pub fn try_scripts(&self, scripts: &str, period: &str) -> Result<String, JsError> {
        answer(self.0.try_scripts(read(scripts)?, period))
    }

    /// Tests made from what a payee earned in a payout period: a list of `MadeTest` as JSON.
    ///
    /// # Errors
    /// Findings as JSON where nothing is open, or the payee or the period is not there.
    pub fn make_test(&self, payee: &str, period: &str) -> Result<String, JsError> {
        answer(self.0.make_test(payee, period))
    }

    /// What two versions of the plans pay: `Comparison` as JSON. `a` and `b` are a `Version` as JSON, or `null` for the
    /// project as it was opened; `period` is a payout period, or empty for all of them.
    ///
    /// # Errors
    /// Findings as JSON where nothing is open or the period is not there.
    pub fn compare(&self, a: &str, b: &str, period: &str) -> Result<String, JsError> {
        answer(self.0.compare(read(a)?, read(b)?, period))
    }

    /// What two versions pay as [`Self::compare`], amounts alone: `Comparison` as JSON whose rows do not say why.
    ///
    /// # Errors
    /// As [`Self::compare`].
    pub fn compare_amounts(&self, a: &str, b: &str, period: &str) -> Result<String, JsError> {
        answer(self.0.compare_amounts(read(a)?, read(b)?, period))
    }

    /// The rows of a comparison for some payees, a list of ids as JSON: a list of `ComparedRow` as JSON.
    ///
    /// # Errors
    /// As [`Self::compare`].
    pub fn compare_rows(&self, a: &str, b: &str, period: &str, payees: &str) -> Result<String, JsError> {
        let payees: Vec<String> = read(payees)?;
        answer(self.0.compare_rows(read(a)?, read(b)?, period, &payees))
    }

    /// The rows of a comparison as CSV.
    ///
    /// # Errors
    /// As [`Self::compare`].
    pub fn compare_csv(&self, a: &str, b: &str, period: &str) -> Result<String, JsError> {
        answer(self.0.compare_csv(read(a)?, read(b)?, period))
    }

    /// The open deals of a payee in a payout period, each with what it would pay: `Pipeline` as JSON.
    ///
    /// # Errors
    /// Findings as JSON where nothing is open or the period is not there.
    pub fn pipeline(&self, payee: &str, period: &str) -> Result<String, JsError> {
        answer(self.0.pipeline(payee, period))
    }

    /// What deals would pay: `WhatIf` as JSON. `deals` is a JSON list of `WhatIfDeal`; `currency` says which payout is meant where the
    /// payee is paid in several.
    ///
    /// # Errors
    /// Findings as JSON where the deals are wrong or the period is not there.
    pub fn what_if(&self, payee: &str, period: &str, deals: &str, currency: Option<String>) -> Result<String, JsError> {
        let deals: Vec<WhatIfDeal> = read(deals)?;
        answer(self.0.what_if((payee, currency.as_deref()), period, &deals))
    }
}

/// Files that JavaScript hands over.
fn taken(files: &js_sys::Array) -> Result<Vec<(String, Vec<u8>)>, JsError> {
    let form = || JsError::new("[]");
    let mut read = Vec::new();
    for file in files.iter() {
        let get = |name: &str| js_sys::Reflect::get(&file, &JsValue::from_str(name)).map_err(|_| form());
        let path = get("path")?.as_string().ok_or_else(form)?;
        let bytes = get("bytes")?.dyn_into::<js_sys::Uint8Array>().map_err(|_| form())?;
        read.push((path, bytes.to_vec()));
    }
    Ok(read)
}
