//! From a script to a plan.
