// The sentences of what opens over the page: files, columns, findings, keys, in English.
import type { Counted } from "../en.ts";

export const en = {
  open_title: "Open your own data",
  open_lead: "Drop a CSV of deals here, or a whole project folder",
  open_files: "Choose files",
  open_folder: "Choose a folder",
  open_takes:
    "A project folder (or a ZIP of one) holds earnmark.toml, its plans and its data. A CSV alone is read with its columns guessed; you see the guess and can change it.",
  findings_failed: {
    one: "{n} thing to mend before this can open",
    other: "{n} things to mend before this can open",
  },
  findings_read: { one: "Opened, with {n} thing to look at", other: "Opened, with {n} things to look at" },
  findings_shown: "Below you still see what was open before.",
  finding_where: "Where",
  finding_what: "What is wrong",
  finding_value: "Value",
  finding_expected: "What to do",
  finding_row: "row {row}, column {column}",
  finding_place: "Line {line}, column {col}",
  finding_blank: "blank",
  guess: "Columns taken from {file}",
  guess_field: "Read as",
  guess_column: "Your column",
  guess_samples: "First values",
  guess_unused: "Not used: {columns}",
  shortcut_screens: "the screens",
  shortcut_find: "find a deal",
  shortcut_help: "this list",
  shortcut_range: "move the tested value by 1 %",
  shortcut_page: "move the tested value by 10 %",
  shortcut_ends: "to either end",
  shortcut_tests: "run the tests",
  shortcut_save: "save the script to a file",
  shortcut_problem: "next problem; with Shift the one before",
  shortcut_complete: "complete what is typed in the editor",
  shortcut_print: "print the statement",
  shortcut_escape: "close, or leave the search",
  shortcut_single: "Single-key shortcuts",
  mapping_title: "What the columns mean",
  mapping_lead:
    "Say which column of {file} is what. Dates, numbers and their signs are read as the values show.",
  mapping_needed: "needed",
  mapping_none: "none",
  mapping_currency: "Currency of the amounts",
  mapping_missing: "Still to say: {fields}",
  mapping_remembered:
    "This browser remembers the names of the columns, for the next file with the same header.",
  mapping_open: "Open with these columns",
  mapping_change: "Change the columns",
  leave_out: { one: "Open without this row", other: "Open without these {n} rows" },
  leave_out_lead:
    "Everything will then say that it is incomplete, and its digest too. The command line refuses instead.",
  keep_files: "Remember on this device",
  keep_lead:
    "Off: files are gone when this page is closed. On: this browser keeps the last ones and opens them again.",
  not_kept: "This browser refused to keep the files.",
  forget: "Forget everything",
  forget_lead:
    "Removes the files, drafts and choices that this browser keeps, and the copy of the page that works offline.",
} as const satisfies Record<string, string | Counted>;
