// A change of the sample company's plan that a visitor can look at without writing one: the rate above quota.

export const EXAMPLE = { from: "[100.pct, 12.pct]", to: "[100.pct, 13.pct]" };
