import Link from "next/link";

export function BackToAll() {
  return (
    <Link href="/campaigns" className="mb-2 inline-block py-1 text-sm text-quiet no-underline hover:text-ink">
      <span aria-hidden>← </span>Campaigns
    </Link>
  );
}
