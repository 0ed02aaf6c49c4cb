// What the page knows of the sample company before the engine has opened it: its name, and a change of its plan that a
// visitor can look at without writing one, the rate above quota.

export const COMPANY = "Vane & Harrow Instruments";
export const EXAMPLE = { from: "[100.pct, 12.pct]", to: "[100.pct, 13.pct]" };
