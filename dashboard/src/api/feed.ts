/** What the API sends by itself (Server-Sent Events). A feed rests while nobody sees the page, and comes back by itself. */

/** away: nobody answers at the moment; resting: the page is hidden. */
export type FeedState = "starting" | "on" | "away" | "resting";

const RETRY_MS = 5_000;

/** Listen to the events of one name until the returned function is called. */
export function follow<T>(
  address: string,
  name: string,
  tell: (state: FeedState) => void,
  take: (event: T) => void,
): () => void {
  let feed: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const close = () => {
    clearTimeout(timer);
    feed?.close();
    feed = null;
  };
  const open = () => {
    close();
    feed = new EventSource(address);
    feed.addEventListener("open", () => tell("on"));
    feed.addEventListener(name, (event) => take(JSON.parse(event.data) as T));
    feed.addEventListener("error", () => {
      tell("away");
      // A lost connection it opens again by itself; after a refusal it never would.
      if (feed?.readyState === EventSource.CLOSED) timer = setTimeout(open, RETRY_MS);
    });
  };
  const look = () => {
    if (document.hidden) {
      close();
      tell("resting");
    } else if (!feed) {
      tell("starting");
      open();
    }
  };
  look();
  document.addEventListener("visibilitychange", look);
  return () => {
    document.removeEventListener("visibilitychange", look);
    close();
  };
}
