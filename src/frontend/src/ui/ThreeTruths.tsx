import { truths } from "../words/en";
import { Icon, type IconName } from "./Icon";

export interface Truth {
  mark: "done" | "running" | "waiting" | "failed";
  name: string;
  detail: string;
}

const ICONS: Record<Truth["mark"], IconName> = { done: "ok", running: "half", waiting: "wait", failed: "stop" };

/** Uploaded, playable, submitted: three facts, never one tick for all. */
export function ThreeTruths({ facts }: { facts: readonly Truth[] }) {
  return (
    <ul class="truths" aria-label={truths.label}>
      {facts.map(({ mark, name, detail }) => (
        <li key={name} class={mark}>
          <Icon name={ICONS[mark]} />
          <span class="truth-name">{name}</span>
          <span class="truth-detail">{detail}</span>
        </li>
      ))}
    </ul>
  );
}
