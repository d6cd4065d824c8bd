import { classes } from "@/ui/classes";
import { type Draft, type faultsOf, STEP_NAMES, STEPS, type Step } from "./draft";

type Props = { step: Step; faults: ReturnType<typeof faultsOf>; onGo: (step: Step) => void; draft?: Draft };

/** Where one is among the steps; any of them can be gone to. */
export function Stepper({ step, faults, onGo }: Props) {
  const at = STEPS.indexOf(step);
  return (
    <nav aria-label="Steps" className="mb-6">
      <ol className="grid grid-cols-4 gap-1.5 sm:gap-3">
        {STEPS.map((one, index) => {
          const isHere = one === step;
          return (
            <li key={one} className="min-w-0">
              <button
                type="button"
                aria-current={isHere ? "step" : undefined}
                onClick={() => onGo(one)}
                className={classes(
                  "grid w-full gap-1 border-t-3 px-0.5 pt-2 pb-1 text-left transition-colors max-sm:min-h-11",
                  isHere ? "border-accent" : index < at ? "border-edge" : "border-line hover:border-edge",
                )}
              >
                <span
                  className={classes("truncate text-sm sm:text-base", isHere ? "font-semibold text-ink" : "text-quiet")}
                >
                  <span className="figures max-sm:hidden">{index + 1} </span>
                  {STEP_NAMES[one]}
                </span>
                {index < at && faults[one] && <span className="text-xs text-warn">Not complete</span>}
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
