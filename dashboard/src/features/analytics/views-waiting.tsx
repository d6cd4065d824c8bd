import { Panel } from "@/ui/panel";
import { Skeleton, Waiting } from "@/ui/states";

/** The page before its first answer: everything where it will be. */
export function ViewsWaiting() {
  return (
    <Waiting label="Counting clicks" className="grid gap-4">
      <Panel>
        <div className="mb-4 flex gap-8">
          {[0, 1, 2].map((one) => (
            <div key={one} className="grid gap-2">
              <Skeleton className="h-4 w-16" />
              <Skeleton className="h-7 w-24" />
            </div>
          ))}
        </div>
        <Skeleton className="h-66 w-full" />
        <Skeleton className="mt-3 h-5 w-2/3" />
      </Panel>
      <Panel>
        <Skeleton className="h-96 w-full" />
      </Panel>
      <div className="grid gap-4 md:grid-cols-2 xl:grid-cols-3">
        {[0, 1, 2, 3, 4, 5].map((panel) => (
          <Panel key={panel} className="grid gap-3">
            <Skeleton className="h-5 w-24" />
            {[0, 1, 2, 3].map((row) => (
              <Skeleton key={row} className="h-8 w-full" />
            ))}
          </Panel>
        ))}
      </div>
    </Waiting>
  );
}
