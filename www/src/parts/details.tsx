// What stands closed at first, and what is for paper: fetched in one piece once the payout stands.
import "../styles/details.css";
// Last: paper overrules the screen.
import "../styles/print.css";

export { Answer } from "./answer.tsx";
export { Hypothetical } from "./hypothetical.tsx";
export { NotCountedList } from "./not-counted.tsx";
export { OnNoPlan } from "./on-no-plan.tsx";
export { Quota } from "./quota.tsx";
export { Steps } from "./steps.tsx";
export { Terms } from "./terms.tsx";
