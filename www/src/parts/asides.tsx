// What opens over the page or before its content, fetched in one piece when the first of it is wanted.
export { Notice } from "./findings.tsx";
export { KeysDialog } from "./keys.tsx";
export { Mapping } from "./mapping.tsx";
export { OpenDialog } from "./open-dialog.tsx";
