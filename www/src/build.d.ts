// What the build writes into the scripts.
/** The version of the page, of `package.json`. */
declare const __VERSION__: string;
