/** The mark: one path, two ends, and the dot where it arrives. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 56 56" className={className} aria-hidden="true">
      <rect width="56" height="56" rx="14" className="fill-accent" />
      <path
        d="M15 17l10.5 22a2.8 2.8 0 0 0 5 0L41 17"
        fill="none"
        className="stroke-on-accent"
        strokeWidth="5.5"
        strokeLinecap="round"
      />
      <circle cx="41" cy="17" r="4.5" className="fill-on-accent" />
    </svg>
  );
}
