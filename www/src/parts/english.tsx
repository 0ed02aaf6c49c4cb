// The engine's own words on a page in another language.

/** The engine's own words are English; they are marked as such, so that they read and sound right in Arabic. */
export const English = ({ text }: { text: string }) => (
  <span lang="en" dir="ltr" class="english">
    {text}
  </span>
);
