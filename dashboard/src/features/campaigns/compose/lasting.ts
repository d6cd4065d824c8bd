/** Return how long so many seconds are: "about 3 minutes". */
export function lasting(seconds: number): string {
  if (seconds < 60) return "less than a minute";
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `about ${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
  return `about ${Math.round(minutes / 60)} hours`;
}
