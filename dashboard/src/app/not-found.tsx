import { ButtonLink } from "@/ui/button";
import { Mark } from "@/ui/mark";

export default function NotFound() {
  return (
    <main className="grid min-h-dvh place-content-center justify-items-center gap-3 px-6 text-center">
      <Mark className="size-12" />
      <h1 className="text-2xl">There is no such page</h1>
      <p className="text-quiet">
        If a short link led here, its code belongs to the redirect engine, not to the dashboard.
      </p>
      <ButtonLink look="primary" href="/" className="mt-2">
        Go to the links
      </ButtonLink>
    </main>
  );
}
