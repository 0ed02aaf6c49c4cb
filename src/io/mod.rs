//! From the bytes of a project folder to settings and facts.
