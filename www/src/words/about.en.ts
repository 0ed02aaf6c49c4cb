// The sentences of the screen About, in English.
import type { Counted } from "../en.ts";

export const en = {
  about_privacy: "Where your data is",
  about_privacy_1:
    "Files are read by this page and worked out in it. Nothing is uploaded; there is no account, no server and no tracking.",
  about_privacy_2:
    "The security policy of the page lets it reach nothing but its own files; the calculation runs in a worker that gives up every way out before it sees a file.",
  about_formats: "What can be opened",
  about_format_project: "A project folder, or a ZIP of one: earnmark.toml, plans (.rhai) and data",
  about_format_export:
    "An export alone, CSV, JSON or an Excel workbook (.xlsx), with one row a deal; its columns are guessed, and can be changed",
  about_format_limit: "Up to {limit} MB at once; the command line takes any size",
  about_versions: "Versions and digests",
  about_engine: "Engine",
  about_page: "Page",
  about_digest_lead:
    "A digest is a fingerprint (SHA-256). Who sees the same run digest has run the same engine on the same plans and data, and got the same result. All are of all pay periods together.",
  about_limits: "What was not tested",
  about_limits_1:
    "The page is tested in Chromium. No screen reader was run; the Arabic sentences await a native reader.",
  about_keyboard: "Keyboard",
  about_licences: "Licences",
  about_licences_lead:
    "Earnmark is free software under the Apache License 2.0 or the MIT License. It is built on:",
  about_licences_all: "All licence texts",
  about_licence_none: "The list is made when the page is built with its engine.",
  about_package: "Package",
  about_version: "Version",
  about_licence: "Licence",
} as const satisfies Record<string, string | Counted>;
